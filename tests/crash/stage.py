"""What every loop of crashes stands on: arguments, a database of its own, kills by chance, the end of the work."""

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection
from sqlalchemy import Engine as SqlEngine

from gateway.app.schema import METADATA
from gateway.engine.migration import upgrade
from tests.postgres import Databases, running_server
from tests.service_process import ServiceProcess

WORKED_OFF_WITHIN_S = 300.0  # on PostgreSQL the leases of the dead must run out first
POLL_S = 0.1


def parser_of(name: str, doc: str | None, *, kills: int) -> argparse.ArgumentParser:
    """The arguments that all loops share; what they are about is the first line of their own description."""
    summary = (doc or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog=f"python -m tests.crash.{name}", description=summary)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))  # noqa: S311 - moments, not secrets
    return parser


def choose_database(parser: argparse.ArgumentParser) -> None:
    """Let a loop that runs on both be told on which."""
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")


@contextlib.contextmanager
def database_for_service(kind: str) -> Iterator[str | None]:
    """The URL of an empty PostgreSQL database of our own; None for SQLite in the data directory."""
    if kind == "sqlite":
        yield None
        return
    with running_server() as server:
        yield Databases(server).create()


@contextlib.contextmanager
def database_with_tables(kind: str) -> Iterator[str]:
    """The URL of a database of our own, for work that is done without a service."""
    with tempfile.TemporaryDirectory(prefix="gateway-crash-") as folder, database_for_service(kind) as made:
        url = made or f"sqlite:///{Path(folder) / 'gateway.db'}"
        upgrade(url, METADATA)
        yield url


def at_once(kind: str) -> int:
    """How many processes may share a database: an SQLite file serves one."""
    return 1 if kind == "sqlite" else 2


@contextlib.contextmanager
def at_work(module: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A process of ours that is at work when this returns, as it says itself, and killed when it is left."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def kill_by_chance(
    processes: Sequence[ServiceProcess],
    chance: random.Random,
    kills: int,
    seconds: float,
    dying: Callable[[ServiceProcess], None] = lambda _victim: None,
) -> list[float]:
    """Kill one process after the other and start it again; how many seconds each took to come back."""
    starts = []
    for _ in range(kills):
        time.sleep(chance.uniform(0.1, 1.9) * seconds / kills)
        victim = chance.choice(processes)
        dying(victim)
        victim.kill()
        starts.append(victim.start())
    return starts


def work_off(outside: SqlEngine, left: Callable[[Connection], int]) -> float:
    """Wait until nothing is ``left``; the seconds that it took."""
    since = time.perf_counter()
    while time.perf_counter() - since < WORKED_OFF_WITHIN_S:
        with outside.connect() as connection:
            if not left(connection):
                break
        time.sleep(POLL_S)
    return time.perf_counter() - since


def conclude(title: str, figures: Mapping[str, object], *, clean: bool) -> int:
    """Show what was found; returns the exit code."""
    table = Table("figure", "value", title=title)
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), str(value))
    console = Console()
    console.print(table)
    console.print("clean" if clean else "NOT CLEAN")
    return 0 if clean else 1
