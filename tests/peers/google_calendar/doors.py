"""Google as an owner meets it who links a calendar: our own client, with the peer in Google's place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.consent import GoogleConsent
from gateway.calendar.feeds.google.feed import GoogleFeed
from gateway.calendar.linking import Doors
from gateway.engine.clock import Clock
from tests.peers.google_calendar.accounts import CLIENT_ID, CLIENT_SECRET
from tests.peers.google_calendar.peer import GooglePeer


@asynccontextmanager
async def google_doors(peer: GooglePeer, clock: Clock, back: str) -> AsyncIterator[Doors]:
    """The consent and the feed; ``back`` is where the browser is sent afterwards."""
    app = GoogleApp(
        CLIENT_ID,
        CLIENT_SECRET,
        api=peer.api,
        auth_uri=f"{peer.url}/o/oauth2/v2/auth",
        token_uri=peer.token_uri,
    )
    client = GoogleClient(app)
    try:
        yield Doors(GoogleConsent(app, client), GoogleFeed(client, clock), back)
    finally:
        await client.close()
