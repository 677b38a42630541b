"""The feed of Google calendars, through Google's own library and a real socket."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.feed import GoogleFeed, GoogleSession
from gateway.calendar.feeds.google.tokens import Tokens, read_tokens, write_tokens
from gateway.calendar.feeds.port import Changes, Channel, FeedError, Window
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.google.resources import cancelled_exception, event, occurrence, page, refusal, timed
from tests.calendar.feeds.responder import Answer, Cut, Responder
from tests.clock import MONDAY_MORNING, StoppedClock

CABINET = "cabinet@example.com"
WINDOW = Window(MONDAY_MORNING - timedelta(days=1), MONDAY_MORNING + timedelta(days=60))
CHANNEL = Channel("channel-1", "resource-1", MONDAY_MORNING + timedelta(days=7))
HOOK = "https://sms.example.com/push/google"


async def everything(session: GoogleSession, google: Responder, *items: dict[str, object]) -> Changes:
    google.script(Answer(page(*items)))
    return await session.changes(CABINET, None, WINDOW)


async def refusal_of(session: GoogleSession, cursor: str | None = None) -> FeedError:
    with pytest.raises(FeedError) as refused:
        await session.changes(CABINET, cursor, WINDOW)
    return refused.value


async def test_the_first_list_is_complete_expanded_and_bounded(session: GoogleSession, google: Responder) -> None:
    found = await everything(session, google, event(), occurrence("2026-11-30"))
    (asked,) = google.asked
    assert [each.event_id for each in found.events] == ["6hgm2pj1", "weekly_20261130T090000Z"]
    assert (found.complete, found.listed) == (True, Window(WINDOW.start, WINDOW.end + timedelta(days=1)))
    assert asked.path == "/calendar/v3/calendars/cabinet%40example.com/events"
    assert (asked.query["singleEvents"], asked.query["timeMax"]) == ("true", "2027-01-23T09:00:00+00:00")
    assert asked.headers["authorization"] == "Bearer access-1"


async def test_only_what_is_used_of_an_event_is_asked_for(session: GoogleSession, google: Responder) -> None:
    await everything(session, google)
    fields = google.asked[0].query["fields"]
    assert "attendees(self,responseStatus)" in fields
    assert not {"creator", "organizer", "hangoutLink", "email"} & set(fields.replace("(", ",").split(","))


async def test_later_only_changes_are_asked_for_with_the_same_parameters(
    session: GoogleSession, google: Responder
) -> None:
    first = await everything(session, google, occurrence("2026-11-30"))
    google.script(Answer(page(cancelled_exception("2026-11-30"), nextSyncToken="sync-2")))
    found = await session.changes(CABINET, first.cursor, WINDOW)
    whole, change = (dict(each.query) for each in google.asked)
    assert not found.complete
    assert (list(found.events), set(found.removed)) == ([], {"weekly_20261130T090000Z"})
    assert change.pop("syncToken") == "sync-1"
    assert whole.pop("timeMin")
    assert whole.pop("timeMax")
    assert change == whole


async def test_all_pages_are_read_and_the_last_one_has_the_token(session: GoogleSession, google: Responder) -> None:
    google.script(Answer(page(event(id="event1"), nextPageToken="two", nextSyncToken="no")))
    found = await everything(session, google, event(id="event2"))
    assert ([each.event_id for each in found.events], google.asked[1].query["pageToken"]) == (
        ["event1", "event2"],
        "two",
    )
    assert '"token":"sync-1"' in found.cursor


async def test_a_list_without_end_is_given_up(session: GoogleSession, google: Responder) -> None:
    google.script(*[Answer(page(nextPageToken="more"))] * 41)
    assert (await refusal_of(session)).fault is FeedFault.TOO_LARGE


async def test_once_a_day_everything_is_listed_anew(session: GoogleSession, google: Responder) -> None:
    first = await everything(session, google)
    google.script(Answer(page()))
    tomorrow = timedelta(days=1, seconds=1)
    found = await session.changes(CABINET, first.cursor, Window(WINDOW.start + tomorrow, WINDOW.end + tomorrow))
    assert (found.complete, "syncToken" in google.asked[1].query) == (True, False)


async def test_where_google_gives_no_token_everything_is_listed_anew(session: GoogleSession, google: Responder) -> None:
    google.script(Answer({"items": []}), Answer(page()))
    first = await session.changes(CABINET, None, WINDOW)
    assert (await session.changes(CABINET, first.cursor, WINDOW)).complete


async def test_a_sync_token_that_expired_is_told(session: GoogleSession, google: Responder) -> None:
    first = await everything(session, google)
    google.script(Answer(refusal("fullSyncRequired", 410), 410))
    assert (await refusal_of(session, first.cursor)).fault is FeedFault.CURSOR_EXPIRED


async def test_an_event_that_left_the_window_is_gone_from_it(session: GoogleSession, google: Responder) -> None:
    first = await everything(session, google, event())
    google.script(Answer(page(event(start=timed("2027-06-01T10:00:00+02:00"), end=timed("2027-06-01T11:00:00+02:00")))))
    assert (await session.changes(CABINET, first.cursor, WINDOW)).removed == {"6hgm2pj1"}


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer(refusal("userRateLimitExceeded"), 403, {"Retry-After": "90"}), FeedFault.THROTTLED),
        (Answer(refusal("backendError", 503), 503, {"Retry-After": "90"}), FeedFault.UNAVAILABLE),
        (Answer(refusal("notFound", 404), 404), FeedFault.CALENDAR_GONE),
        (Answer(b"<html>", 200), FeedFault.UNAVAILABLE),
        (Answer(b"\xff\xfe", 200), FeedFault.UNAVAILABLE),
        (Answer({}, 302, {"Location": "http://127.0.0.1:1/elsewhere"}), FeedFault.UNAVAILABLE),
        (Cut(), FeedFault.UNAVAILABLE),
    ],
)
async def test_trouble_is_told_at_once_and_not_tried_again(
    session: GoogleSession, google: Responder, answer: Answer | Cut, fault: FeedFault
) -> None:
    google.script(answer)
    refused = await refusal_of(session)
    assert refused.fault is fault
    if isinstance(answer, Answer):
        assert refused.retry_after == (timedelta(seconds=90) if "Retry-After" in answer.headers else None)
        assert len(google.asked) == 1


async def test_what_cannot_be_reached_is_unavailable(clock: StoppedClock) -> None:
    client = GoogleClient(GoogleApp("client", "secret", api="http://127.0.0.1:1/calendar/v3/"))
    refused = await refusal_of(GoogleFeed(client, clock).open(write_tokens(Tokens("refresh", "access"))))
    await client.close()
    assert refused.fault is FeedFault.UNAVAILABLE


async def test_what_takes_too_long_is_unavailable(clock: StoppedClock, google: Responder) -> None:
    client = GoogleClient(GoogleApp("client", "secret", api=f"{google.url}/calendar/v3/", timeout_s=0.0001))
    refused = await refusal_of(GoogleFeed(client, clock).open(write_tokens(Tokens("refresh", "access"))))
    await client.close()
    assert refused.fault is FeedFault.UNAVAILABLE


async def test_a_token_that_ran_out_is_renewed_and_kept(
    client: GoogleClient, clock: StoppedClock, google: Responder
) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    session = GoogleFeed(client, clock).open(write_tokens(Tokens("refresh-1", "access-0", past)))
    google.script(Answer({"access_token": "access-2", "expires_in": 3600, "token_type": "Bearer"}), Answer(page()))
    await session.changes(CABINET, None, WINDOW)
    renewed = read_tokens(session.secret)
    assert google.asked[0].form["refresh_token"] == "refresh-1"
    assert (renewed.refresh, renewed.access) == ("refresh-1", "access-2")
    assert renewed.expires_at
    assert renewed.expires_at > past


async def test_a_token_that_is_refused_is_renewed_once(session: GoogleSession, google: Responder) -> None:
    google.script(
        Answer(refusal("authError", 401), 401),
        Answer({"access_token": "access-2", "expires_in": "3600", "token_type": "Bearer"}),
        Answer(refusal("authError", 401), 401),
    )
    assert (await refusal_of(session)).fault is FeedFault.CONSENT_REVOKED
    assert len(google.asked) == 3


async def test_a_consent_that_was_revoked_is_told(session: GoogleSession, google: Responder) -> None:
    revoked = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    google.script(Answer(refusal("authError", 401), 401), Answer(revoked, 400))
    assert (await refusal_of(session)).fault is FeedFault.CONSENT_REVOKED


@pytest.mark.parametrize("answer", [Answer({}, 503), Answer(b"oops", 400), Answer({}, 429), Cut()])
async def test_trouble_of_the_token_server_is_no_revocation_and_is_not_waited_for(
    session: GoogleSession, google: Responder, answer: Answer | Cut
) -> None:
    google.script(Answer(refusal("authError", 401), 401), answer)
    assert (await refusal_of(session)).fault is FeedFault.UNAVAILABLE
    assert len(google.asked) == 2 or isinstance(answer, Cut)


@pytest.mark.parametrize("secret", [b"", b"{}", b"[]", b'{"refresh": "r", "access": null, "expires_at": 1e30}'])
async def test_a_secret_of_something_else_opens_nothing(
    client: GoogleClient, clock: StoppedClock, secret: bytes
) -> None:
    with pytest.raises(FeedError) as refused:
        GoogleFeed(client, clock).open(secret)
    assert refused.value.fault is FeedFault.CONSENT_REVOKED


async def test_calendars_are_told_from_all_pages(session: GoogleSession, google: Responder) -> None:
    one = {"id": CABINET, "summary": "Cabinet", "accessRole": "owner", "primary": True}
    two = {"id": "b@example.com", "summary": "B", "accessRole": "reader"}
    google.script(Answer({"items": [one], "nextPageToken": "two"}), Answer({"items": [two]}))
    assert [each.calendar_id for each in await session.calendars()] == [CABINET, "b@example.com"]


async def test_an_event_is_read_again_by_its_own_name(session: GoogleSession, google: Responder) -> None:
    google.script(Answer(occurrence("2026-11-30")))
    found = await session.reread(CABINET, "weekly_20261130T090000Z")
    assert found
    assert found.start == datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert google.asked[0].path.endswith("/events/weekly_20261130T090000Z")


async def test_an_event_that_names_no_zone_is_read_again_with_that_of_its_calendar(
    session: GoogleSession, google: Responder
) -> None:
    google.script(Answer(event(start=timed("2026-11-27T10:00:00+01:00", None))), Answer({"timeZone": "Europe/Paris"}))
    found = await session.reread(CABINET, "6hgm2pj1")
    assert found
    assert found.zone == "Europe/Paris"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(cancelled_exception("2026-11-30")),
        Answer(refusal("notFound", 404), 404),
        Answer(refusal("deleted", 410), 410),
    ],
    ids=["cancelled", "not found", "deleted"],
)
async def test_an_event_that_is_gone_is_none_when_it_is_read_again(
    session: GoogleSession, google: Responder, answer: Answer
) -> None:
    google.script(answer, Answer({}))
    assert await session.reread(CABINET, "6hgm2pj1") is None


async def test_that_an_event_cannot_be_read_again_is_told(session: GoogleSession, google: Responder) -> None:
    google.script(Answer({}, 500))
    with pytest.raises(FeedError) as refused:
        await session.reread(CABINET, "6hgm2pj1")
    assert refused.value.fault is FeedFault.UNAVAILABLE


async def test_a_channel_lasts_as_long_as_google_says(session: GoogleSession, google: Responder) -> None:
    google.script(Answer({"id": "channel-1", "resourceId": "resource-1", "expiration": "1795683600000"}))
    opened = await session.watch(CABINET, "channel-1", HOOK, "token-1")
    assert opened == Channel("channel-1", "resource-1", datetime(2026, 11, 26, 9, 0, tzinfo=UTC), validated=False)
    assert google.asked[0].json == {
        "id": "channel-1",
        "type": "web_hook",
        "address": HOOK,
        "token": "token-1",
        "expiration": "1796029200000",
    }


async def test_a_channel_without_an_end_is_believed_to_last_as_long_as_asked(
    session: GoogleSession, google: Responder
) -> None:
    google.script(Answer({"id": "channel-1", "resourceId": "resource-1"}))
    opened = await session.watch(CABINET, "channel-1", HOOK, "token-1")
    assert opened
    assert opened.expires_at == MONDAY_MORNING + timedelta(days=7)


async def test_a_calendar_of_which_google_tells_nothing_has_no_channel(
    session: GoogleSession, google: Responder
) -> None:
    google.script(*[Answer(refusal("push.pushNotSupportedForRequestedResource", 400), 400)] * 2)
    assert await session.watch(CABINET, "channel-1", HOOK, "token-1") is None
    with pytest.raises(FeedError):
        await session.renew(CABINET, CHANNEL, HOOK, "token-1")


async def test_a_channel_that_is_gone_is_closed_already_and_other_trouble_is_told(
    session: GoogleSession, google: Responder
) -> None:
    google.script(Answer(refusal("notFound", 404), 404), Answer({}, 500))
    await session.stop(CHANNEL)
    with pytest.raises(FeedError):
        await session.stop(CHANNEL)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_channel_that_cannot_be_opened_says_nothing_of_the_calendar(
    session: GoogleSession, google: Responder, status: int
) -> None:
    reason = "push.webhookUrlUnauthorized" if status == 401 else "forbidden"
    google.script(
        Answer(refusal(reason, status), status), Answer({"access_token": "a"}), Answer(refusal(reason), status)
    )
    with pytest.raises(FeedError) as refused:
        await session.watch(CABINET, "channel-1", HOOK, "token-1")
    assert refused.value.fault is FeedFault.UNAVAILABLE


@pytest.mark.parametrize("stopped", [204, 404, 503])
async def test_a_channel_is_renewed_by_a_new_one_before_the_old_one_ends(
    session: GoogleSession, google: Responder, stopped: int
) -> None:
    opened = {"id": "new", "resourceId": "resource-1", "expiration": "1795683600000"}
    google.script(Answer(opened), Answer(b"" if stopped == 204 else refusal("x", stopped), stopped))
    renewed = await session.renew(CABINET, CHANNEL, HOOK, "token-1")
    assert google.paths() == [
        "POST /calendar/v3/calendars/cabinet%40example.com/events/watch",
        "POST /calendar/v3/channels/stop",
    ]
    assert renewed.channel_id == google.asked[0].json["id"] != CHANNEL.channel_id
    assert google.asked[1].json == {"id": "channel-1", "resourceId": "resource-1"}
    await session.close()
