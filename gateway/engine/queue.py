"""Work kept as rows: claimed under a lease, finished behind a fence, parked until due.

A queue is any table with the lease columns below; its row exists only while work remains. ``parked_until`` alone
says when a row may be taken: null is now, a time is a lease, a back-off or a closed sending window. Each claim raises
``claim_epoch``, and every later statement names it: once another has taken a row, whose lease ran out changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Executable,
    Integer,
    String,
    Table,
    Update,
    bindparam,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)

from gateway.engine.metadata import Instant
from gateway.engine.prepared import Prepared
from gateway.engine.rows import Rows


def lease_columns() -> tuple[Column[Any], ...]:
    """The columns that make a table a work queue."""
    return (
        Column("parked_until", Instant),
        Column("claimed_by", BigInteger),
        Column("claim_epoch", Integer, nullable=False, default=0),
        Column("attempts", Integer, nullable=False, default=0),
        Column("park_reason", String(40)),
    )


class Claim(NamedTuple):
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
        self._finish = Prepared(partial(_finish, table, self._key))
        self._change = cache(lambda change: Prepared(partial(_change, table, self._key, change)))
        self._claim = lru_cache(lambda where: Prepared(_claim(table, self._key, self._order, where)))
        self._reap = _reap(table, self._key)

    def any_ready(self, connection: Connection, *where: ColumnElement[bool]) -> bool:
        """Whether a row could be taken now: cheaper to ask than to claim."""
        ready = exists().where(self.table.c.parked_until.is_(None), *where)
        return connection.scalar(select(ready)) or False

    def claim(
        self,
        connection: Connection,
        *,
        worker: int,
        now: datetime,
        lease: timedelta,
        limit: int,
        where: Sequence[ColumnElement[bool]] = (),
        **given: Any,
    ) -> list[Claim]:
        """Take up to ``limit`` ready rows, in order, for the time of ``lease``; rows that others hold are skipped.

        ``where``: who asks again and again gives the same objects, and the statement is not made anew; ``given`` are
        the values of their parameters.
        """
        taken = self._claim(tuple(where))(connection, {"until": now + lease, "worker": worker, "most": limit, **given})
        return [  # sorted, for RETURNING promises no order
            Claim(account_id, row_id, worker, epoch, attempts)
            for _, account_id, row_id, epoch, attempts in sorted(tuple(each) for each in taken)
        ]

    def finish(self, connection: Connection, claims: Sequence[Claim]) -> set[int]:
        """Delete the rows whose claim still holds and return their ids: only for these may the work be recorded.

        Work that is done counts as well where the lease ran out meanwhile, as long as nobody has taken the row since.
        """
        return _fenced(connection, self._finish, claims)

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
        change = _PARK if counts else _PUT_OFF
        return self._changed(connection, change, claims, until=until, because=because)

    def renew(self, connection: Connection, claims: Sequence[Claim], until: datetime) -> set[int]:
        """Hold rows for longer, until ``until``; returns the ids whose claim still held."""
        return self._changed(connection, _RENEW, claims, until=until)

    def release(self, connection: Connection, claims: Sequence[Claim]) -> set[int]:
        """Give rows back untouched, for anybody to take at once; the attempt does not count."""
        return self._changed(connection, _RELEASE, claims)

    def reap(self, connection: Connection, now: datetime, limit: int = 10_000) -> int:
        """Free up to ``limit`` rows whose lease, back-off or window is over, longest due first; returns how many."""
        return len(connection.execute(self._reap, {"now": now, "most": limit}).all())

    def free_leases(self, connection: Connection) -> int:
        """Free every row that a dead process held: for the start of a database with a single process."""
        claimed_by = self.table.c.claimed_by
        freed = update(self.table).where(claimed_by.is_not(None)).values(parked_until=None, claimed_by=None)
        return connection.execute(freed).rowcount

    def _changed(self, connection: Connection, change: "_Change", claims: Sequence[Claim], **values: Any) -> set[int]:
        return _fenced(connection, self._change(change), claims, **values)


#: What names a claim: no other of the same row has its epoch.
_FENCE = Rows(account_id=BigInteger(), row_id=BigInteger(), epoch=Integer())


@dataclass(frozen=True, slots=True)
class _Change:
    """What is done to rows whose claim holds."""

    frees: bool
    attempts: int = 0  # taken back
    given: tuple[tuple[str, str], ...] = ()  # columns, and the parameters that say their values


_PARK = _Change(frees=True, given=(("parked_until", "until"), ("park_reason", "because")))
_PUT_OFF = _Change(frees=True, attempts=1, given=_PARK.given)
_RENEW = _Change(frees=False, given=(("parked_until", "until"),))
_RELEASE = _Change(frees=True, attempts=1)


def _change(table: Table, key: Column[Any], change: _Change, dialect: str) -> Update:
    row, held = table.c, _FENCE.table(dialect).c
    values: dict[str, Any] = {"parked_until": None} if change is _RELEASE else {}
    values |= {column: bindparam(given, type_=row[column].type) for column, given in change.given}
    if change.frees:
        values["claimed_by"] = None
    if change.attempts:
        values["attempts"] = row.attempts - change.attempts
    fence = (row.account_id == held.account_id, key == held.row_id)
    return (
        update(table)
        .where(*fence, row.claimed_by.is_not(None), row.claim_epoch == held.epoch)
        .values(**values)
        .returning(key)
    )


def _finish(table: Table, key: Column[Any], dialect: str) -> Executable:
    row, held = table.c, _FENCE.table(dialect)
    these = tuple_(row.account_id, key, row.claim_epoch).in_(select(held))
    held_or_reaped = or_(row.claimed_by.is_not(None), row.parked_until.is_(None))
    return delete(table).where(these, held_or_reaped).returning(key)


def _claim(table: Table, key: Column[Any], order: Column[Any], where: tuple[ColumnElement[bool], ...]) -> Update:
    row = table.c
    ready = (
        select(row.account_id, key.label("row_id"))
        .where(row.parked_until.is_(None), *where)
        .order_by(order)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)  # SQLite has one writer and leaves the words out
        .cte("ready")
    )
    return (
        update(table)
        .where(row.account_id == ready.c.account_id, key == ready.c.row_id)
        .values(
            parked_until=bindparam("until", type_=Instant),
            claimed_by=bindparam("worker", type_=BigInteger),
            claim_epoch=row.claim_epoch + 1,
            attempts=row.attempts + 1,
        )
        .returning(order, row.account_id, key, row.claim_epoch, row.attempts)
    )


def _reap(table: Table, key: Column[Any]) -> Update:
    row = table.c
    due = (
        select(row.account_id, key.label("row_id"))
        .where(row.parked_until <= bindparam("now", type_=Instant))
        .order_by(row.parked_until)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(table)
        .where(row.account_id == due.c.account_id, key == due.c.row_id)
        .values(parked_until=None, claimed_by=None)
        .returning(key)  # to be counted: the SQLite driver counts no statement that begins with WITH
    )


def _fenced(connection: Connection, statement: Prepared, claims: Sequence[Claim], **values: Any) -> set[int]:
    """Run a fenced statement for all claims at once; the ids of the rows whose claim held."""
    if not claims:
        return set()
    held = [(each.account_id, each.row_id, each.epoch) for each in claims]
    return {row_id for (row_id,) in statement(connection, {**_FENCE.in_order(held), **values})}
