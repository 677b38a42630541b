"""Reminders: an idle look at a million of them, and how fast they leave beside APScheduler's own SQL store."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from gateway.app.schema import METADATA
from gateway.calendar.bridge import Bridge
from gateway.calendar.due import Due
from gateway.engine.database import Engine, open_engine
from gateway.engine.migration import upgrade
from gateway.sms.tables import job
from tests.bench.figures import Figure, rates, ratio
from tests.bench.job_store import drained
from tests.bench.planned import AHEAD, open_practices, remind_many
from tests.clock import StoppedClock
from tests.postgres import Databases, PostgresMissing, running_server

PRACTICES = 100
FEW, MANY = 1_000, 1_000_000
LOOKS = 300
DUE = 5_000
JOBS = 1_000
LATER = timedelta(days=1)
OURS, THEIRS = "promoted and charged", "empty jobs of APScheduler"


def bench(rounds: int) -> list[Figure]:
    """On both databases, each made for this."""
    figures = []
    with _databases() as urls:
        for name, url, other in urls:
            upgrade(url, METADATA)
            figures += asyncio.run(_measure(f"reminders, {name}", url, other, rounds))
    return figures


@contextmanager
def _databases() -> Iterator[list[tuple[str, str, str]]]:
    """The name of each kind, the URL of an empty database of it for ours, and of another for the job store."""
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder, ExitStack() as stack:
        urls = [("SQLite", f"sqlite:///{Path(folder) / 'gateway.db'}", f"sqlite:///{Path(folder) / 'jobs.db'}")]
        try:
            databases = Databases(stack.enter_context(running_server()))
            urls.append(("PostgreSQL", databases.create(), databases.create()))
        except PostgresMissing as missing:
            print(f"NOT MEASURED ON POSTGRESQL: {missing}")  # noqa: T201 - whoever runs it reads it
        yield urls


async def _measure(bench: str, url: str, other: str, rounds: int) -> list[Figure]:
    clock = StoppedClock()
    async with open_engine(url, clock) as engine:
        bridge = await open_practices(engine, PRACTICES)
        idle = await _idle(bench, bridge)
        clock.advance(AHEAD)
        measured = [await _round(bridge, other) for _ in range(rounds)]
    return [*idle, *rates(bench, measured), ratio(bench, measured, OURS, THEIRS, at_least=3)]


async def _round(bridge: Bridge, other: str) -> dict[str, float]:
    """What is due at once and goes through the one door, and what APScheduler makes of jobs that do nothing."""
    await remind_many(bridge, DUE)
    return {OURS: await _promoted(bridge), THEIRS: await asyncio.to_thread(drained, other, JOBS)}


async def _promoted(bridge: Bridge) -> float:
    """Reminders a second that become charged SMS, by the two loops of the service."""
    before = await _queued(bridge.engine)
    since = time.perf_counter()
    await asyncio.gather(*(_all_due(bridge) for _ in range(2)))
    seconds = time.perf_counter() - since
    sent = await _queued(bridge.engine) - before
    if sent < DUE:
        raise AssertionError(f"{sent} SMS of {DUE} reminders")
    return sent / seconds


async def _all_due(bridge: Bridge) -> None:
    due = Due(bridge)
    while await due.run_once():
        pass


async def _queued(engine: Engine) -> int:
    return await engine.read(lambda connection: connection.scalar(select(func.count()).select_from(job))) or 0


async def _idle(bench: str, bridge: Bridge) -> list[Figure]:
    """A look that finds nothing due, beside a thousand planned reminders and beside a million."""
    await remind_many(bridge, FEW, later=LATER)
    few = await _looked(bridge)
    await remind_many(bridge, MANY - FEW, later=LATER)
    many = await _looked(bridge)
    return [
        Figure(bench, f"idle look at {FEW:,}", few * 1e6, "us"),
        Figure(bench, f"idle look at {MANY:,}", many * 1e6, "us"),
        Figure(bench, "a million / a thousand", many / few, "x", at_most=1.5),
    ]


async def _looked(bridge: Bridge) -> float:
    """Seconds that a look takes, the median of many."""
    due, seconds = Due(bridge), []
    for _ in range(LOOKS):
        since = time.perf_counter()
        if await due.run_once():
            raise AssertionError("something was due")
        seconds.append(time.perf_counter() - since)
    return median(seconds)
