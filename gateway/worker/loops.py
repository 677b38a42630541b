"""Loops that work off queues: batch after batch while there is work, then rest until woken."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.engine.database import Engine
from gateway.engine.faults import told
from gateway.engine.writer import StorageUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

#: How long a loop rests when nothing wakes it: a lost wake-up costs no more than this.
REST_S = 1.0
#: How long it waits after something broke.
RECOVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of due work: ``run_once`` works off a batch and says how many rows it took."""

    name: str
    topic: str  # woken when there is more
    run_once: Callable[[], Awaitable[int]]
    finish: Callable[[], Awaitable[None]] | None = None  # what it has under way is brought to its end


def note_failure(name: str, error: Exception) -> None:
    """Log what broke and where; not that the database is away: the engine says so, once."""
    if not isinstance(error, StorageUnavailable):
        log.error("%s failed: %s", name, told(error))


class Worker:
    """Runs tasks side by side; what breaks in one is logged and tried again, and stops no other."""

    def __init__(self, engine: Engine, tasks: Sequence[Task]) -> None:
        self._engine = engine
        self._tasks = tasks
        self._draining = asyncio.Event()
        self._last_looked = dict.fromkeys((task.name for task in tasks), engine.clock.now())

    async def run(self) -> None:
        """Work until drained."""
        async with asyncio.TaskGroup() as group:
            for task in self._tasks:
                group.create_task(self._loop(task), name=task.name)

    def drain(self) -> None:
        """Let each loop finish the batch that it is at, and stop: nothing is left half done."""
        self._draining.set()
        self._engine.wake(task.topic for task in self._tasks)

    def stuck(self, patience_s: float) -> list[str]:
        """The tasks that have not come round for so long."""
        now = self._engine.clock.now()
        return [name for name, seen in self._last_looked.items() if (now - seen).total_seconds() > patience_s]

    async def _loop(self, task: Task) -> None:
        while not self._draining.is_set():
            taken = await self._once(task)
            self._last_looked[task.name] = self._engine.clock.now()
            if not taken and not self._draining.is_set():
                await self._engine.wait_for_work(task.topic, REST_S, who=task.name)
        if task.finish:
            await self._guarded(task.name, task.finish)

    async def _once(self, task: Task) -> int:
        taken = await self._guarded(task.name, task.run_once)
        if taken is None:
            await asyncio.sleep(RECOVERY_S)
        return taken or 0

    async def _guarded(self, name: str, work: Callable[[], Awaitable[T]]) -> T | None:
        try:
            return await work()
        except Exception as error:  # noqa: BLE001 - one that breaks must stop no other
            note_failure(name, error)
            return None
