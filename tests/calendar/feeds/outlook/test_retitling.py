"""Events of Outlook's are given another title: on the version that was read, and where nobody would be written to."""

import pytest

from gateway.calendar.feeds.outlook.feed import OutlookSession
from gateway.calendar.feeds.port import Retitled
from tests.calendar.feeds.outlook.resources import refusal
from tests.calendar.feeds.responder import Answer, Responder

CALENDAR = "AAMk/a+b="


async def test_a_title_is_patched_on_the_version_that_was_read(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({"subject": None, "attendees": [], "@odata.etag": 'W/"key-1"'}), Answer({}))
    assert await session.retitle(CALENDAR, "AAMkADI2=", "✓ {}".format) is Retitled.DONE
    read, patched = microsoft.asked
    assert (read.query, patched.method, patched.json) == ({"$select": "subject,attendees"}, "PATCH", {"subject": "✓ "})
    assert patched.headers["if-match"] == 'W/"key-1"'


async def test_an_event_with_guests_is_not_written_for_outlook_would_tell_them(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer({"subject": "Visit", "attendees": [{"type": "required"}], "@odata.etag": 'W/"key-1"'}))
    assert await session.retitle(CALENDAR, "AAMkADI2=", "✓ {}".format) is Retitled.GUESTS
    assert len(microsoft.asked) == 1


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Retitled.REFUSED),
        (403, Retitled.READ_ONLY),
        (404, Retitled.GONE),
        (409, Retitled.CHANGED),
        (412, Retitled.CHANGED),
    ],
)
async def test_what_outlook_does_not_let_write_is_told(
    session: OutlookSession, microsoft: Responder, status: int, outcome: Retitled
) -> None:
    microsoft.script(Answer({"subject": "Visit", "@odata.etag": 'W/"key-1"'}), Answer(refusal("ErrorAny"), status))
    assert await session.retitle(CALENDAR, "AAMkADI2=", "✓ {}".format) is outcome
