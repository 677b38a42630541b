"""The HTTP server inside the service: its routes, and starting and stopping it with the rest."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable
from gateway.web.discretion import Discretion
from gateway.web.metrics import CONTENT_TYPE, metrics
from gateway.web.webhooks import Hear, payment_route

#: The tasks that have not come round in time; none is well.
Stuck = Callable[[], Sequence[str]]


def application(
    engine: Engine,
    stuck: Stuck,
    webhooks: Mapping[str, Hear] = MappingProxyType({}),
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """The routes, and ``more`` of them. ``webhooks``: who takes in what a provider of payments tells, by its name."""

    async def healthz(_request: Request) -> Response:
        """200 while the database answers and every task comes round, else 503 with what does not."""
        try:
            await engine.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
        except StorageUnavailable:
            return JSONResponse({"status": "failing", "because": ["database"]}, 503)
        if late := list(stuck()):
            return JSONResponse({"status": "failing", "because": late}, 503)
        return JSONResponse({"status": "ok"})

    async def show_metrics(_request: Request) -> Response:
        """Figures in the text format of Prometheus."""
        return PlainTextResponse(await metrics(engine), media_type=CONTENT_TYPE)

    own = (Route("/healthz", healthz), Route("/metrics", show_metrics), payment_route(webhooks))
    return Starlette(routes=[*own, *more], middleware=[Middleware(Discretion)])


class _Server(uvicorn.Server):
    """A server that leaves the signals to the service."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Serves until closed."""

    def __init__(self, app: Starlette, door: socket.socket, trusted_proxies: Sequence[str] = ()) -> None:
        """``trusted_proxies``: whose word is taken, by X-Forwarded-For, for the address that a request came from."""
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
        )
        self._server = _Server(config)
        self._door = door
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to answer."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._door]))

    async def close(self) -> None:
        """Answer what was asked, and stop."""
        self._server.should_exit = True
        if self._task:
            await self._task


def bind(host: str, port: int) -> socket.socket:
    """Bind the address; ``OSError`` where it is taken."""
    door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from None
    door.listen()  # who comes before the server is up waits, and is not turned away
    return door
