"""What happens by the clock."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.billing.lots import Grant, grant
from gateway.billing.tables import credit_lot
from gateway.engine.database import Engine
from gateway.sms.tables import job
from gateway.worker.beats import Beats, free_leases
from plans.words import LotKind
from tests.clock import StoppedClock
from tests.databases import ON_SQLITE
from tests.engine.test_queue import QUEUE, claim, ready, rows
from tests.waiting import eventually

NUMBER = "0612345678"

QUEUES = {QUEUE: ("job",)}


async def test_rows_whose_time_has_come_are_freed_and_their_loop_is_woken(engine: Engine, clock: StoppedClock) -> None:
    """The reaper frees a lease that ran out and wakes whoever takes such rows."""
    await engine.write(rows(1))
    await claim(engine)
    clock.advance(timedelta(minutes=2))
    await Beats(engine, QUEUES).reap()
    assert await ready(engine) == [1]
    await engine.wait_for_work("job", timeout_s=60)


async def test_lots_whose_last_day_is_over_are_ended(engine: Engine, clock: StoppedClock) -> None:
    """What is left in them is taken out, with an entry in the ledger."""
    stamp = engine.stamp()
    order = Grant(1, LotKind.PACK, 10, "pack", clock.now() + timedelta(days=1))
    await engine.write(lambda connection: grant(connection, stamp, order))
    clock.advance(timedelta(days=1))
    await Beats(engine, QUEUES).expire_lots()
    assert await engine.read(lambda connection: connection.scalar(select(credit_lot.c.units_left))) == 0


async def test_the_beats_beat_until_they_are_stopped(engine: Engine, clock: StoppedClock) -> None:
    """APScheduler calls the reaper by itself."""
    await engine.write(rows(1))
    await claim(engine)
    clock.advance(timedelta(minutes=2))
    beats = Beats(engine, QUEUES)
    beats.start()

    async def freed() -> bool:
        return await ready(engine) == [1]

    await eventually(freed)
    await beats.stop()


@ON_SQLITE
async def test_a_beat_that_breaks_is_told_without_its_text_and_beats_again(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    beaten: list[None] = []

    async def count() -> None:
        beaten.append(None)
        raise ValueError(NUMBER)

    async def twice() -> bool:
        return len(beaten) > 1

    beats = Beats(engine, {}, more={count: 0.02})
    beats.start()
    await eventually(twice)
    await beats.stop()
    assert "count failed: ValueError" in caplog.text
    assert NUMBER not in caplog.text


@ON_SQLITE
async def test_a_beat_that_is_at_it_comes_to_its_end(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()

    beats = Beats(engine, {}, more={slow: 0.02})
    beats.start()
    await begun.wait()
    await beats.stop()
    assert ended.is_set()
    assert caplog.messages == []


async def test_a_lone_process_frees_at_its_start_what_the_dead_one_held(engine: Engine) -> None:
    """It need not wait for leases that nobody can hold any more."""
    await engine.write(rows(1, 2))
    await claim(engine)
    await free_leases(engine, QUEUES)
    assert await engine.read(lambda connection: connection.scalars(select(job.c.claimed_by)).all()) == [None, None]
