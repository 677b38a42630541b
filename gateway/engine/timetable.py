"""Rows that stay, each with the time at which somebody is to look at it next.

A queue (``engine.queue``) forgets its rows when they are done; a reminder or a calendar lives on. ``look_at`` alone
says when a row may be taken: its due time, its back-off or, while somebody holds it, the end of the lease; null is
never. An index over it costs what is due and nothing else, however many rows lie in the future. Claims are fenced as
there.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, Select, Table, or_, select, update

from gateway.engine.metadata import Instant
from gateway.engine.queue import Claim
from gateway.engine.rows import Rows

_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)

_KEYS = Rows(account_id=BigInteger(), row_id=BigInteger())
_CLAIMS = Rows(account_id=BigInteger(), row_id=BigInteger(), worker=BigInteger(), epoch=Integer(), look_at=Instant())


def timetable_columns() -> tuple[Column[Any], ...]:
    """The columns that give a table a timetable."""
    return (
        Column("look_at", Instant),
        Column("claimed_by", BigInteger),
        Column("claim_epoch", Integer, nullable=False, default=0),
        Column("attempts", Integer, nullable=False, default=0),  # since somebody settled it last
    )


class Timetable:
    """The statements of a timetable over one table; ``key`` names the column that, after ``account_id``, is its key."""

    def __init__(self, table: Table, *, key: str) -> None:
        self.table = table
        self._key = table.c[key]
        self._statements: dict[tuple[str, bool], Any] = {}

    def is_any_due(self, connection: Connection, now: datetime) -> bool:
        """Whether any row is due: the first entry of the index, however many lie in the future.

        Asked in this order no planner takes to reading the table, whatever it believes about it.
        """
        look_at = self.table.c.look_at
        first = connection.scalar(select(look_at).where(look_at.is_not(None)).order_by(look_at).limit(1))
        return first is not None and first <= now

    def claim(self, connection: Connection, *, worker: int, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
        """Take up to ``limit`` rows that are due, the longest due first, for the time of ``lease``."""
        row = self.table.c
        due = (
            select(row.account_id, self._key.label("row_id"))
            .where(row.look_at <= now)
            .order_by(row.look_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return self._take(connection, due, worker, now + lease)

    def hold(
        self,
        connection: Connection,
        keys: Collection[tuple[int, int]],
        *,
        worker: int,
        now: datetime,
        lease: timedelta,
    ) -> list[Claim]:
        """Take these rows (account, id), due or not, as far as nobody holds them."""
        row, given = self.table.c, _KEYS.table(connection.dialect.name)
        free = (
            select(row.account_id, self._key.label("row_id"))
            .join(given, (given.c.account_id == row.account_id) & (given.c.row_id == self._key))
            .where(or_(row.claimed_by.is_(None), row.look_at <= now))
            .with_for_update(of=self.table, skip_locked=True)
        )
        asked = _KEYS.parameter({"account_id": account_id, "row_id": row_id} for account_id, row_id in keys)
        return self._take(connection, free, worker, now + lease, asked)

    def settle(self, connection: Connection, settled: Sequence[tuple[Claim, datetime | None]]) -> set[int]:
        """Give rows back, each with when it is to be looked at next; returns the ids whose claim still held.

        Only for these may the work be recorded.
        """
        if not settled:
            return set()
        rows = _CLAIMS.parameter(_row(claim, look_at) for claim, look_at in settled)
        return set(connection.execute(self._fenced(connection.dialect.name, keeping=False), rows).scalars())

    def still_held(self, connection: Connection, claims: Sequence[Claim]) -> set[int]:
        """The ids of those claims that still hold; they do until the end of the transaction."""
        row, given = self.table.c, _CLAIMS.table(connection.dialect.name)
        ours = (
            select(self._key)
            .join(given, (given.c.account_id == row.account_id) & (given.c.row_id == self._key))
            .where(row.claimed_by == given.c.worker, row.claim_epoch == given.c.epoch)
            .order_by(self._key)
            .with_for_update(of=self.table)
        )
        return set(connection.scalars(ours, _CLAIMS.parameter(_row(each, None) for each in claims)))

    def renew(self, connection: Connection, claims: Sequence[Claim], until: datetime) -> set[int]:
        """Hold rows for longer, until ``until``; returns the ids whose claim still held."""
        rows = _CLAIMS.parameter(_row(claim, until) for claim in claims)
        return set(connection.execute(self._fenced(connection.dialect.name, keeping=True), rows).scalars())

    def free_leases(self, connection: Connection) -> int:
        """Free every row that a dead process held: for the start of a database with a single process."""
        claimed_by, look_at = self.table.c.claimed_by, self.table.c.look_at
        freed = update(self.table).where(claimed_by.is_not(None), look_at.is_not(None))
        return connection.execute(freed.values(look_at=_AT_ONCE, claimed_by=None)).rowcount

    def _take(
        self,
        connection: Connection,
        chosen: Select[*tuple[Any, ...]],
        worker: int,
        until: datetime,
        parameters: dict[str, str] | None = None,
    ) -> list[Claim]:
        row, chosen_rows = self.table.c, chosen.cte("chosen")
        taken = connection.execute(
            update(self.table)
            .where(row.account_id == chosen_rows.c.account_id, self._key == chosen_rows.c.row_id)
            .values(look_at=until, claimed_by=worker, claim_epoch=row.claim_epoch + 1, attempts=row.attempts + 1)
            .returning(row.account_id, self._key, row.claim_epoch, row.attempts),
            parameters or {},
        )
        return [
            Claim(account_id, row_id, worker, epoch, attempts)
            for account_id, row_id, epoch, attempts in sorted(tuple(each) for each in taken)
        ]

    def _fenced(self, dialect: str, *, keeping: bool) -> Any:
        """The statement that sets when claimed rows are looked at, and gives them back or keeps them; made once."""
        if (dialect, keeping) not in self._statements:
            row, given = self.table.c, _CLAIMS.table(dialect)
            held = update(self.table).where(
                row.account_id == given.c.account_id,
                self._key == given.c.row_id,
                row.claimed_by == given.c.worker,
                row.claim_epoch == given.c.epoch,
            )
            given_back = {} if keeping else {"claimed_by": None, "attempts": 0}
            statement = held.values(look_at=given.c.look_at, **given_back).returning(self._key)
            self._statements[dialect, keeping] = statement
        return self._statements[dialect, keeping]


def _row(claim: Claim, look_at: datetime | None) -> dict[str, Any]:
    return {
        "account_id": claim.account_id,
        "row_id": claim.row_id,
        "worker": claim.worker,
        "epoch": claim.epoch,
        "look_at": look_at,
    }
