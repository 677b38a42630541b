"""SQLite as the engine's database: one writing connection, read-only readers, one process."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.pool import StaticPool

BEGIN = "BEGIN IMMEDIATE"  # locks for writing at once, so a transaction never fails half-way for want of the lock


class DatabaseInUse(Exception):
    """Another process holds this SQLite database; the text says which and what to do."""


class LockFile:
    """The right of one process to write a SQLite file.

    A second writer would bring back SQLite's old WAL-reset defect and split the group commit in two, so it is refused.
    The lock is the kernel's: it ends with the process, however that ends.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock or raise ``DatabaseInUse``."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise DatabaseInUse(
                f"process {holder} already works on {self.path.with_suffix('')}. A SQLite database serves one process: "
                "stop the other one, choose another GATEWAY_DATA_DIR, or use PostgreSQL through GATEWAY_DATABASE_URL."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()


def file_of(url: str) -> Path:
    """The database file that ``url`` names; ``ValueError`` where it names none: nothing in memory is durable."""
    path = make_url(url).database
    if not path or path == ":memory:":
        raise ValueError("a SQLite database needs a file: sqlite:///path/to/gateway.db")
    return Path(path)


def writing_database(url: str) -> SqlEngine:
    """The one connection that writes: WAL, every commit synced to disk, transactions that begin by locking."""
    database = _single_connection(url)

    @event.listens_for(database, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event speaks, not the driver
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "cache_size = -65536",  # 64 MB at the most
            "journal_size_limit = 67108864",  # the log of a burst shrinks to 64 MB again
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(database, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(BEGIN)

    return database


def reading_database(url: str) -> SqlEngine:
    """A connection that cannot write, so it can never be the second writer nor move the write-ahead log."""
    read_only = URL.create("sqlite", database=f"file:{file_of(url).absolute()}", query={"mode": "ro", "uri": "true"})
    database = _single_connection(read_only)

    @event.listens_for(database, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cache_size = -16384")

    @event.listens_for(database, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return database


def _single_connection(url: str | URL) -> SqlEngine:
    # Each transaction here ends by itself, so the pool need not roll back once more when the connection is given back.
    return create_engine(
        url,
        poolclass=StaticPool,
        pool_reset_on_return=None,
        connect_args={"check_same_thread": False, "timeout": 10},
        hide_parameters=True,  # errors are logged, and no number or text with them
    )
