"""Events of Google's are given another title: on the version that was read, and nobody is written to."""

import pytest

from gateway.calendar.feeds.google.feed import GoogleSession
from gateway.calendar.feeds.port import FeedError, Retitled
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.google.resources import event, refusal
from tests.calendar.feeds.responder import Answer, Responder

CABINET = "cabinet@example.com"


async def test_a_title_is_patched_on_the_version_that_was_read_and_no_guest_hears_of_it(
    session: GoogleSession, google: Responder
) -> None:
    google.script(Answer(event(summary=None)), Answer({"id": "6hgm2pj1"}))
    assert await session.retitle(CABINET, "6hgm2pj1", "✓ {}".format) is Retitled.DONE
    read, patched = google.asked
    assert (read.query["fields"], patched.method, patched.json) == ("status,summary,etag", "PATCH", {"summary": "✓ "})
    assert (patched.headers["if-match"], patched.query["sendUpdates"]) == ('"3541234567890000"', "none")


@pytest.mark.parametrize(
    ("status", "reason", "outcome"),
    [
        (400, "invalid", Retitled.REFUSED),
        (403, "requiredAccessLevel", Retitled.READ_ONLY),
        (403, "forbiddenForNonOrganizer", Retitled.REFUSED),
        (404, "notFound", Retitled.GONE),
        (410, "deleted", Retitled.GONE),
        (412, "conditionNotMet", Retitled.CHANGED),
    ],
)
async def test_what_google_does_not_let_write_is_told(
    session: GoogleSession, google: Responder, status: int, reason: str, outcome: Retitled
) -> None:
    google.script(Answer(event()), Answer(refusal(reason, status), status))
    assert await session.retitle(CABINET, "6hgm2pj1", "✓ {}".format) is outcome


@pytest.mark.parametrize(
    ("status", "reason", "fault"),
    [
        (403, "insufficientPermissions", FeedFault.SCOPE_MISSING),
        (403, "rateLimitExceeded", FeedFault.THROTTLED),
        (503, "backendError", FeedFault.UNAVAILABLE),
    ],
)
async def test_trouble_that_is_not_of_one_event_is_raised(
    session: GoogleSession, google: Responder, status: int, reason: str, fault: FeedFault
) -> None:
    google.script(Answer(event()), Answer(refusal(reason, status), status))
    with pytest.raises(FeedError) as failed:
        await session.retitle(CABINET, "6hgm2pj1", "✓ {}".format)
    assert failed.value.fault is fault


async def test_a_cancelled_event_is_not_written(session: GoogleSession, google: Responder) -> None:
    google.script(Answer(event(status="cancelled")))
    assert await session.retitle(CABINET, "6hgm2pj1", "✓ {}".format) is Retitled.GONE
