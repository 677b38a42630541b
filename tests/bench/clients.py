"""Clients for the benches, each with a sender that is recognised by its address and this machine's; and their SMS."""

import asyncio
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy import Engine as SqlEngine

from gateway.accounts import clients, senders
from gateway.accounts.words import Notify
from gateway.app.opening import migrate, open_current
from gateway.billing.lots import Grant, grant
from gateway.engine.database import Engine, Stamp
from gateway.settings import Settings
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import LotKind
from tests.cast import YEAR

UNITS = 10_000_000


def address_of(number: int) -> str:
    """The sender of the client of this number."""
    return f"staff@client{number}.example"


async def make_clients(data_dir: Path, database_url: str | None, count: int) -> None:
    """Make a database with ``count`` clients; on SQLite no service may be running."""
    settings = Settings(data_dir=data_dir, database_url=database_url)
    await asyncio.to_thread(migrate, settings)
    async with open_current(settings) as engine:
        for first in range(0, count, 500):
            await _join(engine, range(first, min(first + 500, count)))


def delivered(outside: SqlEngine) -> int:
    """How many of their messages the network has delivered."""
    with outside.connect() as connection:
        return connection.scalar(select(func.count()).where(message.c.state == MessageState.DELIVERED)) or 0


async def _join(engine: Engine, numbers: range) -> None:
    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        for number in numbers:
            _add(connection, stamp, number)

    await engine.write(unit)


def _add(connection: Connection, stamp: Stamp, number: int) -> None:
    slug = f"client{number}"
    client = clients.add(connection, stamp, "bench", name=slug, slug=slug)
    senders.add(connection, stamp, "bench", account=slug, value=address_of(number), notify=Notify.NONE, max_parts=10)
    senders.add(connection, stamp, "bench", account=slug, value="127.0.0.1")
    grant(connection, stamp, Grant(client.account_id, LotKind.PACK, UNITS, "bench", stamp.now + YEAR))
