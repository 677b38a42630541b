"""SQLite: one process, every commit on disk, readers that only read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gateway.engine.database import Engine, open_engine
from gateway.engine.sqlite import DatabaseInUse
from tests.databases import ON_SQLITE

OPEN_AND_WAIT = """
import asyncio, sys
from gateway.engine.database import open_engine

async def main():
    async with open_engine(sys.argv[1]):
        print("open", flush=True)
        sys.stdin.read()

asyncio.run(main())
"""


def other_process(url: str) -> "subprocess.Popen[str]":
    """A process that opens the database and holds it until its input ends."""
    return subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", OPEN_AND_WAIT, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@ON_SQLITE
async def test_a_second_process_is_refused_and_told_what_to_do(engine: Engine, database_url: str) -> None:
    del engine  # holds the file
    with other_process(database_url) as second:
        said = second.communicate()[1].splitlines()[-1]
    assert said == (
        f"gateway.engine.sqlite.DatabaseInUse: process {os.getpid()} already works on {database_url[10:]}. "
        "A SQLite database serves one process: stop the other one, choose another GATEWAY_DATA_DIR, "
        "or use PostgreSQL through GATEWAY_DATABASE_URL."
    )


@ON_SQLITE
async def test_the_file_is_free_again_when_its_process_is_killed(database_url: str) -> None:
    with other_process(database_url) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "open\n"
        with pytest.raises(DatabaseInUse, match=f"process {first.pid} "):
            async with open_engine(database_url):
                pass
        first.kill()
    async with open_engine(database_url) as engine:
        assert engine.dialect == "sqlite"


@ON_SQLITE
async def test_the_writing_connection_syncs_every_commit(engine: Engine) -> None:
    """``synchronous`` 2 is FULL: in WAL mode less would lose the last commits when the power fails."""

    def pragmas(connection: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "journal_size_limit")
        return {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in names}

    assert await engine.write(pragmas) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "journal_size_limit": 67_108_864,
    }


@ON_SQLITE
async def test_the_log_is_folded_into_the_file_on_closing(database_url: str) -> None:
    """So a copy of the one file is a backup of a stopped service."""
    path = Path(database_url.removeprefix("sqlite:///"))
    async with open_engine(database_url) as engine:
        await engine.write(lambda connection: connection.execute(text("CREATE TABLE letter (a)")).rowcount)
        assert path.with_name("gateway.db-wal").exists()
    assert not path.with_name("gateway.db-wal").exists()
