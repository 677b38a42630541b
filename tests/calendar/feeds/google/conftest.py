"""Google as a responder on this machine, and what talks to it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.feed import GoogleFeed, GoogleSession
from gateway.calendar.feeds.google.tokens import Tokens, write_tokens
from tests.calendar.feeds.responder import Responder, responding
from tests.clock import StoppedClock


@pytest.fixture
def google() -> Iterator[Responder]:
    """Google, for one test."""
    with responding() as responder:
        yield responder


@pytest.fixture
def app(google: Responder) -> GoogleApp:
    """An application that takes the responder for Google."""
    return GoogleApp(
        "client-1",
        "client-secret",
        api=f"{google.url}/calendar/v3/",
        token_uri=f"{google.url}/token",
        revoke_uri=f"{google.url}/revoke",
        timeout_s=5.0,
    )


@pytest.fixture
async def client(app: GoogleApp) -> AsyncIterator[GoogleClient]:
    """Google's library, pointed at the responder."""
    opened = GoogleClient(app)
    yield opened
    await opened.close()


@pytest.fixture
def session(client: GoogleClient, clock: StoppedClock) -> GoogleSession:
    """A session whose access token is good for as long as anybody lives."""
    return GoogleFeed(client, clock).open(write_tokens(Tokens("refresh-1", "access-1")))
