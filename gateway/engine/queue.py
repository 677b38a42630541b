"""Work kept as rows: claimed under a lease, finished behind a fence, parked until due.

A queue is any table with the lease columns below; its row exists only while work remains. ``parked_until`` alone
says when a row may be taken: null is now, a time is a lease, a back-off or a closed sending window. Each claim raises
``claim_epoch``, and every later statement names it, so a worker whose lease ran out changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Delete,
    Integer,
    String,
    Table,
    Update,
    bindparam,
    delete,
    select,
    update,
)

from gateway.engine.metadata import Instant


def lease_columns() -> tuple[Column[Any], ...]:
    """The columns that make a table a work queue."""
    return (
        Column("parked_until", Instant),
        Column("claimed_by", BigInteger),
        Column("claim_epoch", Integer, nullable=False, default=0),
        Column("attempts", Integer, nullable=False, default=0),
        Column("park_reason", String(40)),
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one row until the lease ends."""

    account_id: int
    row_id: int
    worker: int
    epoch: int
    attempts: int  # this one included


class Queue:
    """The statements of a work queue over one table; the same text on both databases.

    ``key`` names the column that, after ``account_id``, identifies a row; ``order`` the one whose lowest value goes
    first.
    """

    def __init__(self, table: Table, *, key: str, order: str) -> None:
        self.table = table
        self._key = table.c[key]
        self._order = table.c[order]
        row = table.c
        fence = (
            row.account_id == bindparam("held_account"),
            self._key == bindparam("held_row"),
            row.claimed_by == bindparam("held_by"),
            row.claim_epoch == bindparam("held_epoch"),
        )
        self._finish = delete(table).where(*fence)
        self._park = (
            update(table)
            .where(*fence)
            .values(parked_until=bindparam("until"), claimed_by=None, park_reason=bindparam("because"))
        )
        self._put_off = self._park.values(attempts=row.attempts - 1)
        self._renew = update(table).where(*fence).values(parked_until=bindparam("until"))
        self._release = (
            update(table).where(*fence).values(parked_until=None, claimed_by=None, attempts=row.attempts - 1)
        )

    def claim(
        self,
        connection: Connection,
        *,
        worker: int,
        now: datetime,
        lease: timedelta,
        limit: int,
        where: Sequence[ColumnElement[bool]] = (),
    ) -> list[Claim]:
        """Take up to ``limit`` ready rows, in order, for the time of ``lease``; rows that others hold are skipped."""
        row = self.table.c
        ready = (
            select(row.account_id, self._key.label("row_id"))
            .where(row.parked_until.is_(None), *where)
            .order_by(self._order)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has one writer and leaves the words out
            .cte("ready")
        )
        taken = connection.execute(
            update(self.table)
            .where(row.account_id == ready.c.account_id, self._key == ready.c.row_id)
            .values(
                parked_until=now + lease,
                claimed_by=worker,
                claim_epoch=row.claim_epoch + 1,
                attempts=row.attempts + 1,
            )
            .returning(self._order, row.account_id, self._key, row.claim_epoch, row.attempts)
        )
        return [  # sorted, for RETURNING promises no order
            Claim(account_id, row_id, worker, epoch, attempts)
            for _, account_id, row_id, epoch, attempts in sorted(tuple(each) for each in taken)
        ]

    def finish(self, connection: Connection, claims: Sequence[Claim]) -> set[int]:
        """Delete the rows whose claim still holds and return their ids: only for these may the work be recorded."""
        return _fenced(connection, self._finish, claims, {})

    def park(
        self,
        connection: Connection,
        claims: Sequence[Claim],
        until: datetime,
        because: str | None = None,
        *,
        counts: bool = True,
    ) -> set[int]:
        """Give rows back, not to be taken before ``until``; returns the ids whose claim still held.

        ``counts``: whether this was an attempt.
        """
        statement = self._park if counts else self._put_off
        return _fenced(connection, statement, claims, {"until": until, "because": because})

    def renew(self, connection: Connection, claims: Sequence[Claim], until: datetime) -> set[int]:
        """Hold rows for longer, until ``until``; returns the ids whose claim still held."""
        return _fenced(connection, self._renew, claims, {"until": until})

    def release(self, connection: Connection, claims: Sequence[Claim]) -> set[int]:
        """Give rows back untouched, for anybody to take at once; the attempt does not count."""
        return _fenced(connection, self._release, claims, {})

    def reap(self, connection: Connection, now: datetime, limit: int = 10_000) -> int:
        """Free up to ``limit`` rows whose lease, back-off or window is over, longest due first; returns how many."""
        row = self.table.c
        due = (
            select(row.account_id, self._key.label("row_id"))
            .where(row.parked_until <= now)
            .order_by(row.parked_until)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        freed = (
            update(self.table)
            .where(row.account_id == due.c.account_id, self._key == due.c.row_id)
            .values(parked_until=None, claimed_by=None)
            .returning(self._key)  # to be counted: the SQLite driver counts no statement that begins with WITH
        )
        return len(connection.execute(freed).all())

    def free_leases(self, connection: Connection) -> int:
        """Free every row that a dead process held: for the start of a database with a single process."""
        claimed_by = self.table.c.claimed_by
        freed = update(self.table).where(claimed_by.is_not(None)).values(parked_until=None, claimed_by=None)
        return connection.execute(freed).rowcount


def _fenced(
    connection: Connection, statement: Update | Delete, claims: Sequence[Claim], values: dict[str, Any]
) -> set[int]:
    """Run a fenced statement for all claims in one go; only where some were lost, again one by one to learn which."""
    if not claims:
        return set()
    rows = [
        {"held_account": c.account_id, "held_row": c.row_id, "held_by": c.worker, "held_epoch": c.epoch, **values}
        for c in claims
    ]
    attempt = connection.begin_nested()
    if connection.execute(statement, rows).rowcount == len(rows):
        attempt.commit()
        return {claim.row_id for claim in claims}
    attempt.rollback()
    return {row["held_row"] for row in rows if connection.execute(statement, row).rowcount == 1}
