"""What goes wrong between us, Entra and Graph: told at once, and no token goes where it does not belong."""

from datetime import timedelta

import pytest

from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.feed import OutlookFeed, OutlookSession
from gateway.calendar.feeds.outlook.graph import Graph
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.outlook.asking import CALENDAR, WINDOW, everything, page, refusal_of
from tests.calendar.feeds.outlook.resources import refusal, token, token_cache
from tests.calendar.feeds.responder import Answer, Cut, Responder
from tests.clock import StoppedClock


async def test_the_token_is_not_carried_to_where_an_altered_cursor_leads(
    session: OutlookSession, microsoft: Responder
) -> None:
    first = await everything(session, microsoft)
    altered = first.cursor.replace("localhost", "127.0.0.1")
    assert (await refusal_of(session, altered)).fault is FeedFault.CURSOR_EXPIRED
    assert len(microsoft.asked) == 1


async def test_the_token_is_not_carried_to_where_a_page_leads(session: OutlookSession, microsoft: Responder) -> None:
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


async def test_nothing_that_graph_or_entra_said_to_one_user_is_shown_for_another(
    graph: Graph, app: OutlookApp, clock: StoppedClock, microsoft: Responder
) -> None:
    cookie = {"Set-Cookie": "session=alice; Path=/; Secure"}
    for user in (1, 2):
        delta = page(microsoft)
        renewed = Answer(token(app, f"access-{user}", f"refresh-{user}"), headers=cookie)
        microsoft.script(renewed, Answer(delta.body, headers=cookie))
        await OutlookFeed(graph, clock).open(token_cache(app, expires_in=1)).changes(CALENDAR, None, WINDOW)
    assert ["cookie" in each.headers for each in microsoft.asked] == [False] * 4
