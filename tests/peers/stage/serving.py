"""Serving a peer on this machine: on a port of its own, until standard input ends."""

import asyncio
import socket
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from starlette.applications import Starlette
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol


class OpenLine(H11Protocol):
    """A connection that an application can pull: it finds the transport in the state of the request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Lay the transport where the application looks."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def arguments(*more: str) -> Namespace:
    """``--port`` and whatever else a peer takes."""
    parser = ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    for each in more:
        parser.add_argument(each)
    return parser.parse_args()


def serve(
    port: int, make: Callable[[str], Starlette], certificate: str | None = None, host_name: str = "127.0.0.1"
) -> None:
    """Serve what ``make`` makes of the server's own address, print the port, and end with standard input.

    ``certificate`` is a PEM file with key and chain; with it the server speaks TLS.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        bound = listener.getsockname()[1]
        scheme = "https" if certificate else "http"
        app = make(f"{scheme}://{host_name}:{bound}")
        config = Config(
            app, http=OpenLine, ws="none", lifespan="on", log_level="critical", ssl_certfile=certificate, loop="asyncio"
        )
        asyncio.run(_until_input_ends(Server(config), listener, bound))


async def _until_input_ends(server: Server, listener: socket.socket, port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    serving = asyncio.create_task(server.serve([listener]))
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = server.force_exit = True
    await serving
