"""The feed of Outlook calendars beside a server that remembers, written by somebody else."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.consent import OutlookConsent
from gateway.calendar.feeds.outlook.feed import OutlookFeed, OutlookSession
from gateway.calendar.feeds.outlook.graph import Graph
from gateway.calendar.feeds.port import Changes, FeedError, FeedEvent, Granted, Window
from gateway.calendar.words import EventStatus, FeedFault
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.peers.graph.accounts import CLIENT_ID, CLIENT_SECRET
from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.samples import appointment, at
from tests.peers.graph.state import CALENDAR

WINDOW = Window(MONDAY_MORNING - timedelta(days=1), MONDAY_MORNING + timedelta(days=60))
BACK = "https://sms.example.com/calendars/callback/outlook"


@pytest.fixture
async def graph(graph_peer: GraphPeer) -> AsyncIterator[Graph]:
    """Graph and Entra, pointed at the peer."""
    opened = Graph(
        OutlookApp(
            CLIENT_ID,
            CLIENT_SECRET,
            authority=graph_peer.authority,
            graph=graph_peer.api,
            trusted=graph_peer.authorities,
            timeout_s=10.0,
        )
    )
    yield opened
    await opened.close()


async def signed_in(graph: Graph, graph_peer: GraphPeer) -> Granted:
    """Ask, agree, and come back."""
    consent = OutlookConsent(graph.entra)
    begun = await consent.begin(BACK)
    async with httpx.AsyncClient(verify=graph_peer.trust(), trust_env=False) as browser:
        page = await browser.get(begun.url)
    answer = dict(httpx.URL(page.headers["Location"]).params)
    return await consent.complete(begun.kept, BACK, answer)


@pytest.fixture
async def session(graph: Graph, graph_peer: GraphPeer, clock: StoppedClock) -> OutlookSession:
    """A session of the user whose calendar it is."""
    return OutlookFeed(graph, clock).open((await signed_in(graph, graph_peer)).secret)


def weekly(count: int = 3) -> dict[str, object]:
    """A series on Tuesdays from the next day on."""
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]}
    span = {"type": "numbered", "startDate": "2026-11-24", "numberOfOccurrences": count}
    return appointment("2026-11-24", recurrence={"pattern": pattern, "range": span})


async def changes(session: OutlookSession, since: Changes | None = None) -> Changes:
    return await session.changes(CALENDAR, since.cursor if since else None, WINDOW)


def kept(known: Changes, then: Changes) -> dict[str, FeedEvent]:
    """What is left of ``known`` after ``then``, as the port says."""
    left = {
        each.event_id: each
        for each in known.events
        if each.event_id not in then.removed
        and each.series_id not in then.removed_series
        and each.series_id not in then.complete_series
    }
    return left | {each.event_id: each for each in then.events}


async def test_who_signs_in_is_known_by_a_name_that_stays(graph: Graph, graph_peer: GraphPeer) -> None:
    granted = await signed_in(graph, graph_peer)
    assert granted.label == "camille@example.com"
    assert granted.subject.count(".") == 1


async def test_a_user_who_declines_is_no_connection(graph: Graph, graph_peer: GraphPeer) -> None:
    graph_peer.control.post("/consent", {"denies": "access_denied"})
    with pytest.raises(FeedError) as refused:
        await signed_in(graph, graph_peer)
    assert refused.value.fault is FeedFault.CONSENT_REVOKED


@pytest.mark.parametrize("with_series", [True, False])
async def test_all_occurrences_have_the_texts_of_their_series(
    session: OutlookSession, graph_peer: GraphPeer, with_series: bool
) -> None:
    graph_peer.manners(tell_master=with_series)
    graph_peer.create(weekly())
    found = await changes(session)
    assert [(f"{each.start:%d.%m. %H:%M}", each.zone, each.title) for each in found.events] == [
        (f"{day} 08:00", "Europe/Paris", "Martin 06 12 34 56 78") for day in ("24.11.", "01.12.", "08.12.")
    ]
    assert len({each.uid for each in found.events}) == 1
    assert [each.original_start for each in found.events] == [
        f"{day}T080000Z" for day in ("20261124", "20261201", "20261208")
    ]


@pytest.mark.parametrize("told", [True, False])
async def test_an_occurrence_that_was_deleted_is_gone_though_graph_does_not_say_so(
    session: OutlookSession, graph_peer: GraphPeer, told: bool
) -> None:
    graph_peer.manners(tell_deleted_occurrences=told)
    graph_peer.create(weekly())
    first = await changes(session)
    graph_peer.delete(first.events[1].event_id)
    then = await changes(session, first)
    assert list(kept(first, then)) == [first.events[0].event_id, first.events[2].event_id]


async def test_an_occurrence_that_is_moved_keeps_its_names(session: OutlookSession, graph_peer: GraphPeer) -> None:
    graph_peer.create(weekly())
    first = await changes(session)
    moved = first.events[0]
    graph_peer.change(moved.event_id, {"start": at("2026-11-25", "15:00"), "end": at("2026-11-25", "16:00")})
    now = kept(first, await changes(session, first))[moved.event_id]
    assert (now.original_start, now.uid, f"{now.start:%d.%m. %H:%M}") == (
        moved.original_start,
        moved.uid,
        "25.11. 14:00",
    )


async def test_a_series_that_is_edited_is_told_anew_as_a_whole(session: OutlookSession, graph_peer: GraphPeer) -> None:
    series = graph_peer.create(weekly())
    first = await changes(session)
    graph_peer.change(series["id"], {"subject": "Atelier 06 39 98 00 11"})
    then = await changes(session, first)
    assert {each.title for each in kept(first, then).values()} == {"Atelier 06 39 98 00 11"}
    assert len(kept(first, then)) == 3


@pytest.mark.parametrize("one_by_one", [True, False])
async def test_a_series_that_is_deleted_is_gone_however_graph_tells_it(
    session: OutlookSession, graph_peer: GraphPeer, one_by_one: bool
) -> None:
    graph_peer.manners(tell_removed_occurrences=one_by_one)
    series = graph_peer.create(weekly())
    first = await changes(session)
    graph_peer.delete(series["id"])
    assert kept(first, await changes(session, first)) == {}


async def test_an_event_that_is_deleted_is_gone_and_a_cancelled_one_says_so(
    session: OutlookSession, graph_peer: GraphPeer
) -> None:
    gone, off = graph_peer.create(appointment()), graph_peer.create(appointment(begins="14:00", ends="15:00"))
    first = await changes(session)
    graph_peer.delete(gone["id"])
    graph_peer.change(off["id"], {"isCancelled": True})
    left = kept(first, await changes(session, first))
    assert {name: each.status for name, each in left.items()} == {off["id"]: EventStatus.CANCELLED}
    assert await session.reread(CALENDAR, gone["id"]) is None


async def test_pages_are_followed_to_the_last_one(session: OutlookSession, graph_peer: GraphPeer) -> None:
    span = {"type": "numbered", "startDate": "2026-11-24", "numberOfOccurrences": 50}
    for _ in range(5):
        graph_peer.create(
            appointment("2026-11-24", recurrence={"pattern": {"type": "daily", "interval": 1}, "range": span})
        )
    first = await changes(session)
    assert len(first.events) == 250
    assert sum(graph_peer.book()["requests"].values()) > 2
    assert not (await changes(session, first)).events


async def test_links_that_expired_are_told_and_a_complete_list_goes_on(
    session: OutlookSession, graph_peer: GraphPeer
) -> None:
    first = await changes(session)
    graph_peer.control.post("/cursors/expire")
    with pytest.raises(FeedError) as refused:
        await changes(session, first)
    assert refused.value.fault is FeedFault.CURSOR_EXPIRED
    assert (await changes(session)).complete


async def test_refresh_tokens_are_replaced_and_the_new_one_is_kept(
    session: OutlookSession, graph: Graph, graph_peer: GraphPeer, clock: StoppedClock
) -> None:
    graph_peer.manners(old_refresh_tokens_die=True)
    secret = session.secret
    for _ in range(3):
        graph_peer.control.post("/tokens/expire")
        session = OutlookFeed(graph, clock).open(session.secret)
        await changes(session)
    assert session.secret != secret


async def test_a_consent_that_was_taken_back_is_told(session: OutlookSession, graph_peer: GraphPeer) -> None:
    graph_peer.control.post("/revoke", {"user": "camille@example.com"})
    with pytest.raises(FeedError) as refused:
        await changes(session)
    assert refused.value.fault is FeedFault.CONSENT_REVOKED


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("ApplicationThrottled", FeedFault.THROTTLED),
        ("ServiceUnavailable", FeedFault.UNAVAILABLE),
        ("cut_before", FeedFault.UNAVAILABLE),
        ("cut_within", FeedFault.UNAVAILABLE),
        ("ErrorItemNotFound", FeedFault.CALENDAR_GONE),
    ],
)
async def test_accidents_have_their_names(
    session: OutlookSession, graph_peer: GraphPeer, kind: str, fault: FeedFault
) -> None:
    graph_peer.fail(kind, path="/calendarView", retry_after="7")
    with pytest.raises(FeedError) as refused:
        await changes(session)
    assert refused.value.fault is fault
    assert refused.value.retry_after == (None if kind.startswith("cut") else timedelta(seconds=7))


async def test_no_mailbox_is_asked_twice_at_once(session: OutlookSession, graph_peer: GraphPeer) -> None:
    graph_peer.create(weekly())
    first = await changes(session)
    graph_peer.change(first.events[0].event_id, {"subject": "Atelier"})
    await changes(session, first)
    assert graph_peer.book()["most_under_way"] == 1


async def test_many_series_that_did_not_come_along_cost_one_view(
    session: OutlookSession, graph_peer: GraphPeer
) -> None:
    graph_peer.manners(tell_master=False)
    for _ in range(21):
        graph_peer.create(weekly(1))
    found = await changes(session)
    assert [each.title for each in found.events] == ["Martin 06 12 34 56 78"] * 21
    assert sum(graph_peer.book()["requests"].values()) <= 4


async def test_a_poll_that_finds_nothing_new_is_one_request(session: OutlookSession, graph_peer: GraphPeer) -> None:
    graph_peer.create(appointment())
    first = await changes(session)
    graph_peer.control.post("/forget")
    await changes(session, first)
    assert sum(graph_peer.book()["requests"].values()) == 1
