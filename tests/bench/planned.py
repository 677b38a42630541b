"""Practices with calendars in memory, and their reminders by the hundred thousand, copied from one that was planned."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    String,
    Table,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    true,
    type_coerce,
)

from gateway.calendar.bridge import Bridge
from gateway.calendar.polling import Pace
from gateway.calendar.settings import CalendarSettings
from gateway.calendar.sync import Sync
from gateway.calendar.tables import calendar, event, reminder
from gateway.calendar.words import Provider, ReminderState
from gateway.engine.database import Engine
from gateway.engine.vault import Vault
from tests.billing.buyers import RULES as BILLING
from tests.calendar.memory import MemoryCalendar, MemoryFeed
from tests.calendar.practice import WRITTEN, client, link
from tests.cast import shipped_rules

#: When the first reminder of each practice is due, and those of ``remind_many`` that are not put apart.
AHEAD = timedelta(seconds=20)

_UNITS = 1_000_000
_DAY = timedelta(days=1)
_ALIKE = 10_000  # rows of one statement
_FAR = 1 << 50  # from the ids that are given out meanwhile


async def open_practices(engine: Engine, count: int) -> Bridge:
    """So many clients with a plan, a pack and a calendar of one appointment, whose reminder is due ``AHEAD``.

    The feed is not asked for single events: like a published file, it was read whole a moment ago.
    """
    server = MemoryCalendar(rereads=False)
    await server.create(WRITTEN, engine.clock.now() + AHEAD + _DAY)
    feed, lies = MemoryFeed(server, rereads=False), (Provider.GOOGLE, server.secret, server.calendar_id)
    lies = (feed.provider, server.secret, server.calendar_id)
    pace = Pace(google=7 * _DAY, relist=7 * _DAY)
    bridge = Bridge(engine, Vault([bytes(32)]), {Provider.GOOGLE: feed}, shipped_rules(), BILLING, pace)
    for number in range(count):
        account_id = await client(engine, f"client{number}", units=_UNITS, plan="SOLO")
        await engine.write(lambda connection: link(connection, bridge, account_id, lies, CalendarSettings()))  # noqa: B023 - awaited before the next turn
    while await Sync(bridge).run_once():
        pass
    return bridge


async def remind_many(bridge: Bridge, count: int, *, later: timedelta = timedelta()) -> None:
    """Plan so many reminders more, the calendars in turn, each to a phone of its own, and ``later`` than the first."""
    engine = bridge.engine
    practices = await engine.read(lambda connection: connection.scalar(select(func.count()).select_from(calendar)))
    first, rounds, alike = engine.ids() + _FAR, count // (practices or 1), max(_ALIKE // (practices or 1), 1)
    for start in range(0, rounds, alike):
        numbers = range(start, min(start + alike, rounds))
        await engine.write(partial(_copy, first=first, numbers=numbers, later=later))


def _copy(connection: Connection, first: int, numbers: range, later: timedelta) -> None:
    """Copy the first event of each calendar with its reminder, once for each number."""
    counted = select(literal(numbers.start).label("number")).cte("counted", recursive=True)
    counted = counted.union_all(select(counted.c.number + 1).where(counted.c.number < numbers.stop - 1))
    order = func.row_number().over(order_by=calendar.c.calendar_id)
    turns = select(calendar.c.calendar_id, order.label("turn")).subquery("turns")
    practices = select(func.count().label("count")).select_from(calendar).subquery("practices")
    new_id = literal(first, BigInteger) + counted.c.number * practices.c.count + turns.c.turn
    name = cast(new_id, String)
    phone = literal("+3363998") + func.substr(cast(10_000 + new_id % 10_000, String), 2)
    since = literal(later // timedelta(microseconds=1), BigInteger)
    start_at, due_at = (type_coerce(each, BigInteger) + since for each in (reminder.c.start_at, reminder.c.due_at))
    changed: dict[Table, dict[str, Any]] = {
        event: {"event_id": new_id, "uid": name, "remote_key": name, "number": phone},
        reminder: {
            "event_id": new_id,
            "reminder_id": new_id,
            "recipient": phone,
            "start_at": start_at,
            "due_at": due_at,
            "look_at": due_at,
            "state": literal(ReminderState.PLANNED, reminder.c.state.type),
            "message_id": null(),
            "settled_at": null(),
        },
    }
    for table, values in changed.items():
        copied = (
            select(*(values.get(each.name, each) for each in table.c))
            .join(turns, turns.c.calendar_id == table.c.calendar_id)
            .join(counted, true())
            .join(practices, true())
            .where(table.c.event_id < first - _FAR // 2)
        )
        connection.execute(insert(table).from_select(list(table.c), copied))
