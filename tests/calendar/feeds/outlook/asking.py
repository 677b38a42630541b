"""Asking a session on Outlook calendars: the calendar, the window, and what Graph answers."""

from datetime import timedelta

import pytest

from gateway.calendar.feeds.outlook.feed import OutlookSession
from gateway.calendar.feeds.port import Changes, FeedError, Window
from tests.calendar.feeds.responder import Answer, Responder
from tests.clock import MONDAY_MORNING

CALENDAR = "AAMk/a+b="
WINDOW = Window(MONDAY_MORNING - timedelta(days=1), MONDAY_MORNING + timedelta(days=60))


def page(microsoft: Responder, *rows: object, further: str = "") -> Answer:
    """A page of a delta, by default the last one."""
    name = "@odata.nextLink" if further else "@odata.deltaLink"
    return Answer({"value": rows, name: f"{microsoft.url}/v1.0/me/delta?$deltatoken={further or 'd1'}"})


async def everything(session: OutlookSession, microsoft: Responder, *rows: object) -> Changes:
    """The first list, which holds these rows."""
    microsoft.script(page(microsoft, *rows))
    return await session.changes(CALENDAR, None, WINDOW)


async def refusal_of(session: OutlookSession, cursor: str | None = None) -> FeedError:
    """Why changes cannot be had."""
    with pytest.raises(FeedError) as refused:
        await session.changes(CALENDAR, cursor, WINDOW)
    return refused.value
