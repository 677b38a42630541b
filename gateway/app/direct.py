"""Does a command straight on the database."""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.exc import SQLAlchemyError

from gateway.accounts.refusals import Refused
from gateway.app.asking import NoService, ask
from gateway.app.catalogue import billing_rules
from gateway.app.commands import READS, Occasion, change_named, run
from gateway.app.control import user_name
from gateway.app.opening import behind, is_current, open_current, unreachable
from gateway.app.plain import plain
from gateway.app.rules import read_rules
from gateway.engine import sqlite
from gateway.engine.clock import SystemClock
from gateway.engine.database import Stamp
from gateway.engine.ids import Ids
from gateway.engine.sqlite import DatabaseInUse
from gateway.engine.writer import StorageUnavailable
from gateway.settings import Settings

PATIENCE_S = 10.0  # a service that is starting, or another command at work, is soon done
_PAUSE_S = 0.05  # nobody tells when the file is let go; a command has nothing else to do meanwhile
_ROWS_AHEAD = 500


def change(settings: Settings, command: str, arguments: Mapping[str, Any], patience_s: float = PATIENCE_S) -> Any:
    """Do a writing command; an SQLite file that another process holds is waited for, and its service asked."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return asyncio.run(_change_here(settings, command, arguments))
        except DatabaseInUse as in_use:
            with contextlib.suppress(NoService):  # it has just started
                return ask(settings.data_dir, command, arguments)
            if time.monotonic() > deadline:
                raise Refused(f"The database stays busy: {in_use}", "Try again when it is free.") from None
        time.sleep(_PAUSE_S)


def show(settings: Settings, command: str, arguments: Mapping[str, Any]) -> Any:
    """Do a reading command that answers with one thing."""
    with _reading(settings) as connection:
        return plain(_read(settings, connection, command, arguments))


def listing(settings: Settings, command: str, arguments: Mapping[str, Any]) -> Iterator[Any]:
    """Do a reading command that answers with many things, one by one."""
    with _reading(settings) as connection:
        yield from map(plain, _read(settings, connection, command, arguments))


async def _change_here(settings: Settings, command: str, arguments: Mapping[str, Any]) -> Any:
    change = change_named(command)
    try:
        async with open_current(settings) as engine:
            occasion = _occasion(settings, engine.stamp())
            return plain(
                await engine.write(
                    lambda connection: run(change.function, connection, occasion, arguments), wakes=change.wakes
                )
            )
    except (StorageUnavailable, OSError) as error:
        raise unreachable(error) from error


def _read(settings: Settings, connection: Connection, command: str, arguments: Mapping[str, Any]) -> Any:
    clock = SystemClock()
    stamp = Stamp(clock.now(), Ids(clock, node=0))  # a read makes nothing that needs an id of its own
    return run(READS[command], connection, _occasion(settings, stamp), arguments)


def _occasion(settings: Settings, stamp: Stamp) -> Occasion:
    return Occasion(stamp, user_name(os.getuid()), settings, read_rules(settings), billing_rules(settings))


@contextlib.contextmanager
def _reading(settings: Settings) -> Iterator[Connection]:
    """A connection that only reads, rows by the hundred: a list may be longer than memory."""
    database = _database_for_reading(settings)
    try:
        with database.connect().execution_options(stream_results=True, max_row_buffer=_ROWS_AHEAD) as connection:
            yield connection
    except SQLAlchemyError as error:
        raise unreachable(error) if is_current(settings) else behind() from error
    finally:
        database.dispose()


def _database_for_reading(settings: Settings) -> SqlEngine:
    if not settings.on_sqlite:
        from gateway.engine import postgres  # late, as in the engine

        return postgres.database(settings.url, 1)
    path = sqlite.file_of(settings.url)
    if not path.exists():
        raise Refused(
            f"There is no database at {path.absolute()} yet.",
            "`gateway serve` or `gateway migrate` makes it; GATEWAY_DATA_DIR names the folder of one elsewhere.",
        )
    return sqlite.reading_database(settings.url)
