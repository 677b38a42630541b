"""The calendar of the demo client is published wherever there is room for it."""

import socket
from collections.abc import Iterator

import pytest

from gateway.app.demo_calendar import published
from gateway.settings import Settings, WebSettings
from tests.clock import StoppedClock


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def place(web_port: int) -> tuple[str, int]:
    """Where it is published beside a web server of that port."""
    async with published(Settings(web=WebSettings(port=web_port)), StoppedClock()) as server:
        host, _, port = server.partition(":")
        return host, int(port)


async def test_a_port_that_is_taken_is_left_to_who_has_it(taken: int) -> None:
    """Somebody's second gateway must not fail for a port that nobody set."""
    host, port = await place(taken - 1)
    assert (host, port != taken) == ("127.0.0.1", True)


async def test_there_is_a_port_after_the_last_one_too() -> None:
    assert (await place(65_535))[1] > 0
