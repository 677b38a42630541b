"""The engine: runs units of work on the right thread, in the right transaction, on either database."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, make_url
from sqlalchemy import Engine as SqlEngine

from gateway.engine import postgres, sqlite
from gateway.engine.clock import Clock, SystemClock
from gateway.engine.ids import Ids
from gateway.engine.writer import DatabaseThread, Inbox, Work

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item

PG_WRITERS = 2


@dataclass(frozen=True, slots=True)
class Stamp:
    """The one instant of a use case, and the source of its identifiers."""

    now: datetime
    new_id: Callable[[], int]


class Engine:
    """Runs units of work: plain functions of a connection. What ``write`` returned is on disk.

    Open one with ``open_engine``; it belongs to the event loop that opened it.
    """

    def __init__(self, clock: Clock, node: int, dialect: str) -> None:
        self.clock = clock
        self.node = node
        self.dialect = dialect  # "sqlite" or "postgresql"
        self._ids = Ids(clock, node)
        self._loop = asyncio.get_running_loop()
        self._writes = Inbox()
        self._reads = Inbox()
        self._topics: dict[str, asyncio.Event] = {}
        self._threads: list[DatabaseThread] = []
        self._tell_others: Callable[[Iterable[str]], None] = lambda _topics: None

    def stamp(self) -> Stamp:
        """The present instant and the identifier source, for one use case."""
        return Stamp(self.clock.now(), self._ids)

    async def write(self, unit: Callable[[Connection], T], *, wakes: Sequence[str] = (), urgent: bool = False) -> T:
        """Run ``unit`` in a transaction of its own or a group's; returns when it is on disk.

        ``wakes`` names the topics whose waiters have new work after the commit. ``urgent`` units (claims, finishes)
        go before others. What the unit raises is raised here; ``StorageUnavailable`` where the database failed.
        """
        return cast("T", await self._hand_in(self._writes, self._work(unit, wakes), urgent=urgent))

    async def write_each(
        self,
        unit: Callable[[Connection, Sequence[I]], Sequence[T]],
        item: I,
        *,
        wakes: Sequence[str] = (),
        urgent: bool = False,
    ) -> T:
        """Like ``write`` for a set-based unit: all items waiting for the same ``unit`` go into one call of it.

        ``unit`` must be the same function object each time, and return one result per item, in order.
        """
        return cast(
            "T", await self._hand_in(self._writes, self._work(unit, wakes, many=True, item=item), urgent=urgent)
        )

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit that only reads, on a snapshot."""
        return cast("T", await self._hand_in(self._reads, self._work(unit)))

    async def read_each(self, unit: Callable[[Connection, Sequence[I]], Sequence[T]], item: I) -> T:
        """Like ``write_each`` for a unit that only reads."""
        return cast("T", await self._hand_in(self._reads, self._work(unit, many=True, item=item)))

    async def wait_for_work(self, topic: str, timeout_s: float = 1.0) -> None:
        """Return as soon as ``topic`` was woken since the last call, or after ``timeout_s``: then look for yourself."""
        event = self._topics.setdefault(topic, asyncio.Event())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), timeout_s)
        event.clear()

    def wake(self, topics: Iterable[str]) -> None:
        """Wake the waiters of ``topics`` in this process."""
        for topic in topics:
            self._topics.setdefault(topic, asyncio.Event()).set()

    def _work(
        self, unit: Callable[..., Any], wakes: Sequence[str] = (), *, many: bool = False, item: Any = None
    ) -> Work:
        return Work(unit, self._loop.create_future(), many, item, tuple(wakes))

    @staticmethod
    async def _hand_in(inbox: Inbox, work: Work, *, urgent: bool = False) -> Any:
        inbox.put(work, urgent=urgent)
        return await work.future

    def _start(self, writers: Sequence[SqlEngine], readers: Sequence[SqlEngine]) -> None:
        self._threads = [
            DatabaseThread(f"writer-{number}", each, self._writes, self._loop, self._committed)
            for number, each in enumerate(writers)
        ] + [DatabaseThread(f"reader-{number}", each, self._reads, self._loop) for number, each in enumerate(readers)]
        for thread in self._threads:
            thread.start()

    def _committed(self, topics: Iterable[str]) -> None:
        _wake_from_afar(self._loop, self, topics)
        self._tell_others(topics)

    async def _drain(self) -> None:
        for inbox in (self._writes, self._reads):
            inbox.close()
        await asyncio.gather(*(asyncio.to_thread(thread.join) for thread in self._threads))


@contextlib.asynccontextmanager
async def open_engine(url: str, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """Open the engine on ``url``; on leaving, what was handed in is committed before it closes.

    Raises ``sqlite.DatabaseInUse`` where another process holds the SQLite file.
    """
    opened = _open_sqlite if make_url(url).get_backend_name() == "sqlite" else _open_postgres
    async with opened(url, clock or SystemClock()) as engine:
        yield engine


@contextlib.asynccontextmanager
async def _open_sqlite(url: str, clock: Clock) -> AsyncIterator[Engine]:
    path = Path(str(make_url(url).database))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = sqlite.LockFile(path)
    lock.acquire()
    writer = sqlite.writing_database(url)
    with writer.connect():  # the file and its log exist before a reader opens them
        reader = sqlite.reading_database(url)
    engine = Engine(clock, node=0, dialect="sqlite")
    engine._start([writer], [reader])  # noqa: SLF001 - the opener is part of the class
    try:
        yield engine
    finally:
        await engine._drain()  # noqa: SLF001
        reader.dispose()
        writer.dispose()
        lock.release()


@contextlib.asynccontextmanager
async def _open_postgres(url: str, clock: Clock) -> AsyncIterator[Engine]:
    pool = await asyncio.to_thread(postgres.database, url, PG_WRITERS + 2)
    node = postgres.Node(pool, socket.gethostname()[:120], os.getpid())
    engine = Engine(clock, await asyncio.to_thread(node.acquire, clock.now()), dialect="postgresql")
    engine._tell_others = lambda topics: postgres.notify(pool, topics)  # noqa: SLF001
    listener = postgres.Listener(pool, partial(_wake_from_afar, asyncio.get_running_loop(), engine))
    listener.start()
    heartbeat = asyncio.create_task(_beat(node, clock))
    engine._start([pool] * PG_WRITERS, [pool])  # noqa: SLF001
    try:
        yield engine
    finally:
        heartbeat.cancel()
        await engine._drain()  # noqa: SLF001
        await asyncio.to_thread(listener.close)
        await asyncio.to_thread(node.release)
        pool.dispose()


def _wake_from_afar(loop: asyncio.AbstractEventLoop, engine: Engine, topics: Iterable[str]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is gone, and so are the waiters
        loop.call_soon_threadsafe(engine.wake, topics)


async def _beat(node: postgres.Node, clock: Clock) -> None:
    while True:
        await asyncio.sleep(postgres.Node.STALE.total_seconds() / 8)
        await asyncio.to_thread(node.beat, clock.now())
