"""The same stories wherever the calendar lives: in memory on both databases, and on a server of every kind."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from gateway.calendar.feeds.google.app import SCOPES, WRITE_SCOPE, GoogleApp
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
from gateway.engine.database import Engine
from tests.calendar.memory import MemoryCalendar, MemoryFeed
from tests.calendar.practice import Practice, Served, practice
from tests.calendar.server import CalendarServer
from tests.clock import StoppedClock
from tests.peers.caldav_server import CalDavServer
from tests.peers.google_calendar.peer import PRIMARY
from tests.peers.google_calendar.server import GoogleServer
from tests.peers.graph.accounts import CLIENT_ID, CLIENT_SECRET
from tests.peers.graph.server import GraphServer
from tests.peers.radicale import PASSWORD, USER

ZONE = "Europe/Paris"
BACK = "https://gateway.example/calendar/back"

Open = Callable[..., Awaitable[Practice]]

STAGES = [
    pytest.param(("memory", "sqlite"), id="memory on sqlite"),
    pytest.param(("memory", "postgres"), id="memory on postgres", marks=pytest.mark.postgres),
    pytest.param(("google", "sqlite"), id="google"),
    pytest.param(("outlook", "sqlite"), id="outlook"),
    pytest.param(("caldav", "sqlite"), id="caldav"),
    pytest.param(("ics", "sqlite"), id="ics"),
]


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Where the calendar lives, and in which database we keep what we know."""
    where, database = request.param
    return where, database


@pytest.fixture
def writes() -> bool:
    """Whether she also agreed that her events are written to; who needs it says so for a whole module."""
    return False


@pytest.fixture
def backend(stage: tuple[str, str]) -> str:
    """The kind of database."""
    return stage[1]


@pytest.fixture
async def served(stage: tuple[str, str], request: pytest.FixtureRequest, clock: StoppedClock) -> AsyncIterator[Served]:
    """Alice's calendar."""
    async with AsyncExitStack() as stack:
        yield await _SERVING[stage[0]](request, clock, stack)


@pytest.fixture
def server(served: Served) -> CalendarServer:
    """Her side of it."""
    return served.server


@pytest.fixture
def open_practice(engine: Engine, clock: StoppedClock, served: Served) -> Open:
    """Opens her practice."""

    async def opening(**settings: object) -> Practice:
        return await practice(engine, clock, MemoryCalendar(), served=served, **settings)  # type: ignore[arg-type]  # checked where it is used

    return opening


async def _memory(request: pytest.FixtureRequest, clock: StoppedClock, stack: AsyncExitStack) -> Served:
    server = MemoryCalendar()
    return Served(server, MemoryFeed(server), server.secret, server.calendar_id)


async def _google(request: pytest.FixtureRequest, clock: StoppedClock, stack: AsyncExitStack) -> Served:
    calendar: GoogleServer = request.getfixturevalue("google_calendar")
    peer = calendar.peer
    write = (WRITE_SCOPE,) if request.getfixturevalue("writes") else ()
    grant = peer.grant(PRIMARY, *SCOPES, *write)
    app = GoogleApp(grant["client_id"], grant["client_secret"], api=peer.api, token_uri=peer.token_uri, timeout_s=30)
    client = GoogleClient(app)
    stack.push_async_callback(client.close)
    return Served(calendar, GoogleFeed(client, clock), write_tokens(Tokens(grant["refresh_token"])), calendar.calendar)


async def _outlook(request: pytest.FixtureRequest, clock: StoppedClock, stack: AsyncExitStack) -> Served:
    calendar: GraphServer = request.getfixturevalue("outlook_calendar")
    peer = calendar.peer
    app = OutlookApp(
        CLIENT_ID,
        CLIENT_SECRET,
        authority=peer.authority,
        graph=peer.api,
        trusted=peer.authorities,
        timeout_s=30,
    )
    graph = Graph(app)
    stack.push_async_callback(graph.close)
    consent = OutlookConsent(graph.entra)
    begun = await consent.begin(BACK, writes=request.getfixturevalue("writes"))
    granted = await consent.complete(begun.kept, BACK, peer.agree(begun.url))
    return Served(calendar, OutlookFeed(graph, clock), granted.secret, calendar.calendar)


async def _caldav(request: pytest.FixtureRequest, clock: StoppedClock, stack: AsyncExitStack) -> Served:
    calendar, fetcher, reader = await _radicale(request, stack)
    login = Login(f"{calendar.gate.url}/", USER, PASSWORD, ZONE)
    return Served(calendar, CalDavFeed(fetcher, reader, clock.now), login.seal(), calendar.url)


async def _ics(request: pytest.FixtureRequest, clock: StoppedClock, stack: AsyncExitStack) -> Served:
    calendar, fetcher, reader = await _radicale(request, stack)
    subscription = Subscription(calendar.publish(), ZONE)
    return Served(calendar, IcsFeed(fetcher, reader, clock.now), subscription.seal(), "the one")


async def _radicale(
    request: pytest.FixtureRequest, stack: AsyncExitStack
) -> tuple[CalDavServer, Fetcher, CalendarReader]:
    calendar: CalDavServer = request.getfixturevalue("caldav_server")
    reader = CalendarReader()
    stack.push_async_callback(reader.close)
    fetcher = await stack.enter_async_context(Fetcher(Gate({calendar.gate.url.removeprefix("http://")})))
    return calendar, fetcher, reader


_SERVING = {"memory": _memory, "google": _google, "outlook": _outlook, "caldav": _caldav, "ics": _ics}
