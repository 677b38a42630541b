"""The feed of Google calendars beside a server that remembers, written by somebody else."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.consent import GoogleConsent
from gateway.calendar.feeds.google.feed import GoogleFeed, GoogleSession
from gateway.calendar.feeds.google.tokens import Tokens, write_tokens
from gateway.calendar.feeds.port import Changes, FeedError, Window
from gateway.calendar.words import FeedFault
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.peers.google_calendar.peer import PRIMARY, GooglePeer
from tests.peers.google_calendar.samples import appointment, at, weekly

WINDOW = Window(MONDAY_MORNING - timedelta(days=1), MONDAY_MORNING + timedelta(days=60))


@pytest.fixture
async def session(google_peer: GooglePeer, clock: StoppedClock) -> AsyncIterator[GoogleSession]:
    """A session of the user whose calendar it is."""
    grant = google_peer.grant()
    app = GoogleApp(
        grant["client_id"], grant["client_secret"], api=google_peer.api, token_uri=google_peer.token_uri, timeout_s=10.0
    )
    client = GoogleClient(app)
    yield GoogleFeed(client, clock).open(write_tokens(Tokens(grant["refresh_token"])))
    await client.close()


async def changes(session: GoogleSession, since: Changes | None = None) -> Changes:
    return await session.changes(PRIMARY, since.cursor if since else None, WINDOW)


async def test_a_series_over_the_change_of_clocks_keeps_its_hour(
    session: GoogleSession, google_peer: GooglePeer
) -> None:
    google_peer.create(weekly("2026-10-20", count=10))
    found = await changes(session)
    assert [f"{each.start:%d.%m. %H:%M} {each.zone}" for each in found.events] == [
        f"{day} 08:00 Europe/Paris" for day in ("24.11.", "01.12.", "08.12.", "15.12.", "22.12.")
    ]
    assert len({each.uid for each in found.events}) == 1


async def test_an_occurrence_that_is_moved_keeps_its_name_and_one_that_is_cancelled_goes(
    session: GoogleSession, google_peer: GooglePeer
) -> None:
    google_peer.create(weekly("2026-11-24", count=3))
    first = await changes(session)
    moved, cancelled, _ = first.events
    google_peer.change(moved.event_id, {"start": at("2026-11-25", "15:00"), "end": at("2026-11-25", "16:00")})
    google_peer.delete(cancelled.event_id)
    then = await changes(session, first)
    assert [(each.event_id, each.original_start) for each in then.events] == [(moved.event_id, moved.original_start)]
    assert (then.complete, set(then.removed), set(then.removed_series)) == (False, {cancelled.event_id}, set())


@pytest.mark.parametrize("by_series", [False, True])
async def test_a_series_that_is_deleted_goes_however_google_tells_it(
    session: GoogleSession, google_peer: GooglePeer, by_series: bool
) -> None:
    google_peer.manners(series_tombstone=by_series)
    series = google_peer.create(weekly("2026-11-24", count=3))
    first = await changes(session)
    google_peer.delete(series["id"])
    then = await changes(session, first)
    gone = {
        each.event_id for each in first.events if each.event_id in then.removed or each.series_id in then.removed_series
    }
    assert gone == {each.event_id for each in first.events}


async def test_pages_are_followed_to_the_last_one(session: GoogleSession, google_peer: GooglePeer) -> None:
    google_peer.manners(largest_page=2)
    for hour in range(8, 13):
        google_peer.create(appointment(begins=f"{hour:02}:00", ends=f"{hour + 1:02}:00"))
    first = await changes(session)
    assert len(first.events) == 5
    assert not (await changes(session, first)).events


async def test_cursors_that_expired_are_told_and_a_complete_list_goes_on(
    session: GoogleSession, google_peer: GooglePeer
) -> None:
    first = await changes(session)
    google_peer.control.post("/cursors/expire")
    with pytest.raises(FeedError) as refused:
        await changes(session, first)
    assert refused.value.fault is FeedFault.CURSOR_EXPIRED
    assert (await changes(session)).complete


async def test_a_consent_that_the_user_took_back_is_told(session: GoogleSession, google_peer: GooglePeer) -> None:
    first = await changes(session)
    google_peer.control.post("/revoke", {"user": PRIMARY})
    with pytest.raises(FeedError) as refused:
        await changes(session, first)
    assert refused.value.fault is FeedFault.CONSENT_REVOKED


async def test_an_access_that_is_given_back_opens_nothing_and_may_be_given_back_again(
    session: GoogleSession, google_peer: GooglePeer
) -> None:
    grant = google_peer.grant()
    app = GoogleApp(grant["client_id"], grant["client_secret"], revoke_uri=f"{google_peer.url}/revoke")
    client = GoogleClient(app)
    for _ in range(2):
        await GoogleConsent(app, client).revoke(session.secret)
    await client.close()
    with pytest.raises(FeedError) as refused:
        await changes(session)
    assert refused.value.fault is FeedFault.CONSENT_REVOKED


async def test_an_access_token_that_died_is_replaced_in_passing(
    session: GoogleSession, google_peer: GooglePeer
) -> None:
    first, secret = await changes(session), session.secret
    google_peer.control.post("/tokens/expire")
    await changes(session, first)
    assert session.secret != secret


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("userRateLimitExceeded", FeedFault.THROTTLED),
        ("tooManyRequests", FeedFault.THROTTLED),
        ("unavailable", FeedFault.UNAVAILABLE),
        ("cut_before", FeedFault.UNAVAILABLE),
        ("cut_within", FeedFault.UNAVAILABLE),
        ("forbidden", FeedFault.CALENDAR_GONE),
    ],
)
async def test_accidents_have_their_names(
    session: GoogleSession, google_peer: GooglePeer, kind: str, fault: FeedFault
) -> None:
    google_peer.fail(kind, path="/events", times=2, retry_after="7")  # httplib2 tries a line that was cut once more
    with pytest.raises(FeedError) as refused:
        await changes(session)
    assert refused.value.fault is fault


async def test_an_event_is_read_again_and_is_gone_when_it_was_deleted(
    session: GoogleSession, google_peer: GooglePeer
) -> None:
    event = google_peer.create(appointment())
    before = await session.reread(PRIMARY, event["id"])
    google_peer.delete(event["id"])
    assert before
    assert (before.title, await session.reread(PRIMARY, event["id"])) == ("Martin 06 12 34 56 78", None)


async def test_a_channel_is_opened_replaced_and_closed(session: GoogleSession, google_peer: GooglePeer) -> None:
    address = "https://sms.example.com/push/google"
    opened = await session.watch(PRIMARY, "channel-1", address, "token-1")
    assert opened
    renewed = await session.renew(PRIMARY, opened, address, "token-1")
    (kept,) = google_peer.control.get("/channels")["channels"]
    assert kept["id"] == renewed.channel_id
    await session.stop(renewed)
    await session.stop(renewed)
    assert google_peer.control.get("/channels")["channels"] == []


async def test_calendars_can_be_chosen(session: GoogleSession, google_peer: GooglePeer) -> None:
    google_peer.control.post("/calendars", {"owner": PRIMARY, "calendar_id": "salle@example.com", "role": "reader"})
    found = await session.calendars()
    assert [(each.calendar_id, each.zone, each.owned, each.primary) for each in found] == [
        (PRIMARY, "Europe/Paris", True, True),
        ("salle@example.com", "Europe/Paris", False, False),
    ]


async def test_a_poll_that_finds_nothing_new_is_one_request(session: GoogleSession, google_peer: GooglePeer) -> None:
    google_peer.create(appointment())
    first = await changes(session)
    google_peer.control.post("/forget")
    await changes(session, first)
    assert sum(google_peer.book()["requests"].values()) == 1
