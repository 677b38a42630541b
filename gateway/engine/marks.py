"""How far identifiers have come on an SQLite database, so that a clock that was set back repeats none after a restart.

The row of the process table says up to which instant they may have been drawn. It is written ahead of them, for a
process that is killed has no time to say where it was; the next one begins after it. On PostgreSQL the same row keeps a
number from being taken again before its time: ``gateway.engine.postgres.Node``.
"""

import asyncio
import contextlib
import os
import socket
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, inspect, select, update
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.exc import DatabaseError

from gateway.engine.ids import END
from gateway.engine.processes import process
from gateway.engine.writer import StorageFull, StorageUnavailable

if TYPE_CHECKING:
    from gateway.engine.database import Engine
    from gateway.engine.ids import Ids

#: How far ahead of the identifiers the mark is set, and how often.
AHEAD = timedelta(minutes=1)
BEAT_S = 15.0

_NODE = 0  # the only process


def pick_up(database: SqlEngine, ids: "Ids") -> None:
    """Have ``ids`` begin after the mark, if there is one, and set the next.

    A database that cannot be written, or has no tables yet, is marked by ``keep_ahead``, as soon as that can be.
    """
    with database.begin() as connection:
        ready = inspect(connection).has_table(process.name)
        marked = connection.scalar(select(process.c.seen_at).where(process.c.node == _NODE)) if ready else None
    if marked is not None:
        ids.begin_after(marked)
    if ready:
        with contextlib.suppress(DatabaseError), database.begin() as connection:
            set_mark(connection, ids.reached() + AHEAD)


def set_mark(connection: Connection, until: datetime) -> None:
    """Say that identifiers may be drawn up to the instant ``until``."""
    if until >= END:
        return  # the clock is wrong: no such identifier can be kept, and after such a mark none at all
    if not connection.execute(update(process).where(process.c.node == _NODE).values(seen_at=until)).rowcount:
        host = socket.gethostname()[:120]
        connection.execute(insert(process).values(node=_NODE, host=host, pid=os.getpid(), instance=0, seen_at=until))


async def keep_ahead(engine: "Engine", every_s: float = BEAT_S) -> None:
    """Set the mark again and again, until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        with contextlib.suppress(StorageUnavailable, StorageFull):  # then no row with a new identifier is kept either
            await engine.write(partial(set_mark, until=engine.ids.reached() + AHEAD), urgent=True)
