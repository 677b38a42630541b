"""Fixtures of the peers: each server is started once for a run, and begins again for every test."""

from collections.abc import Iterator

import pytest

from tests.peers.caldav_server import CalDavServer, caldav_calendar
from tests.peers.google_calendar.peer import GooglePeer
from tests.peers.google_calendar.peer import running_peer as running_google
from tests.peers.google_calendar.server import GoogleServer
from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.peer import running_peer as running_graph
from tests.peers.graph.server import GraphServer
from tests.peers.node import Node
from tests.peers.radicale import Radicale, running_radicale
from tests.peers.sign_in.peer import SignIn, running_sign_in
from tests.peers.stripe.peer import StripePeer
from tests.peers.stripe.peer import running_peer as running_stripe


@pytest.fixture(scope="session")
def google_server() -> Iterator[GooglePeer]:
    """The Google Calendar peer, whatever is in it."""
    with running_google() as peer:
        yield peer


@pytest.fixture
def google_peer(google_server: GooglePeer) -> GooglePeer:
    """The Google Calendar peer with one user, whose calendar is empty, at the hour that the stopped clock shows."""
    google_server.control.post("/begin")
    return google_server


@pytest.fixture(scope="session")
def graph_server() -> Iterator[GraphPeer]:
    """The Microsoft Graph peer, whatever is in it."""
    with running_graph() as peer:
        yield peer


@pytest.fixture
def graph_peer(graph_server: GraphPeer) -> GraphPeer:
    """The Microsoft Graph peer with one user, whose calendar is empty, at the hour that the stopped clock shows."""
    graph_server.control.post("/begin")
    return graph_server


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[StripePeer]:
    """A server with Stripe's manners, whatever is in it."""
    with running_stripe() as peer:
        yield peer


@pytest.fixture
def stripe_peer(stripe_server: StripePeer) -> StripePeer:
    """A server with Stripe's manners that knows nothing yet."""
    stripe_server.forget()
    return stripe_server


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    """A CalDAV server of one user; tests use calendars of different names."""
    with running_radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="session")
def google_sign_in(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignIn]:
    """Google's consent and token endpoints, by the npm package ``emulate``."""
    with running_sign_in(node, "google", tmp_path_factory.mktemp("google")) as peer:
        yield peer


@pytest.fixture(scope="session")
def microsoft_sign_in(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignIn]:
    """Microsoft's consent and token endpoints, by the npm package ``emulate``, by https."""
    with running_sign_in(node, "microsoft", tmp_path_factory.mktemp("microsoft")) as peer:
        yield peer


@pytest.fixture
def caldav_server(radicale: Radicale) -> Iterator[CalDavServer]:
    """An empty calendar on Radicale, behind a gate, in the hands of its owner."""
    with caldav_calendar(radicale) as server:
        yield server


@pytest.fixture
def google_calendar(google_peer: GooglePeer) -> GoogleServer:
    """An empty calendar at Google, in the hands of its owner."""
    return GoogleServer(google_peer)


@pytest.fixture
def outlook_calendar(graph_peer: GraphPeer) -> GraphServer:
    """An empty calendar in Outlook, in the hands of its owner."""
    return GraphServer(graph_peer)
