"""PostgreSQL as the engine's database: many processes, each with a node number, waking each other by NOTIFY."""

import contextlib
import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import psycopg
from sqlalchemy import ColumnElement, create_engine, delete, insert, make_url, select, update
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from gateway.engine.ids import NODES
from gateway.engine.processes import process

log = logging.getLogger(__name__)

CHANNEL = "gateway"


def database(url: str, connections: int) -> SqlEngine:
    """A pool of ``connections``, each checked before use so that a restart of the server costs no unit of work."""
    full = make_url(url).set(drivername="postgresql+psycopg")
    # errors are logged, and no number or text with them
    return create_engine(full, pool_size=connections, max_overflow=2, pool_pre_ping=True, hide_parameters=True)


def reading_only(pool: SqlEngine) -> SqlEngine:
    """The same pool for units that read: one snapshot for the whole unit, and no write gets through."""
    return pool.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


class Node:
    """The number of this process among all processes on one database; identifiers carry it, so no two may share it.

    A number whose holder was not seen for ``STALE`` is free again. Its row stays: where the clock was set back the
    number is not free before the time at which its identifiers ended.
    """

    STALE = timedelta(minutes=2)

    def __init__(self, pool: SqlEngine, host: str, pid: int) -> None:
        self._pool = pool
        self._who = {"host": host, "pid": pid, "instance": secrets.randbits(63)}
        self.number = -1

    def acquire(self, now: datetime) -> int:
        """Take the lowest free number; ``RuntimeError`` where there is none."""
        while (free := self._lowest_free(now)) is not None:
            with contextlib.suppress(IntegrityError), self._pool.begin() as connection:  # somebody was quicker
                connection.execute(delete(process).where(process.c.node == free, process.c.seen_at <= now - self.STALE))
                connection.execute(insert(process).values(node=free, seen_at=now, **self._who))
                self.number = free
                return free
        raise RuntimeError(f"all {NODES} process numbers are in use")

    def beat(self, now: datetime) -> int:
        """Say that this process lives, and return its number: another one where it was silent for too long."""
        with self._pool.begin() as connection:
            lives = connection.execute(update(process).where(*self._mine()).values(seen_at=now)).rowcount
        return self.number if lives else self.acquire(now)

    def release(self, reached: datetime) -> None:
        """Give the number back, whose identifiers have come to the instant ``reached``."""
        with contextlib.suppress(SQLAlchemyError), self._pool.begin() as connection:
            connection.execute(update(process).where(*self._mine()).values(seen_at=reached - self.STALE))

    def _lowest_free(self, now: datetime) -> int | None:
        lives = select(process.c.node).where(process.c.seen_at > now - self.STALE)
        with self._pool.connect() as connection:
            taken = set(connection.scalars(lives))
        return next((number for number in range(NODES) if number not in taken), None)

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return process.c.node == self.number, process.c.instance == self._who["instance"]


def notify(pool: SqlEngine, topics: Iterable[str]) -> None:
    """Wake the other processes: once per group commit and after it, for NOTIFY takes a lock that all commits share."""
    with contextlib.suppress(SQLAlchemyError), pool.begin() as connection:
        connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, " ".join(sorted(topics))))


class Listener(threading.Thread):
    """Hears what other processes committed; when the connection breaks it comes back, and polling bridges the gap."""

    RETRY_S = 1.0

    def __init__(self, pool: SqlEngine, heard: Callable[[Iterable[str]], None]) -> None:
        super().__init__(name="postgres-listener", daemon=True)
        self._pool = pool
        self._heard = heard
        self._closed = threading.Event()

    def run(self) -> None:
        """Listen until closed."""
        address = self._pool.url.set(drivername="postgresql").render_as_string(hide_password=False)
        broken = False
        while not self._closed.is_set():
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    broken = False
                    self._hear(connection)
            except psycopg.Error as error:
                if not broken:
                    log.warning("the listening connection broke: %s; polling stands in for it", type(error).__name__)
                broken = True
                self._closed.wait(self.RETRY_S)

    def _hear(self, connection: psycopg.Connection) -> None:
        while not self._closed.is_set():
            for notification in connection.notifies(timeout=self.RETRY_S, stop_after=1):
                self._heard(notification.payload.split())

    def close(self) -> None:
        """Stop listening: a notification without a topic gets it out of its wait."""
        self._closed.set()
        notify(self._pool, ())
        self.join()
