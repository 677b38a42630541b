"""A served listener for each test that asks for one."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import trustme
import uvloop

from gateway.settings import Settings, SmtpSettings
from gateway.smtp.listener import Doors, Listener, bind_doors, serve_smtp
from tests.smtp.callers import FakeReception, House, worded

#: Test modules of what the two event loops do each in their own way.
ON_BOTH_LOOPS = {"test_tls_door"}

Serve = Callable[..., Awaitable[tuple[House, Listener]]]


def pytest_asyncio_loop_factories(item: pytest.Item) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loops that a test runs on."""
    standard = {"asyncio": asyncio.new_event_loop}
    return standard | {"uvloop": uvloop.new_event_loop} if item.path.stem in ON_BOTH_LOOPS else standard


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who signs the certificates of the tests."""
    return trustme.CA()


@pytest.fixture(scope="session")
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    """The TLS side of the server, for localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def client_context(authority: trustme.CA) -> ssl.SSLContext:
    """The TLS side of a client that trusts the server."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
async def serve(server_context: ssl.SSLContext, client_context: ssl.SSLContext) -> AsyncIterator[Serve]:
    """Serve a listener with changed settings; it is drained when the test ends."""
    async with AsyncExitStack() as stack:

        async def start(**changes: object) -> tuple[House, Listener]:
            defaults = SmtpSettings(port=0, submissions_port=0, lmtp_port=0)
            smtp = replace(defaults, **changes)  # type: ignore[arg-type]  # each test names its own
            doors = bind_doors(smtp)
            settings = Settings(domain="sms.test", smtp=smtp)
            reception = FakeReception()
            listener = await serve_smtp(settings, reception, worded, doors, server_context)
            house = House(reception, *_ports(doors), client_context)
            stack.push_async_callback(_close, house, listener)
            return house, listener

        yield start


@pytest.fixture
async def house(serve: Serve) -> House:
    """A listener with the default settings."""
    served, _ = await serve()
    return served


async def _close(house: House, listener: Listener) -> None:
    house.reception.storing.set()
    await listener.drain(0)
    await asyncio.gather(*(caller.hang_up() for caller in house.callers))


def _ports(doors: Doors) -> tuple[int, int, int]:
    (smtp,), (submissions,), (lmtp,) = doors.smtp, doors.submissions, doors.lmtp
    return smtp.getsockname()[1], submissions.getsockname()[1], lmtp.getsockname()[1]
