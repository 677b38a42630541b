"""A STOP drops the reminders that are planned for its phone; START brings back those that are still of use."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache, partial

from sqlalchemy import Connection, Select, String, and_, bindparam, select

from gateway.calendar import calendars
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Key
from gateway.calendar.planning import OVER, plan
from gateway.calendar.reminders import TOPIC as REMINDERS_TOPIC
from gateway.calendar.tables import event
from gateway.engine.database import Engine
from gateway.engine.metadata import Instant
from gateway.engine.pairs import as_pairs, pairs
from gateway.sms.stop_changes import STOP_CHANGES, claim_changes

BATCH = 100
_LEASE = timedelta(minutes=1)


class Silencing:
    """Plans anew what is meant for phones that said STOP or START."""

    def __init__(self, bridge: Bridge) -> None:
        self._engine = bridge.engine

    async def run_once(self) -> int:
        """Take in a batch of changes, in one transaction; returns how many."""
        if not await self._engine.read(STOP_CHANGES.any_ready):
            return 0
        return await self._engine.write(partial(_take, engine=self._engine), wakes=(REMINDERS_TOPIC,))


def _take(connection: Connection, engine: Engine) -> int:
    stamp = engine.stamp()
    claims, phones = claim_changes(connection, worker=engine.node, now=stamp.now, lease=_LEASE, limit=BATCH)
    concerned = _concerned(connection, phones, stamp.now)
    known = calendars.by_keys(connection, concerned)
    for key in sorted(known):
        plan(connection, stamp, known[key], concerned[key])
    STOP_CHANGES.finish(connection, claims)
    return len(claims)


def _concerned(connection: Connection, phones: Iterable[tuple[int, str]], now: datetime) -> dict[Key, list[int]]:
    """The events of these (account, E.164) that are not over, by calendar."""
    concerned: dict[Key, list[int]] = defaultdict(list)
    for account_id, calendar_id, event_id in connection.execute(
        _coming(connection.dialect.name), {**as_pairs(phones), "after": now - OVER}
    ):
        concerned[account_id, calendar_id].append(event_id)
    return concerned


@cache
def _coming(dialect: str) -> Select[int, int, int]:
    row, phone = event.c, pairs(dialect, String())
    return (
        select(row.account_id, row.calendar_id, row.event_id)
        .join(phone, and_(row.account_id == phone.c.first, row.number == phone.c.second))
        .where(row.number.is_not(None), row.gone_at.is_(None), row.starts_at > bindparam("after", type_=Instant()))
        .order_by(row.event_id)
    )
