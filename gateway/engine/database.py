"""The engine: runs units of work on the right thread, in the right transaction, on either database."""

import asyncio
import contextlib
import os
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from sqlalchemy import Connection, make_url
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from gateway.engine import marks, sqlite
from gateway.engine.bell import Bell
from gateway.engine.clock import Clock, SystemClock
from gateway.engine.ids import Ids
from gateway.engine.inbox import Inbox, Work
from gateway.engine.topics import Topic
from gateway.engine.writer import DatabaseThread, StorageUnavailable, answer

if TYPE_CHECKING:
    from gateway.engine.postgres import Node

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item

PG_WRITERS = 2


class Stamp(NamedTuple):
    """The one instant of a use case, and the source of its identifiers."""

    now: datetime
    ids: Ids

    def new_id(self) -> int:
        """The next identifier."""
        return self.ids()

    def new_ids(self, count: int) -> list[int]:
        """The next identifiers, in their order."""
        return self.ids.many(count)


class Engine:
    """Runs units of work: plain functions of a connection. What ``write`` returned is on disk.

    Open one with ``open_engine``; it belongs to the event loop that opened it.
    """

    def __init__(self, clock: Clock, node: int, dialect: str) -> None:
        self.clock = clock
        self.dialect = dialect  # "sqlite" or "postgresql"
        self.ids = Ids(clock, node)
        self._loop = asyncio.get_running_loop()
        self._new_future = self._loop.create_future
        self._writes = Inbox("writer", 1 if dialect == "sqlite" else PG_WRITERS)
        self._reads = Inbox("reader", 1)
        self._bell = Bell(self._loop, (self._writes, self._reads))
        self.expect_more = self._bell.expect_more
        self._topics: defaultdict[str, Topic] = defaultdict(Topic)
        self._tell_others: Callable[[Iterable[str]], None] = lambda _topics: None

    @property
    def node(self) -> int:
        """The number of this process among all that run on this database: the ``worker`` of its claims."""
        return self.ids.node

    def stamp(self) -> Stamp:
        """The present instant and the identifier source, for one use case."""
        return Stamp(self.clock.now(), self.ids)

    async def write(self, unit: Callable[[Connection], T], *, wakes: Sequence[str] = (), urgent: bool = False) -> T:
        """Run ``unit`` in a transaction of its own or a group's; returns when it is on disk.

        ``wakes`` names the topics whose waiters have new work after the commit. ``urgent`` units (claims, finishes)
        are always in the next group, behind what is in it beside them. What the unit raises is raised here;
        ``StorageUnavailable`` where the database failed.
        """
        work = Work(unit, self._new_future(), wakes=tuple(wakes))
        return cast("T", await self._hand_in(self._writes, work, urgent=urgent))

    def write_each(
        self,
        unit: Callable[[Connection, Sequence[I]], Sequence[T]],
        item: I,
        *,
        wakes: Sequence[str] = (),
        at_once: bool = False,
    ) -> "asyncio.Future[T]":
        """Like ``write`` for a set-based unit: all items waiting for the same ``unit`` go into one call of it.

        A unit ``at_once`` does not wait for company: right for one so big that company makes it no cheaper.

        ``unit`` must be the same function each time, or the same method of one object, and return one result per item,
        in order. The answer comes as a future: who asks thousands of times a second takes it by a callback, without a
        task for each question.
        """
        work = Work(unit, self._new_future(), True, item, tuple(wakes))
        return self._hand_in(self._writes, work, at_once=at_once)

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit that only reads, on a snapshot."""
        return cast("T", await self._hand_in(self._reads, Work(unit, self._new_future())))

    def read_each(self, unit: Callable[[Connection, Sequence[I]], Sequence[T]], item: I) -> "asyncio.Future[T]":
        """Like ``write_each`` for a unit that only reads."""
        return self._hand_in(self._reads, Work(unit, self._new_future(), True, item))

    async def wait_for_work(self, topic: str, timeout_s: float = 1.0, *, who: str = "") -> None:
        """Return as soon as ``topic`` was woken since the last call, or after ``timeout_s``: then look for yourself.

        ``who`` tells those apart who wait for the same topic: one that is at work when it is woken misses nothing.
        """
        await self._topics[topic].wait(who, timeout_s)

    def wake(self, topics: Iterable[str]) -> None:
        """Wake the waiters of ``topics`` in this process."""
        for topic in topics:
            self._topics[topic].wake()

    def _hand_in(
        self, inbox: Inbox, work: Work, *, urgent: bool = False, at_once: bool = False
    ) -> "asyncio.Future[Any]":
        if inbox.closed:
            work.future.set_exception(StorageUnavailable("the engine is closed"))
        else:
            inbox.put(work, urgent=urgent, at_once=at_once)
            self._bell.gather()
        return work.future

    @contextlib.asynccontextmanager
    async def _running(self, writers: Sequence[SqlEngine], readers: Sequence[SqlEngine]) -> AsyncIterator[None]:
        """Work with one thread on each; on leaving, what was handed in is worked off first."""
        threads = [
            DatabaseThread(f"{inbox.name}-{number}", database, inbox, partial(self._committed, inbox))
            for inbox, databases in ((self._writes, writers), (self._reads, readers))
            for number, database in enumerate(databases)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._writes.close()
            self._reads.close()
            await asyncio.gather(*(asyncio.to_thread(thread.join) for thread in threads))

    def _committed(self, inbox: Inbox, group: Sequence[Work]) -> None:
        """Have the loop answer a group; called by the thread that worked it off."""
        topics = {topic for work in group if work.error is None for topic in work.wakes}
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits for the answer
            self._loop.call_soon_threadsafe(self._answer, inbox, group, topics)
        if topics:
            self._tell_others(topics)

    def _answer(self, inbox: Inbox, group: Sequence[Work], topics: Iterable[str]) -> None:
        inbox.leave()
        answer(group)
        self.wake(topics)
        if len(inbox):
            self._bell.gather()


@contextlib.asynccontextmanager
async def open_engine(url: str, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """Open the engine on ``url``; on leaving, what was handed in is committed before it closes.

    Raises ``sqlite.DatabaseInUse`` where another process holds the SQLite file, ``StorageUnavailable`` where there is
    no database at ``url``.
    """
    opened = _open_sqlite if make_url(url).get_backend_name() == "sqlite" else _open_postgres
    async with opened(url, clock or SystemClock()) as engine:
        yield engine


@contextlib.asynccontextmanager
async def _open_sqlite(url: str, clock: Clock) -> AsyncIterator[Engine]:
    path = sqlite.file_of(url)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sqlite.LockFile(path):
        writer, reader = sqlite.writing_database(url), sqlite.reading_database(url)
        try:
            engine = Engine(clock, node=0, dialect="sqlite")
            with _reaching():
                marks.pick_up(writer, engine.ids)  # and the file and its log exist before a reader opens them
            async with engine._running([writer], [reader]):  # noqa: SLF001 - the opener is part of the class
                marking = asyncio.create_task(marks.keep_ahead(engine))
                try:
                    yield engine
                finally:
                    marking.cancel()
        finally:
            reader.dispose()
            writer.dispose()


@contextlib.asynccontextmanager
async def _open_postgres(url: str, clock: Clock) -> AsyncIterator[Engine]:
    from gateway.engine import postgres  # late: who works on SQLite need not wait for the driver to load

    pool = postgres.database(url, PG_WRITERS + 2)
    node = postgres.Node(pool, socket.gethostname()[:120], os.getpid())
    try:
        with _reaching():
            engine = Engine(clock, await asyncio.to_thread(node.acquire, clock.now()), dialect="postgresql")
        engine._tell_others = lambda topics: postgres.notify(pool, topics)  # noqa: SLF001 - an engine is made here alone
        listener = postgres.Listener(pool, partial(_wake_from_afar, asyncio.get_running_loop(), engine))
        listener.start()
        heartbeat = asyncio.create_task(_beat(node, engine))
        try:
            async with engine._running([pool] * PG_WRITERS, [postgres.reading_only(pool)]):  # noqa: SLF001 - as above
                yield engine
        finally:
            heartbeat.cancel()
            await asyncio.to_thread(listener.close)
            await asyncio.to_thread(node.release, engine.ids.reached())
    finally:
        pool.dispose()


@contextlib.contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise StorageUnavailable(f"the database cannot be opened: {error.orig}") from error


def _wake_from_afar(loop: asyncio.AbstractEventLoop, engine: Engine, topics: Iterable[str]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is gone, and so are the waiters
        loop.call_soon_threadsafe(engine.wake, topics)


async def _beat(node: "Node", engine: Engine) -> None:
    while True:
        await asyncio.sleep(node.STALE.total_seconds() / 8)
        with contextlib.suppress(SQLAlchemyError):  # the database is away: the next beat finds out what became of us
            engine.ids.move_to(await asyncio.to_thread(node.beat, engine.clock.now()))
