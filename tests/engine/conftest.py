"""A table to write to, an inbox, and a way to make units wait for one another, for the tests of the engine."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, String, Table, insert

from gateway.engine.database import PG_WRITERS, Engine
from gateway.engine.inbox import Inbox
from tests.databases import from_outside


@pytest.fixture
def note(database_url: str) -> Table:
    """An empty table whose words are unique."""
    table = Table(
        "note",
        MetaData(),
        Column("word", String(40), primary_key=True),
        Column("weight", LargeBinary),
        Column("times", Integer, nullable=False, default=0),
    )
    table.metadata.create_all(from_outside(database_url))
    return table


@pytest.fixture
def write_word(note: Table) -> Callable[[str], Callable[[Connection], str]]:
    """Makes the unit of work that notes a word and returns it."""

    def unit_for(word: str) -> Callable[[Connection], str]:
        def unit(connection: Connection) -> str:
            connection.execute(insert(note).values(word=word))
            return word

        return unit

    return unit_for


@pytest.fixture
async def inbox() -> Inbox:
    """In front of one thread."""
    return Inbox("test", 1)


@pytest.fixture
def held_up(engine: Engine) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Keeps all writers busy for the time of a block, so that what is handed in meanwhile becomes one group."""
    writers = 1 if engine.dialect == "sqlite" else PG_WRITERS

    @contextlib.asynccontextmanager
    async def hold() -> AsyncIterator[None]:
        loop, go_on = asyncio.get_running_loop(), threading.Event()
        waits = []
        for _ in range(writers):
            started = asyncio.Event()

            def wait(_connection: Connection, started: asyncio.Event = started) -> None:
                loop.call_soon_threadsafe(started.set)
                go_on.wait(30)

            waits.append(asyncio.create_task(engine.write(wait)))
            await started.wait()
        try:
            yield
            await asyncio.sleep(0)  # the tasks made in the block hand their units in
        finally:
            go_on.set()
            await asyncio.gather(*waits)

    return hold
