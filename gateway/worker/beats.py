"""What happens by the clock: rows whose time has come, lots that end, the dates of billing. APScheduler only beats."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from gateway.billing.dates import Dates
from gateway.billing.lots import expire
from gateway.engine.database import Engine
from gateway.engine.queue import Queue
from gateway.worker.loops import note_failure

REAP_S = 1
EXPIRE_S = 600
DATES_S = 60


class Beats:
    """Regular work; a beat that comes while the one before is still at it is left out."""

    def __init__(
        self,
        engine: Engine,
        queues: Mapping[Queue, tuple[str, ...]],
        dates: Dates | None = None,
        more: Mapping[Callable[[], Awaitable[None]], float] = MappingProxyType({}),
    ) -> None:
        """``queues``: each with the topics to wake when some of its rows were freed; ``dates``: those of billing.

        ``more``: other regular work, with the seconds between two beats.
        """
        self._engine = engine
        self._dates = dates
        self._queues = queues
        self._more = more
        self._under_way: set[asyncio.Future[None]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Begin to beat."""
        self._every(REAP_S, self.reap)
        self._every(EXPIRE_S, self.expire_lots)
        if self._dates:
            self._every(DATES_S, self._dates.keep)
        for beat, seconds in self._more.items():
            self._every(seconds, beat)
        self._scheduler.start()

    async def stop(self) -> None:
        """Beat no more, once those that are at it have come to their end: the scheduler would break them off."""
        self._scheduler.pause()
        while self._under_way:
            await asyncio.wait(self._under_way)
        self._scheduler.shutdown(wait=False)

    async def reap(self) -> None:
        """Free leases that ran out, back-offs and windows that are over."""
        now = self._engine.clock.now()
        for queue, topics in self._queues.items():
            if await self._engine.write(partial(queue.reap, now=now), urgent=True):
                self._engine.wake(topics)

    async def expire_lots(self) -> None:
        """End the lots whose last day is over."""
        while await self._engine.write(lambda connection: expire(connection, self._engine.stamp())):
            pass

    def _every(self, seconds: float, beat: Callable[[], Awaitable[None]]) -> None:
        self._scheduler.add_job(self._safely, "interval", [beat], seconds=seconds, id=beat.__name__)

    async def _safely(self, beat: Callable[[], Awaitable[None]]) -> None:
        """Beat; what breaks is told by us, for the scheduler would log the text of the exception."""
        at_it = asyncio.ensure_future(beat())
        self._under_way.add(at_it)
        try:
            await at_it
        except Exception as error:  # noqa: BLE001 - tried again at the next beat
            note_failure(beat.__name__, error)
        finally:
            self._under_way.discard(at_it)


class Leased(Protocol):
    """Rows that are held for a time: a queue or a timetable."""

    def free_leases(self, connection: Connection) -> int:
        """Free every row that a dead process held."""
        ...


async def free_leases(engine: Engine, queues: Iterable[Leased]) -> None:
    """Free what a dead process held, at the start of the only process there is."""
    for queue in queues:
        await engine.write(queue.free_leases)
