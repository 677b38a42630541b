"""Units that read: they cannot write, and see one state of affairs from beginning to end."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.exc import InternalError

from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable


async def test_a_reader_cannot_write(engine: Engine, note: Table) -> None:
    with pytest.raises((StorageUnavailable, InternalError)):  # as each database puts it
        await engine.read(lambda connection: connection.execute(insert(note).values(word="no")).rowcount)


async def test_a_read_is_a_snapshot(
    engine: Engine, note: Table, write_word: Callable[[str], Callable[[Connection], str]]
) -> None:
    """What is committed while a unit reads, it does not see; the next one does."""
    loop, counted, written = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def count(connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(note)).scalar_one()

    def count_twice(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        loop.call_soon_threadsafe(counted.set)
        written.wait(30)
        return before, count(connection)

    reading = asyncio.create_task(engine.read(count_twice))
    await counted.wait()
    await engine.write(write_word("new"))
    written.set()
    assert await reading == (0, 0)
    assert await engine.read(count) == 1
