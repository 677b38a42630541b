"""Group commit: many units of work, one transaction, answers only after it is on disk.

A unit of work is a plain function of a connection. Units handed in while a commit is under way form the next group by
themselves: alone, a unit costs one commit and waits for nobody; under load, hundreds share one. Each unit runs in a
savepoint of its own, so one that fails spoils nothing for its neighbours.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlalchemy import Connection
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.exc import DBAPIError, OperationalError

from gateway.engine.inbox import Inbox, Work
from gateway.engine.sqlite import BEGIN
from gateway.engine.topics import to_be_woken

_DEADLOCK = {"40P01", "40001"}  # PostgreSQL: deadlock_detected, serialization_failure
_DEADLOCK_TRIES = 3
_NO_ROOM = {"SQLITE_FULL", "53100"}  # PostgreSQL: disk_full


class StorageUnavailable(Exception):
    """The database cannot be reached or written, or is closed.

    The unit was not confirmed. Almost always nothing of it was kept; only where the connection broke during the commit
    itself nobody can know, so what is tried again must carry a key that makes it count once.
    """


class StorageFull(StorageUnavailable):
    """There is no room left on the disk."""


class DatabaseThread(threading.Thread):
    """Works off an inbox, group by group, on one connection of its own."""

    def __init__(
        self, name: str, database: SqlEngine, inbox: Inbox, committed: Callable[[Sequence[Work]], None]
    ) -> None:
        """``committed`` is called with each group when it is on disk, or has failed, in this thread."""
        super().__init__(name=name, daemon=True)
        self._database = database
        self._inbox = inbox
        self._committed = committed
        self._kept: Connection | None = None

    def run(self) -> None:
        """Work until the inbox is closed and empty."""
        with contextlib.ExitStack() as kept:
            if self._database.dialect.name == "sqlite":
                self._kept = kept.enter_context(self._database.connect())
            while group := self._inbox.take():
                self._work_off(group)
                self._committed(group)

    def _work_off(self, group: Sequence[Work]) -> None:
        try:
            self._transact(group)
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            if _is_lost(error):
                self._fail(group, error)
            elif len(group) > 1:  # nothing was kept: alone, each meets its own fate
                for work in group:
                    self._work_off([work])
            elif _is_deadlock(error):
                self._work_off_again(group)
            else:
                self._fail(group, error)

    def _work_off_again(self, group: Sequence[Work]) -> None:
        """Two transactions locked each other's rows: this one was the victim, the other has gone through."""
        for _ in range(_DEADLOCK_TRIES):
            try:
                self._transact(group)
            except Exception as error:  # noqa: BLE001 - told to whoever asked
                self._fail(group, error)
                if not _is_deadlock(error):
                    return
            else:
                return

    def _transact(self, group: Sequence[Work]) -> None:
        for work in group:
            work.result = work.error = None
        with self._begun() as connection:
            to_be_woken(connection)  # by what failed here before: nobody
            alike = list(_alike(group))
            for works in alike:
                if len(alike) == 1:
                    _run(connection, works)
                else:
                    _run_in_savepoint(connection, works)
        self._inbox.outage.works()

    @contextlib.contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction. SQLite's one connection is kept in hand; a pool proves first that a server is still there."""
        if self._kept is None:
            with self._database.begin() as connection:
                yield connection
        else:
            with self._kept.begin():
                yield self._kept

    def _fail(self, group: Sequence[Work], error: BaseException) -> None:
        told = error
        if isinstance(error, DBAPIError) and (isinstance(error, OperationalError) or error.connection_invalidated):
            told = _unavailable(error)
            told.__cause__ = error
            if not _is_deadlock(error):
                self._inbox.outage.fails(len(group), str(told))
        for work in group:
            work.error = told


def _alike(group: Sequence[Work]) -> Iterable[list[Work]]:
    """Units of one function that take many items, together; all others alone."""
    by_function: dict[object, list[Work]] = {}
    for work in group:
        by_function.setdefault(work.unit if work.many else work, []).append(work)
    return by_function.values()


def _run(connection: Connection, works: list[Work]) -> None:
    first = works[0]
    if first.many:
        results = first.unit(connection, [work.item for work in works])
        for work, result in zip(works, results, strict=True):
            work.result = result
    else:
        first.result = first.unit(connection)
    first.wakes = (*first.wakes, *to_be_woken(connection))


def _run_in_savepoint(connection: Connection, works: list[Work]) -> None:
    try:
        connection.exec_driver_sql("SAVEPOINT unit")  # at a third of what ``begin_nested`` takes
        _run(connection, works)
        connection.exec_driver_sql("RELEASE unit")
    except Exception as error:
        if isinstance(error, OperationalError):
            raise  # the whole transaction may be gone
        to_be_woken(connection)
        connection.exec_driver_sql("ROLLBACK TO unit")
        connection.exec_driver_sql("RELEASE unit")
        if len(works) > 1:  # find the one that spoils it for the others
            for work in works:
                _run_in_savepoint(connection, [work])
        else:
            works[0].error = error


def _is_deadlock(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _DEADLOCK


def _is_full(error: DBAPIError) -> bool:
    named = {getattr(error.orig, "sqlite_errorname", None), getattr(error.orig, "sqlstate", None)}
    return not named.isdisjoint(_NO_ROOM)


def _is_lost(error: BaseException) -> bool:
    """The database failed outside the units: connecting, beginning, committing. Trying each alone would not help."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or error.statement in (None, BEGIN))


def _unavailable(error: DBAPIError) -> StorageUnavailable:
    kind = getattr(error.orig, "sqlite_errorname", None) or type(error.orig).__name__
    if _is_full(error):
        return StorageFull(f"the disk of the database is full ({kind})")
    return StorageUnavailable(f"the database did not take it ({kind})")


def answer(group: Sequence[Work]) -> None:
    """Tell those who asked what came of it; in the thread of their event loop."""
    for work in group:
        if work.future.done():  # the asker has gone
            continue
        if work.error is None:
            work.future.set_result(work.result)
        else:
            work.future.set_exception(work.error)
