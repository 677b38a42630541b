"""Keeps what a poll told: events, the cursor and the plan of their reminders, in one transaction."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from gateway.calendar import calendars, events
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar
from gateway.calendar.connections import CONNECTIONS, LEASE
from gateway.calendar.feeds.port import Changes, FeedEvent, Window
from gateway.calendar.marking import take_off
from gateway.calendar.planning import plan
from gateway.calendar.reading import ReadEvents, Seen, key_of, read_events
from gateway.calendar.texts import kept_fields
from gateway.engine.queue import Claim


async def keep(
    bridge: Bridge, claim: Claim, calendar: Calendar, *, changes: Changes, asked: Window, values: Mapping[str, Any]
) -> bool:
    """Keep changes, and ``values`` of the calendar with them; False where somebody else has changed it meanwhile.

    Numbers are looked for outside the transaction and off the event loop: thousands of events take a while.
    """
    fresh, others = await bridge.engine.read(partial(_fresh, calendar=calendar, changes=changes))
    read = await asyncio.to_thread(
        read_events,
        calendar,
        fresh,
        others,
        sandbox=bridge.rules.sandbox,
        kept_fields=kept_fields(calendar.settings),
    )
    told = _Told(changes, asked, read, values)
    return await bridge.engine.write(partial(_store, bridge=bridge, claim=claim, calendar=calendar, told=told))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a poll told, ready to be kept."""

    changes: Changes
    asked: Window
    read: ReadEvents
    values: Mapping[str, Any]


def _fresh(connection: Connection, calendar: Calendar, changes: Changes) -> tuple[list[FeedEvent], list[Seen]]:
    """The events that are not known as they are now, and what the others hold."""
    by_key = {key_of(each.event_id): each for each in changes.events}
    known = {} if calendar.cursor is None else events.revisions(connection, calendar.key, by_key)
    fresh = {key: each for key, each in by_key.items() if not each.revision or known.get(key) != each.revision}
    return list(fresh.values()), events.seen(connection, calendar.key, fresh)


def _store(connection: Connection, bridge: Bridge, claim: Claim, calendar: Calendar, told: _Told) -> bool:
    stamp = bridge.engine.stamp()
    if not CONNECTIONS.renew(connection, [claim], stamp.now + LEASE):
        return False
    version, next_poll_at = calendars.locked(connection, calendar.key)
    if version != calendar.version:
        return False
    entered = events.enter(connection, stamp, calendar, told.read.rows)
    gone = events.take_out(connection, stamp.now, calendar, told.changes, told.asked)
    plan(connection, stamp, calendar, [*entered, *gone])
    if entered:
        take_off(connection, stamp, calendar)
    values = dict(told.values)
    if values and next_poll_at != calendar.next_poll_at:
        values["next_poll_at"] = next_poll_at  # somebody told of a change after the provider had answered, perhaps
    if told.read.common != calendar.common and calendar.cursor is not None:
        values |= {"cursor": None, "next_poll_at": stamp.now}  # events were read by what was thought before
    calendars.change(connection, calendar.key, common=sorted(told.read.common), **values)
    return True
