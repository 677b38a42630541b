"""Entra and Graph as one responder on this machine, which speaks TLS: msal takes no less."""

import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.feed import OutlookFeed, OutlookSession
from gateway.calendar.feeds.outlook.graph import Graph
from tests.calendar.feeds.outlook.resources import token_cache
from tests.calendar.feeds.responder import Answer, Responder, responding
from tests.clock import StoppedClock


@dataclass(frozen=True)
class Trust:
    """An authority of this run, and a certificate of localhost."""

    authority: Path
    server: ssl.SSLContext


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    """A certificate authority for one run."""
    authority = trustme.CA()
    path = tmp_path_factory.mktemp("trust") / "authority.pem"
    authority.cert_pem.write_to_path(path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    return Trust(path, server)


@pytest.fixture
def microsoft(trust: Trust) -> Iterator[Responder]:
    """Microsoft, for one test."""
    with responding(trust.server) as responder:
        entra = f"{responder.url}/common/oauth2/v2.0"
        known = {
            "issuer": f"{responder.url}/common/v2.0",
            "authorization_endpoint": f"{entra}/authorize",
            "token_endpoint": f"{entra}/token",
        }
        responder.always("/common/v2.0/.well-known/openid-configuration", Answer(known))
        yield responder


@pytest.fixture
def app(microsoft: Responder, trust: Trust) -> OutlookApp:
    """An application that takes the responder for Microsoft."""
    return OutlookApp(
        "client-1",
        "client-secret",
        authority=f"{microsoft.url}/common",
        graph=f"{microsoft.url}/v1.0",
        trusted=trust.authority,
        timeout_s=5.0,
    )


@pytest.fixture
async def graph(app: OutlookApp) -> AsyncIterator[Graph]:
    """Graph and Entra, pointed at the responder."""
    opened = Graph(app)
    yield opened
    await opened.close()


@pytest.fixture
def session(graph: Graph, app: OutlookApp, clock: StoppedClock) -> OutlookSession:
    """A session whose access token is good for as long as anybody lives."""
    return OutlookFeed(graph, clock).open(token_cache(app))
