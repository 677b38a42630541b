"""The calendar of the demo client is published wherever there is room for it."""

import socket
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.app import calendars
from gateway.app.catalogue import billing_rules
from gateway.app.demo import SLUG, demo
from gateway.app.demo_calendar import link_demo_calendar, published
from gateway.app.rules import read_rules
from gateway.calendar import calendars as rows
from gateway.engine.database import Engine
from gateway.settings import CalendarsSettings, Settings, WebSettings
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


async def test_the_demo_leaves_a_calendar_alone_that_somebody_linked_to_try_it_out(
    engine: Engine, tmp_path: Path
) -> None:
    """Its own of an earlier start is published nowhere any more."""
    places = ("127.0.0.1:8026", "127.0.0.1:9026", "127.0.0.1:5232")
    settings = Settings(data_dir=tmp_path, calendars=CalendarsSettings(private_servers=places))
    rules, billing, stamp = read_rules(settings), billing_rules(settings), engine.stamp()
    again = partial(link_demo_calendar, stamp=stamp, settings=settings, rules=rules, billing=billing)

    def start_twice(connection: Connection) -> list[bool]:
        demo(connection, stamp, "demo", settings, rules.credit)
        again(connection, server=places[0])
        calendars.link(
            connection, stamp, "me", settings, billing, account=SLUG, address=f"http://{places[2]}/me.ics", enable=True
        )
        again(connection, server=places[1])
        account_id = clients.find(connection, SLUG).account_id
        return [each.enabled_at is not None for each in rows.of_account(connection, account_id)]

    assert sorted(await engine.write(start_twice)) == [False, True, True]
