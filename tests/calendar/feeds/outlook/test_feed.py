"""The feed of Outlook calendars, through msal and a real TLS socket."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.feed import OutlookFeed, OutlookSession
from gateway.calendar.feeds.outlook.graph import Graph
from gateway.calendar.feeds.port import Changes, Channel, FeedError, Window
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.outlook.resources import (
    event,
    occurrence,
    refusal,
    removed,
    series,
    thin,
    token,
    token_cache,
)
from tests.calendar.feeds.responder import Answer, Cut, Responder
from tests.clock import MONDAY_MORNING, StoppedClock

CALENDAR = "AAMk/a+b="
WINDOW = Window(MONDAY_MORNING - timedelta(days=1), MONDAY_MORNING + timedelta(days=60))
CHANNEL = Channel("sub-1", "sub-1", MONDAY_MORNING + timedelta(days=3))
HOOK = "https://sms.example.com/push/outlook"


def page(microsoft: Responder, *rows: object, further: str = "") -> Answer:
    """A page of a delta, by default the last one."""
    name = "@odata.nextLink" if further else "@odata.deltaLink"
    return Answer({"value": rows, name: f"{microsoft.url}/v1.0/me/delta?$deltatoken={further or 'd1'}"})


async def everything(session: OutlookSession, microsoft: Responder, *rows: object) -> Changes:
    microsoft.script(page(microsoft, *rows))
    return await session.changes(CALENDAR, None, WINDOW)


async def refusal_of(session: OutlookSession, cursor: str | None = None) -> FeedError:
    with pytest.raises(FeedError) as refused:
        await session.changes(CALENDAR, cursor, WINDOW)
    return refused.value


async def test_the_first_list_is_complete_and_bounded_and_asks_for_ids_that_stay(
    session: OutlookSession, microsoft: Responder
) -> None:
    found = await everything(session, microsoft, event(), removed("old"))
    (asked,) = microsoft.asked
    assert ([each.event_id for each in found.events], found.complete) == (["AAMkADI2="], True)
    assert asked.path == "/v1.0/me/calendars/AAMk%2Fa%2Bb%3D/calendarView/delta"
    assert asked.query == {"startDateTime": "2026-11-22T09:00:00Z", "endDateTime": "2027-01-29T09:00:00Z"}
    assert asked.headers["authorization"] == "Bearer access-1"
    for wish in (
        'IdType="ImmutableId"',
        'outlook.timezone="UTC"',
        'outlook.body-content-type="text"',
        "odata.maxpagesize=",
    ):
        assert wish in asked.headers["prefer"]


async def test_all_pages_are_read_with_the_same_wishes(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(page(microsoft, event(id="1"), further="n1"), page(microsoft, event(id="2")))
    found = await session.changes(CALENDAR, None, WINDOW)
    first, second = microsoft.asked
    assert [each.event_id for each in found.events] == ["1", "2"]
    assert (second.query["$deltatoken"], second.headers["prefer"]) == ("n1", first.headers["prefer"])


async def test_a_list_without_end_is_given_up(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(*[page(microsoft, further="more")] * 201)
    assert (await refusal_of(session)).fault is FeedFault.TOO_LARGE


async def test_thin_occurrences_are_filled_from_their_series(session: OutlookSession, microsoft: Responder) -> None:
    found = await everything(session, microsoft, series(), thin("2026-11-27"), thin("2026-12-04"))
    assert [(each.event_id, each.title) for each in found.events] == [
        ("weekly-2026-11-27", "Mme Lefort"),
        ("weekly-2026-12-04", "Mme Lefort"),
    ]


async def test_a_series_that_did_not_come_along_is_read_once(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(page(microsoft, thin("2026-11-27"), thin("2026-12-04")), Answer(series(subject="Atelier")))
    found = await session.changes(CALENDAR, None, WINDOW)
    assert [each.title for each in found.events] == ["Atelier", "Atelier"]
    assert microsoft.asked[1].path == "/v1.0/me/calendars/AAMk%2Fa%2Bb%3D/events/weekly"


async def test_occurrences_of_a_series_that_is_gone_meanwhile_are_gone(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(page(microsoft, thin("2026-11-27")), Answer(refusal("ErrorItemNotFound"), 404))
    found = await session.changes(CALENDAR, None, WINDOW)
    assert (list(found.events), set(found.removed)) == ([], {"weekly-2026-11-27"})


async def test_later_only_changes_are_asked_for(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft, event())
    microsoft.script(page(microsoft, event(id="new"), removed("AAMkADI2=")))
    found = await session.changes(CALENDAR, first.cursor, WINDOW)
    assert microsoft.asked[1].query == {"$deltatoken": "d1"}
    assert ([each.event_id for each in found.events], found.complete) == (["new"], False)
    assert set(found.removed) == set(found.removed_series) == {"AAMkADI2="}


async def test_of_a_series_that_was_touched_everything_is_read_anew(
    session: OutlookSession, microsoft: Responder
) -> None:
    first = await everything(session, microsoft, series(), thin("2026-11-27"), thin("2026-12-04"))
    left = occurrence("2026-12-04")  # the other one was deleted, which a delta does not say
    microsoft.script(page(microsoft, series(), thin("2026-12-04")), Answer({"value": [left]}))
    found = await session.changes(CALENDAR, first.cursor, WINDOW)
    assert microsoft.asked[-1].path == "/v1.0/me/calendars/AAMk%2Fa%2Bb%3D/events/weekly/instances"
    assert ([each.event_id for each in found.events], set(found.complete_series)) == (["weekly-2026-12-04"], {"weekly"})


@pytest.mark.parametrize("told", [True, False])
async def test_a_series_that_was_deleted_is_gone_as_a_whole(
    session: OutlookSession, microsoft: Responder, told: bool
) -> None:
    first = await everything(session, microsoft, series(), thin("2026-11-27"))
    microsoft.script(page(microsoft, removed("weekly") if told else series()))
    microsoft.script(Answer(refusal("ErrorItemNotFound"), 404))
    found = await session.changes(CALENDAR, first.cursor, WINDOW)
    assert (set(found.removed_series), set(found.complete_series)) == ({"weekly"}, set())


async def test_that_the_occurrences_cannot_be_read_is_told(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft)
    microsoft.script(page(microsoft, series()), Answer({}, 503))
    assert (await refusal_of(session, first.cursor)).fault is FeedFault.UNAVAILABLE


async def test_where_many_series_were_touched_everything_is_listed_anew(
    session: OutlookSession, microsoft: Responder
) -> None:
    first = await everything(session, microsoft)
    microsoft.script(page(microsoft, *[series(id=f"s{each}") for each in range(21)]), page(microsoft, event()))
    assert (await session.changes(CALENDAR, first.cursor, WINDOW)).complete
    assert len(microsoft.asked) == 3


async def test_once_a_week_a_new_window_is_begun(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft)
    microsoft.script(page(microsoft), page(microsoft))
    week, more = timedelta(days=7), timedelta(days=7, seconds=1)
    assert not (await session.changes(CALENDAR, first.cursor, Window(WINDOW.start + week, WINDOW.end + week))).complete
    assert (await session.changes(CALENDAR, first.cursor, Window(WINDOW.start + more, WINDOW.end + more))).complete


async def test_a_delta_link_that_expired_is_told(session: OutlookSession, microsoft: Responder) -> None:
    first = await everything(session, microsoft)
    microsoft.script(Answer(refusal("SyncStateNotFound"), 410))
    assert (await refusal_of(session, first.cursor)).fault is FeedFault.CURSOR_EXPIRED


async def test_the_token_is_not_carried_to_where_an_altered_cursor_leads(
    session: OutlookSession, microsoft: Responder
) -> None:
    first = await everything(session, microsoft)
    altered = first.cursor.replace("localhost", "127.0.0.1")
    assert (await refusal_of(session, altered)).fault is FeedFault.CURSOR_EXPIRED
    assert len(microsoft.asked) == 1


async def test_nor_to_where_a_page_leads(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({"value": [], "@odata.nextLink": "https://evil.example/v1.0/me"}))
    assert (await refusal_of(session)).fault is FeedFault.CURSOR_EXPIRED


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (Answer(refusal("TooManyRequests"), 429, {"Retry-After": "17"}), FeedFault.THROTTLED),
        (Answer(refusal("ServiceNotAvailable"), 503, {"Retry-After": "17"}), FeedFault.UNAVAILABLE),
        (Answer(refusal("ErrorAccessDenied"), 403), FeedFault.CALENDAR_GONE),
        (Answer(b"<html>"), FeedFault.UNAVAILABLE),
        (Answer([]), FeedFault.UNAVAILABLE),
        (Answer(b" " * 32_000_001), FeedFault.UNAVAILABLE),
        (Answer({}, 302, {"Location": "https://evil.example"}), FeedFault.UNAVAILABLE),
        (Cut(), FeedFault.UNAVAILABLE),
    ],
    ids=["throttled", "unavailable", "denied", "html", "list", "endless", "redirect", "cut"],
)
async def test_trouble_is_told_at_once_and_not_tried_again(
    session: OutlookSession, microsoft: Responder, answer: Answer | Cut, fault: FeedFault
) -> None:
    microsoft.script(answer)
    refused = await refusal_of(session)
    assert (refused.fault, len(microsoft.asked)) == (fault, 1)
    if isinstance(answer, Answer):
        assert refused.retry_after == (timedelta(seconds=17) if "Retry-After" in answer.headers else None)


async def test_a_token_that_ran_out_is_renewed_and_kept(
    graph: Graph, app: OutlookApp, clock: StoppedClock, microsoft: Responder
) -> None:
    session = OutlookFeed(graph, clock).open(token_cache(app, expires_in=1))
    before = session.secret
    microsoft.script(Answer(token(app, "access-2", "refresh-2")), page(microsoft))
    await session.changes(CALENDAR, None, WINDOW)
    assert microsoft.asked[0].form["refresh_token"] == "refresh-1"
    assert microsoft.asked[1].headers["authorization"] == "Bearer access-2"
    assert session.secret != before
    assert b"refresh-2" in session.secret
    await session.close()


async def test_a_token_that_is_refused_is_renewed_once_and_what_was_renewed_is_kept(
    session: OutlookSession, app: OutlookApp, microsoft: Responder
) -> None:
    refused = Answer(refusal("InvalidAuthenticationToken"), 401)
    microsoft.script(refused, Answer(token(app, "access-2", "refresh-2")), refused)
    assert (await refusal_of(session)).fault is FeedFault.CONSENT_REVOKED
    assert (len(microsoft.asked), b"refresh-2" in session.secret) == (3, True)


@pytest.mark.parametrize("again", [1, 2])
async def test_a_consent_that_was_revoked_is_told_also_the_next_time(
    graph: Graph, app: OutlookApp, clock: StoppedClock, microsoft: Responder, again: int
) -> None:
    session = OutlookFeed(graph, clock).open(token_cache(app, expires_in=1))
    revoked = {"error": "invalid_grant", "error_description": "AADSTS50173: The grant was revoked.", "suberror": "x"}
    microsoft.script(*[Answer(revoked, 400)] * again)  # msal asks once in a while, in each of its threads
    for _ in range(again):
        assert (await refusal_of(session)).fault is FeedFault.CONSENT_REVOKED


@pytest.mark.parametrize("answer", [Answer({}, 503), Answer(b"oops", 200), Cut()], ids=["503", "oops", "cut"])
async def test_trouble_of_the_token_server_is_no_revocation(
    graph: Graph, app: OutlookApp, clock: StoppedClock, microsoft: Responder, answer: Answer | Cut
) -> None:
    session = OutlookFeed(graph, clock).open(token_cache(app, expires_in=1))
    microsoft.script(answer)
    assert (await refusal_of(session)).fault is FeedFault.UNAVAILABLE


@pytest.mark.parametrize("secret", [b"", b"{}", b"[]", b'{"account": "a", "cache": "x"}'])
async def test_a_secret_of_something_else_opens_nothing(graph: Graph, clock: StoppedClock, secret: bytes) -> None:
    assert (await refusal_of(OutlookFeed(graph, clock).open(secret))).fault is FeedFault.CONSENT_REVOKED


async def test_a_secret_without_its_user_opens_nothing(graph: Graph, app: OutlookApp, clock: StoppedClock) -> None:
    secret = token_cache(app).replace(b'"account": "uid-1', b'"account": "uid-2')
    refused = await refusal_of(OutlookFeed(graph, clock).open(secret))
    assert (refused.fault, refused.detail) == (FeedFault.CONSENT_REVOKED, "no_account")


async def test_what_cannot_be_reached_or_takes_too_long_is_unavailable(
    microsoft: Responder, app: OutlookApp, clock: StoppedClock
) -> None:
    away = Graph(OutlookApp("client-1", "secret", authority="https://localhost:1/common", trusted=app.trusted))
    hasty = Graph(
        OutlookApp("client-1", "secret", authority=app.authority, graph=app.graph, trusted=app.trusted, timeout_s=1e-4)
    )
    for graph in (away, hasty):
        assert (await refusal_of(OutlookFeed(graph, clock).open(token_cache(app)))).fault is FeedFault.UNAVAILABLE
        await graph.close()


async def test_calendars_are_told_from_all_pages(session: OutlookSession, microsoft: Responder) -> None:
    one, two = {"id": "1", "name": "One"}, {"id": "2", "name": "Two"}
    microsoft.script(
        Answer({"value": [one], "@odata.nextLink": f"{microsoft.url}/v1.0/me/calendars?$skip=1"}),
        Answer({"value": [two]}),
    )
    assert [each.calendar_id for each in await session.calendars()] == ["1", "2"]


async def test_that_calendars_may_not_be_listed_is_a_missing_scope(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer(refusal("ErrorAccessDenied"), 403))
    with pytest.raises(FeedError) as refused:
        await session.calendars()
    assert refused.value.fault is FeedFault.SCOPE_MISSING


async def test_an_event_is_read_again_and_only_what_is_used_of_it(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer(occurrence("2026-11-27")))
    found = await session.reread(CALENDAR, "weekly-2026-11-27")
    assert found
    assert found.start == datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    assert "attendees" not in microsoft.asked[0].query["$select"]


async def test_an_event_that_is_gone_is_none_when_it_is_read_again(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer(refusal("ErrorItemNotFound"), 404))
    assert await session.reread(CALENDAR, "gone") is None


async def test_that_an_event_cannot_be_read_again_is_told(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({}, 500))
    with pytest.raises(FeedError):
        await session.reread(CALENDAR, "x")


async def test_a_subscription_lasts_as_long_as_graph_says(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({"id": "sub-1", "expirationDateTime": "2026-11-25T09:00:00.0000000Z"}, 201))
    opened = await session.watch(CALENDAR, "ours", HOOK, "token-1")
    assert opened == Channel("sub-1", "sub-1", datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    assert microsoft.asked[0].json == {
        "changeType": "created,updated,deleted",
        "notificationUrl": HOOK,
        "lifecycleNotificationUrl": f"{HOOK}/lifecycle",
        "resource": "me/calendars/AAMk%2Fa%2Bb%3D/events",
        "expirationDateTime": "2026-11-26T07:00:00Z",
        "clientState": "token-1",
    }
    assert 'IdType="ImmutableId"' in microsoft.asked[0].headers["prefer"]


@pytest.mark.parametrize("answer", [Answer({}), Answer({"id": "s", "expirationDateTime": 7}), Answer({}, 403)])
async def test_a_subscription_that_cannot_be_opened_says_nothing_of_the_calendar(
    session: OutlookSession, microsoft: Responder, answer: Answer
) -> None:
    microsoft.script(answer)
    with pytest.raises(FeedError) as refused:
        await session.watch(CALENDAR, "ours", HOOK, "token-1")
    assert refused.value.fault is FeedFault.UNAVAILABLE


async def test_a_subscription_is_kept_for_longer(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({"id": "sub-1", "expirationDateTime": "2026-11-26T07:00:00"}))
    renewed = await session.renew(CALENDAR, CHANNEL, HOOK, "token-1")
    assert renewed == Channel("sub-1", "sub-1", datetime(2026, 11, 26, 7, 0, tzinfo=UTC))
    assert microsoft.paths() == ["PATCH /v1.0/subscriptions/sub-1"]


async def test_a_subscription_that_is_gone_is_opened_anew(session: OutlookSession, microsoft: Responder) -> None:
    opened = {"id": "sub-2", "expirationDateTime": "2026-11-26T07:00:00Z"}
    microsoft.script(Answer(refusal("ResourceNotFound"), 404), Answer(opened, 201))
    assert (await session.renew(CALENDAR, CHANNEL, HOOK, "token-1")).channel_id == "sub-2"


async def test_that_a_subscription_cannot_be_kept_is_told(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer({}, 503))
    with pytest.raises(FeedError):
        await session.renew(CALENDAR, CHANNEL, HOOK, "token-1")


async def test_a_subscription_is_closed_and_may_be_gone_already(session: OutlookSession, microsoft: Responder) -> None:
    microsoft.script(Answer(b"", 204), Answer(refusal("ResourceNotFound"), 404), Answer({}, 500))
    await session.stop(CHANNEL)
    await session.stop(CHANNEL)
    with pytest.raises(FeedError):
        await session.stop(CHANNEL)


async def test_where_graph_gives_no_link_everything_is_listed_anew(
    session: OutlookSession, microsoft: Responder
) -> None:
    microsoft.script(Answer({"value": []}), page(microsoft))
    first = await session.changes(CALENDAR, None, WINDOW)
    assert (await session.changes(CALENDAR, first.cursor, WINDOW)).complete
