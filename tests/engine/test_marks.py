"""Identifiers rise over a restart, also where the clock was set back meanwhile."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select, text

from gateway.engine.database import Engine, open_engine
from gateway.engine.ids import END
from gateway.engine.marks import AHEAD, keep_ahead
from gateway.engine.processes import process
from tests.clock import StoppedClock
from tests.databases import ON_SQLITE, from_outside
from tests.waiting import eventually


def marked(connection: Connection) -> datetime | None:
    """A unit that reads the mark."""
    return connection.scalar(select(process.c.seen_at))


async def test_no_identifier_is_drawn_twice_where_the_clock_was_set_back_over_a_restart(
    database_url: str, clock: StoppedClock
) -> None:
    async with open_engine(database_url, clock) as engine:
        first = set(engine.ids.many(5000))
    clock.advance(-timedelta(hours=1))
    async with open_engine(database_url, clock) as engine:
        again = set(engine.ids.many(5000))
        clock.advance(timedelta(hours=1))
        assert not first & (again | set(engine.ids.many(5000)))


@ON_SQLITE
async def test_they_rise_above_all_that_was_drawn_since_the_last_mark(database_url: str, clock: StoppedClock) -> None:
    """As far as a process that is killed may have come."""
    async with open_engine(database_url, clock) as engine:
        clock.advance(AHEAD)
        highest = engine.ids.many(4096)[-1]
    clock.advance(-timedelta(days=1))
    for _ in range(3):
        async with open_engine(database_url, clock) as engine:
            lowest, *_, highest_of_these = engine.ids.many(4096)
        assert lowest > highest
        highest = highest_of_these


@ON_SQLITE
async def test_the_mark_stays_ahead_of_the_clock(engine: Engine, clock: StoppedClock) -> None:
    assert await engine.read(marked) == clock.now() + AHEAD
    clock.advance(timedelta(hours=1))
    marking = asyncio.create_task(keep_ahead(engine, 0.01))

    async def ahead() -> bool:
        return await engine.read(marked) == clock.now() + AHEAD

    assert await eventually(ahead)
    marking.cancel()


@ON_SQLITE
async def test_a_clock_that_is_beyond_all_identifiers_leaves_no_mark(database_url: str, clock: StoppedClock) -> None:
    """Or no start after it would have any left."""
    async with open_engine(database_url, StoppedClock(END)):
        pass
    async with open_engine(database_url, clock) as engine:
        assert engine.ids.reached() == clock.now()


@ON_SQLITE
async def test_a_database_that_takes_no_mark_is_opened_all_the_same(database_url: str, clock: StoppedClock) -> None:
    """Its disk may be full: mail is then answered 452, and looked at again when there is room."""
    with from_outside(database_url).begin() as connection:
        refusal = "CREATE TRIGGER full BEFORE INSERT ON process BEGIN SELECT RAISE(ABORT, 'full'); END"
        connection.execute(text(refusal))
    async with open_engine(database_url, clock) as engine:
        assert await engine.read(marked) is None


async def test_a_new_file_has_no_mark_before_it_has_tables_and_then_gets_one(
    tmp_path: Path, clock: StoppedClock
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    async with open_engine(url, clock) as engine:
        marking = asyncio.create_task(keep_ahead(engine, 0.01))
        await engine.write(process.create)

        async def is_marked() -> bool:
            return await engine.read(marked) == clock.now() + AHEAD

        assert await eventually(is_marked)
        marking.cancel()


@ON_SQLITE
async def test_a_database_that_is_away_is_marked_when_it_is_back(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(lambda connection: connection.execute(text("ALTER TABLE process RENAME TO away")).rowcount)
    clock.advance(timedelta(hours=1))
    marking = asyncio.create_task(keep_ahead(engine, 0.01))
    await asyncio.sleep(0.03)
    await engine.write(lambda connection: connection.execute(text("ALTER TABLE away RENAME TO process")).rowcount)

    async def ahead() -> bool:
        return await engine.read(marked) == clock.now() + AHEAD

    assert await eventually(ahead)
    marking.cancel()
