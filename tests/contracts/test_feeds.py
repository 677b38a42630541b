"""Every feed behind the port keeps the same contract; the calendar in memory that other tests use does too."""

from collections.abc import AsyncIterator

import pytest

from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.feed import GoogleFeed
from gateway.calendar.feeds.google.tokens import Tokens, write_tokens
from gateway.calendar.feeds.ics.addresses import Gate
from gateway.calendar.feeds.ics.caldav import CalDavFeed
from gateway.calendar.feeds.ics.feed import IcsFeed
from gateway.calendar.feeds.ics.fetching import Fetcher
from gateway.calendar.feeds.ics.keys import Login, Subscription
from gateway.calendar.feeds.ics.reading import CalendarReader
from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.consent import OutlookConsent
from gateway.calendar.feeds.outlook.feed import OutlookFeed
from gateway.calendar.feeds.outlook.graph import Graph
from tests.calendar.memory import MemoryCalendar, MemoryFeed
from tests.clock import StoppedClock
from tests.contracts.feed import FeedContract, Linked, ServedFeedContract
from tests.peers.caldav_server import CalDavServer
from tests.peers.google_calendar.server import GoogleServer
from tests.peers.graph.accounts import CLIENT_ID, CLIENT_SECRET
from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.server import GraphServer
from tests.peers.radicale import PASSWORD, USER

ZONE = "Europe/Paris"
BACK = "https://gateway.example/calendar/back"


class TestMemory(FeedContract):
    """The calendar in memory."""

    @pytest.fixture
    def linked(self) -> Linked:
        """One calendar of its own."""
        server = MemoryCalendar()
        return Linked(MemoryFeed(server).open(server.secret), server.calendar_id, server)


class TestGoogle(ServedFeedContract):
    """Google, by the peer that remembers."""

    @pytest.fixture(params=[{}, {"series_tombstone": True, "window_after_sync": True, "sparse_tombstones": False}])
    async def linked(
        self, google_calendar: GoogleServer, clock: StoppedClock, request: pytest.FixtureRequest
    ) -> AsyncIterator[Linked]:
        """By either reading of what Google's documents leave open."""
        peer = google_calendar.peer
        peer.manners(largest_page=7, **request.param)
        grant = peer.grant()
        client = GoogleClient(
            GoogleApp(grant["client_id"], grant["client_secret"], api=peer.api, token_uri=peer.token_uri, timeout_s=30)
        )
        session = GoogleFeed(client, clock).open(write_tokens(Tokens(grant["refresh_token"])))
        yield Linked(session, google_calendar.calendar, google_calendar)
        await session.close()
        await client.close()


class TestOutlook(ServedFeedContract):
    """Outlook, by the peer that remembers."""

    @pytest.fixture(
        params=[
            {},
            {"tell_deleted_occurrences": True, "tell_removed_occurrences": True, "tell_master": False},
        ]
    )
    async def linked(
        self, outlook_calendar: GraphServer, clock: StoppedClock, request: pytest.FixtureRequest
    ) -> AsyncIterator[Linked]:
        """By either reading of what Microsoft's documents leave open."""
        peer = outlook_calendar.peer
        peer.manners(**request.param)
        graph = Graph(
            OutlookApp(
                CLIENT_ID,
                CLIENT_SECRET,
                authority=peer.authority,
                graph=peer.api,
                trusted=peer.authorities,
                timeout_s=30,
            )
        )
        session = OutlookFeed(graph, clock).open(await _signed_in(graph, peer))
        yield Linked(session, outlook_calendar.calendar, outlook_calendar)
        await session.close()
        await graph.close()


class TestCalDav(ServedFeedContract):
    """Radicale by CalDAV."""

    @pytest.fixture
    async def linked(self, caldav_server: CalDavServer, clock: StoppedClock) -> AsyncIterator[Linked]:
        """A calendar of its own."""
        reader = CalendarReader()
        async with Fetcher(Gate({caldav_server.gate.url.removeprefix("http://")})) as fetcher:
            login = Login(f"{caldav_server.gate.url}/", USER, PASSWORD, ZONE)
            session = CalDavFeed(fetcher, reader, clock.now).open(login.seal())
            yield Linked(session, caldav_server.url, caldav_server)
            await session.close()
        await reader.close()


class TestIcs(ServedFeedContract):
    """Radicale by the file that it publishes."""

    @pytest.fixture
    async def linked(self, caldav_server: CalDavServer, clock: StoppedClock) -> AsyncIterator[Linked]:
        """A calendar of its own."""
        reader = CalendarReader()
        async with Fetcher(Gate({caldav_server.gate.url.removeprefix("http://")})) as fetcher:
            secret = Subscription(caldav_server.publish(), ZONE).seal()
            session = IcsFeed(fetcher, reader, clock.now).open(secret)
            (calendar,) = await session.calendars()
            yield Linked(session, calendar.calendar_id, caldav_server)
            await session.close()
        await reader.close()


async def _signed_in(graph: Graph, peer: GraphPeer) -> bytes:
    """Ask, agree, and come back."""
    consent = OutlookConsent(graph.entra)
    begun = await consent.begin(BACK)
    return (await consent.complete(begun.kept, BACK, peer.agree(begun.url))).secret
