"""How the links of carriers are, told by the process that keeps them up and read by any other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select

from gateway.engine.database import Engine
from gateway.sms.carriers.port import Linked, LinkReport
from gateway.sms.tables import carrier_link

#: Nobody wakes it: it looks every second.
TOPIC = "links"

#: What only counts is told so often, and so often at least that somebody is there.
_COUNTED = timedelta(seconds=10)
_ALIVE = timedelta(minutes=1)

#: Of whom nothing was heard for so long, nothing is known.
_SILENT = timedelta(minutes=3)

Reports = Mapping[str, Sequence[LinkReport]]  # by carrier


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link, as a list shows it."""

    bind: str
    state: str
    why: str
    since: datetime  # it has been bound, or has not
    last_failure: str
    failed_at: datetime | None
    window: str  # "3 of 10"
    seen_at: datetime


class LinkReports:
    """Tells how the links of this process are."""

    def __init__(self, engine: Engine, carriers: Sequence[Linked]) -> None:
        self._engine = engine
        self._carriers = carriers
        self._told: tuple[object, ...] = ()
        self._told_at: datetime | None = None

    async def run_once(self) -> int:
        """Tell what has changed; there is never more to do at once."""
        reports = {each.name: each.links() for each in self._carriers}
        now = self._engine.clock.now()
        if self._is_due(reports, now):
            node = self._engine.node
            await self._engine.write(lambda connection: tell(connection, node, now, reports))
            self._told, self._told_at = (_states(reports), _counts(reports)), now
        return 0

    async def close(self) -> None:
        """Nothing is kept up here any more."""
        node = self._engine.node
        await self._engine.write(lambda connection: _forget(connection, node, self._engine.clock.now()))

    def _is_due(self, reports: Reports, now: datetime) -> bool:
        if self._told_at is None or (_states(reports),) != self._told[:1]:
            return True
        patience = _ALIVE if (_states(reports), _counts(reports)) == self._told else _COUNTED
        return now - self._told_at >= patience


def _states(reports: Reports) -> tuple[object, ...]:
    return tuple((name, each.bind, each.state, each.failure) for name, links in reports.items() for each in links)


def _counts(reports: Reports) -> tuple[object, ...]:
    return tuple((each.taken, each.window) for links in reports.values() for each in links)


def tell(connection: Connection, node: int, now: datetime, reports: Reports) -> None:
    """Put the reports of a process in the place of those that it gave before."""
    _forget(connection, node, now)
    rows = [
        _row(each, now) | {"node": node, "carrier": name, "number": number, "seen_at": now}
        for name, links in reports.items()
        for number, each in enumerate(links, start=1)
    ]
    if rows:
        connection.execute(insert(carrier_link), rows)


def _row(each: LinkReport, now: datetime) -> dict[str, Any]:
    return {
        "bind": each.bind,
        "state": each.state,
        "why": each.why[:80],
        "since": now - timedelta(seconds=each.for_s),
        "failure": each.failure[:80],
        "failed_at": now - timedelta(seconds=each.failed_s) if each.failure else None,
        "taken": each.taken,
        "places": each.window,
    }


def _forget(connection: Connection, node: int, now: datetime) -> None:
    """Forget what this process told, and what those told that are long gone."""
    row = carrier_link.c
    connection.execute(delete(carrier_link).where(or_(row.node == node, row.seen_at < now - timedelta(days=1))))


def links_of(connection: Connection, now: datetime, *, node: int | None = None) -> dict[str, list[LinkLine]]:
    """The links of every carrier, or those that one process keeps up; of one that fell silent, nothing is known."""
    row = carrier_link.c
    theirs = select(carrier_link) if node is None else select(carrier_link).where(row.node == node)
    found: dict[str, list[LinkLine]] = {}
    for each in connection.execute(theirs.order_by(row.carrier, row.node, row.number)):
        line = _line(each)
        found.setdefault(each.carrier, []).append(_unknown(line) if now - line.seen_at > _SILENT else line)
    return found


def _line(row: Row[*tuple[Any, ...]]) -> LinkLine:
    return LinkLine(
        bind=row.bind,
        state=row.state,
        why=row.why,
        since=row.since,
        last_failure=row.failure,
        failed_at=row.failed_at,
        window=f"{row.taken} of {row.places}",
        seen_at=row.seen_at,
    )


def _unknown(line: LinkLine) -> LinkLine:
    return replace(line, state="unknown", why="its process is silent", since=line.seen_at)
