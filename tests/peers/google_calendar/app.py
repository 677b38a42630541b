"""The peer put together: sign-in, the Calendar API v3, and the control room of tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

from tests.peers.google_calendar.api import api_routes
from tests.peers.google_calendar.control import control_routes
from tests.peers.google_calendar.oauth import SignIn
from tests.peers.google_calendar.state import USER, Peer


def create_app(base: str) -> Starlette:
    """The server at an address of its own."""
    peer = Peer(base)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await peer.channels.close()

    sign_in = SignIn(peer.accounts, peer.accidents, USER)
    routes = [*sign_in.routes(), Mount("/calendar/v3", routes=api_routes(peer))]
    routes.append(Mount("/_control", routes=control_routes(peer)))
    return Starlette(routes=routes, lifespan=lifespan)
