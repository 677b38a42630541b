"""The loops that ask each room for its due work."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable
from gateway.worker.loops import Task, Worker
from tests.clock import StoppedClock
from tests.waiting import eventually


class Work:
    """Work that is counted: each batch is one number of rows, or an exception."""

    def __init__(self, *batches: int | Exception) -> None:
        self._batches = list(batches)
        self.calls = 0

    async def run_once(self) -> int:
        """Take the next batch; nothing is left after the last."""
        self.calls += 1
        batch = self._batches.pop(0) if self._batches else 0
        if isinstance(batch, Exception):
            raise batch
        return batch

    def called(self, times: int) -> Callable[[], Awaitable[bool]]:
        """Whether it was called so often."""

        async def reached() -> bool:
            return self.calls >= times

        return reached


async def test_a_loop_goes_on_while_there_is_work_and_then_looks_again(engine: Engine) -> None:
    """Three full batches are worked off at once, and the empty look ends the run."""
    work = Work(5, 5, 5)
    worker = Worker(engine, [Task("work", "work", work.run_once)])
    running = asyncio.create_task(worker.run())
    await eventually(work.called(4))
    worker.drain()
    await running


async def test_a_loop_that_rests_is_woken_by_its_topic(engine: Engine) -> None:
    """It looks again at once, not after its rest."""
    work = Work()
    worker = Worker(engine, [Task("work", "work", work.run_once)])
    running = asyncio.create_task(worker.run())
    await eventually(work.called(1))
    engine.wake(["work"])
    await eventually(work.called(2))
    worker.drain()
    await running


async def test_what_breaks_in_one_loop_stops_no_other(engine: Engine) -> None:
    """A bug and a database that is away are both logged and tried again."""
    broken, sound = Work(ValueError("0612345678"), StorageUnavailable("away"), 1), Work(1, 1)
    worker = Worker(engine, [Task("broken", "a", broken.run_once), Task("sound", "b", sound.run_once)])
    running = asyncio.create_task(worker.run())
    await eventually(sound.called(3))
    await eventually(broken.called(4))
    worker.drain()
    await running


async def test_draining_ends_a_loop_after_the_batch_it_is_at(engine: Engine) -> None:
    """Nothing is left half done, and nothing new is begun."""
    begun, finish = asyncio.Event(), asyncio.Event()
    done: list[str] = []

    async def slow() -> int:
        begun.set()
        await finish.wait()
        done.append("batch")
        return 1

    worker = Worker(engine, [Task("slow", "slow", slow)])
    running = asyncio.create_task(worker.run())
    await begun.wait()
    worker.drain()
    finish.set()
    await running
    assert done == ["batch"]


async def test_a_task_that_does_not_come_round_is_named(engine: Engine, clock: StoppedClock) -> None:
    """Health asks for what has not been seen for longer than its patience."""
    worker = Worker(engine, [Task("lazy", "lazy", Work().run_once)])
    assert worker.stuck(60) == []
    clock.advance(timedelta(seconds=61))
    assert worker.stuck(60) == ["lazy"]
