"""When the database fails: said as StorageUnavailable, and the engine goes on by itself."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, insert, select, text, update

from gateway.engine.database import Engine, open_engine
from gateway.engine.writer import StorageFull, StorageUnavailable
from tests.clock import StoppedClock
from tests.databases import ON_POSTGRES, ON_SQLITE, from_outside

Hold = Callable[[], AbstractAsyncContextManager[None]]
UnitFor = Callable[[str], Callable[[Connection], str]]


@ON_POSTGRES
async def test_a_broken_connection_fails_its_group_and_the_next_group_goes_through(
    engine: Engine, database_url: str, note: Table, write_word: UnitFor, held_up: Hold
) -> None:
    async with held_up():
        before = asyncio.create_task(engine.write(write_word("before")))
        broken = asyncio.create_task(
            engine.write(lambda connection: connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")))
        )
    for task in (before, broken):
        with pytest.raises(StorageUnavailable):
            await task
    assert await engine.write(write_word("after")) == "after"
    with from_outside(database_url).connect() as connection:
        assert list(connection.scalars(select(note.c.word))) == ["after"]


@ON_POSTGRES
async def test_connections_that_broke_while_idle_cost_no_unit(
    engine: Engine, database_url: str, write_word: UnitFor
) -> None:
    """As after a restart of the server: also the listening connection comes back."""
    await engine.write(write_word("before"))
    with from_outside(database_url).connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    assert await engine.write(write_word("after")) == "after"


@ON_POSTGRES
async def test_the_victim_of_a_deadlock_is_tried_again(engine: Engine, note: Table, write_word: UnitFor) -> None:
    """Two transactions lock two rows crosswise; the database ends one, and both are done all the same."""
    loop, started, both_hold_one = asyncio.get_running_loop(), asyncio.Event(), threading.Barrier(2)
    first_time = threading.local()

    def count_up(connection: Connection, word: str) -> None:
        connection.execute(update(note).where(note.c.word == word).values(times=note.c.times + 1))

    def crosswise(one: str, other: str) -> Callable[[Connection], None]:
        def unit(connection: Connection) -> None:
            count_up(connection, one)
            loop.call_soon_threadsafe(started.set)
            if not getattr(first_time, "over", False):
                first_time.over = True
                both_hold_one.wait(30)
            count_up(connection, other)

        return unit

    await engine.write(lambda connection: connection.execute(insert(note), [{"word": "a"}, {"word": "b"}]).rowcount)
    one = asyncio.create_task(engine.write(crosswise("a", "b")))
    await started.wait()
    await asyncio.gather(one, engine.write(crosswise("b", "a")))
    counts = await engine.read(lambda connection: list(connection.scalars(select(note.c.times))))
    assert counts == [2, 2]


@ON_SQLITE
async def test_a_full_disk_fails_only_what_does_not_fit(
    engine: Engine, database_url: str, note: Table, write_word: UnitFor, held_up: Hold
) -> None:
    """Once there is room again, writing goes on."""
    await engine.write(write_word("first"))
    await engine.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1")).scalar())

    def write_much(connection: Connection) -> None:
        connection.execute(insert(note).values(word="much", weight=bytes(1_000_000)))

    async with held_up():
        small = [asyncio.create_task(engine.write(write_word(word))) for word in ("left", "right")]
        much = asyncio.create_task(engine.write(write_much))
    assert await asyncio.gather(*small) == ["left", "right"]
    with pytest.raises(StorageFull):
        await much
    await engine.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 100000")).scalar())
    await engine.write(write_much)
    with from_outside(database_url).connect() as connection:
        assert sorted(connection.scalars(select(note.c.word))) == ["first", "left", "much", "right"]


async def test_a_database_that_cannot_be_opened_is_said_so(backend: str, tmp_path: Path, clock: StoppedClock) -> None:
    (tmp_path / "letter.db").write_text("Dear database, " * 100)
    url = {
        "sqlite": f"sqlite:///{tmp_path / 'letter.db'}",
        "postgres": f"postgresql://nobody@/nothing?host={tmp_path}",
    }[backend]
    with pytest.raises(StorageUnavailable, match="cannot be opened"):
        async with open_engine(url, clock):
            pass


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_database_in_memory_is_refused(url: str) -> None:
    """It would lose on a restart what was answered 250."""
    with pytest.raises(ValueError, match="needs a file"):
        async with open_engine(url):
            pass
