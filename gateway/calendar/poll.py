"""One poll of one calendar: asked outside any transaction, kept in one together with the cursor."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar
from gateway.calendar.channels import is_pushed
from gateway.calendar.failing import fail
from gateway.calendar.feeds.port import Changes, FeedError, FeedSession, Window
from gateway.calendar.keeping import keep
from gateway.calendar.listed import WELL
from gateway.calendar.polling import next_poll, next_relist, window_at
from gateway.calendar.pushing import keep_pushed
from gateway.calendar.settings import schedule_of
from gateway.calendar.words import FeedFault
from gateway.engine.faults import told
from gateway.engine.queue import Claim
from gateway.engine.writer import StorageUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")


async def poll(bridge: Bridge, claim: Claim, session: FeedSession, calendar: Calendar) -> bool:
    """Ask what changed and keep it; whether the calendar is up to date now. What goes wrong is written down."""
    try:
        with bugs_as_faults():
            kept = await _poll(bridge, claim, session, calendar)
    except FeedError as error:
        unit = partial(fail, stamp=bridge.engine.stamp(), claim=claim, failing=[calendar], error=error)
        await bridge.engine.write(unit)
        return False
    await _keep_pushed(bridge, session, calendar)
    return kept


async def _poll(bridge: Bridge, claim: Claim, session: FeedSession, calendar: Calendar) -> bool:
    now = bridge.engine.clock.now()
    longest = schedule_of(calendar.settings, None).reach
    cursor = None if _needs_list(calendar, longest, now) else calendar.cursor
    asked = calendar.window if cursor is not None and calendar.window else window_at(now, longest)
    changes = await _changes(bridge, session, calendar, cursor, asked)
    values = await _values(bridge, calendar, changes, asked)
    return await keep(bridge, claim, calendar, changes=changes, asked=asked, values=values)


async def _keep_pushed(bridge: Bridge, session: FeedSession, calendar: Calendar) -> None:
    """A channel is no part of what is known of a calendar: whatever breaks there, it has been read."""
    try:
        await keep_pushed(bridge, session, calendar)
    except StorageUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - told, and tried again at the next poll
        tell_bug(error)


@contextlib.contextmanager
def bugs_as_faults() -> Iterator[None]:
    """What breaks on a calendar, and nobody foresaw, is told and is a fault like others: it must stop no other one.

    ``StorageUnavailable`` is no fault of a calendar, and goes on.
    """
    try:
        yield
    except (FeedError, StorageUnavailable):
        raise
    except Exception as error:
        tell_bug(error)
        raise FeedError(FeedFault.UNAVAILABLE, type(error).__name__) from error


def tell_bug(error: Exception) -> None:
    """Log what should not have been raised."""
    log.error("a calendar broke: %s", told(error))


async def in_time(answer: Awaitable[T], patience_s: float) -> T:
    """The answer of a feed; ``FeedError`` where it takes too long."""
    try:
        async with asyncio.timeout(patience_s):
            return await answer
    except TimeoutError:
        raise FeedError(FeedFault.UNAVAILABLE, "timeout") from None


def _needs_list(calendar: Calendar, reach: timedelta, now: datetime) -> bool:
    """Whether everything is to be listed: for the first time, because it is time, or because offsets grew longer."""
    if calendar.cursor is None or calendar.window is None or calendar.relist_at is None:
        return True
    return now >= calendar.relist_at or calendar.window.end < now + reach


async def _changes(
    bridge: Bridge, session: FeedSession, calendar: Calendar, cursor: str | None, asked: Window
) -> Changes:
    try:
        return await in_time(session.changes(calendar.remote_id, cursor, asked), bridge.patience_s)
    except FeedError as error:
        if error.fault is not FeedFault.CURSOR_EXPIRED or cursor is None:
            raise
    return await in_time(session.changes(calendar.remote_id, None, asked), bridge.patience_s)


async def _values(bridge: Bridge, calendar: Calendar, changes: Changes, asked: Window) -> dict[str, Any]:
    """The columns of the calendar after a poll that went well."""
    now, pace, calendar_id = bridge.engine.clock.now(), bridge.pace, calendar.calendar_id
    pushed = await bridge.engine.read(partial(is_pushed, key=calendar.key, now=now))
    interval = pace.interval(calendar.provider, pushed=pushed, at_most=changes.poll_after)
    values: dict[str, Any] = {
        "cursor": changes.cursor,
        "next_poll_at": next_poll(now, calendar_id, interval),
        "poll_s": round(interval.total_seconds()),
        "last_success_at": now,
        **WELL,
    }
    if not changes.complete:
        return values
    covers = changes.listed or asked
    relist_at = next_relist(now, calendar_id, pace.relist)
    window = {"window_start": covers.start, "window_end": covers.end, "relist_at": relist_at}
    return {**values, **window, "unreadable": changes.unreadable}
