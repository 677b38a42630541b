"""The peer put together: sign-in, Microsoft Graph v1.0, and the control room of tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

from tests.peers.graph.api import api_routes
from tests.peers.graph.control import control_routes
from tests.peers.graph.sign_in import SignIn
from tests.peers.graph.state import USER, Peer


def create_app(base: str) -> Starlette:
    """The server at an address of its own."""
    peer = Peer(base)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await peer.subscriptions.close()

    sign_in = SignIn(peer.accounts, peer.accidents, peer.manners, base, USER)
    routes = [Mount("/v1.0", routes=api_routes(peer)), Mount("/_control", routes=control_routes(peer))]
    return Starlette(routes=[*routes, *sign_in.routes()], lifespan=lifespan)
