"""What the peers of HTTP providers have in common: numbers with a fate, what was sent, webhooks that are due."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.engine.clock import Clock
from gateway.web.server import bind
from tests.peers.stage.accidents import Accidents
from tests.peers.stage.serving import OpenLine

#: Numbers that every peer refuses for good, asks to come back with, and wants nothing of because of the account.
REFUSED, THROTTLED, UNPAID = "+33639981291", "+33639981294", "+33639981295"


@dataclass(frozen=True)
class Push:
    """A webhook."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Sent:
    """A message that the peer took."""

    ref: str
    recipient: str
    fields: Mapping[str, Any]
    callback: str = ""


class Peer(ABC):
    """One provider with one account, whose webhooks lead to ``webhook``."""

    phone = "+33639981234"  # of somebody who writes to us

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.webhook = ""
        self.sent: list[Sent] = []
        self.requests: list[Request] = []
        self.due: list[Push] = []
        self.accidents = Accidents(lambda kind, _options: Response("<html>", int(kind)))

    @abstractmethod
    def routes(self) -> list[Route]:
        """What is answered."""

    @abstractmethod
    def receipt(self, ref: str, state: str) -> Push:
        """The webhook that tells of a state, in the provider's own words."""

    @abstractmethod
    def deliver(self, ref: str) -> None:
        """Have a message delivered, and its receipt due."""

    async def push_due(self) -> list[int]:
        """Deliver what is due, and give the status of each; what is not taken in stays due."""
        statuses = [await deliver(each) for each in self.due]
        self.due = [push for push, status in zip(self.due, statuses, strict=True) if status >= 300]
        return statuses

    def app(self) -> Starlette:
        """The server; accidents befall every request."""
        return Starlette(routes=[self._around(each) for each in self.routes()])

    def _around(self, route: Route) -> Route:
        inner: Any = route.endpoint

        async def answer(request: Request) -> Response:
            await request.body()
            self.requests.append(request)
            return await self.accidents.around(request, lambda: inner(request))

        return Route(route.path, answer, methods=list(route.methods or ()))


async def deliver(push: Push) -> int:
    """Deliver one webhook; its status."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.request(push.method, push.url, headers=push.headers, content=push.body)
        return answer.status_code


class _Server(uvicorn.Server):
    """A server that leaves the signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(peer: Peer) -> AsyncIterator[str]:
    """Serve on a port of its own; gives the address. Who is kept waiting at the end is answered."""
    door = bind("127.0.0.1", 0)
    config = uvicorn.Config(peer.app(), http=OpenLine, ws="none", log_config=None, access_log=False, lifespan="off")
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[door]))
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        peer.accidents.release()
        server.should_exit = True
        await task
