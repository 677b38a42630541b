"""Reads a calendar and sends its reminders: ``python -m tests.crash.reminder_worker URL PHASE RUN``.

It is meant to be killed. In the phase "reading" the whole calendar is different in every run, and read again and again;
in the phase "sending" all reminders are due, every fourth event is cancelled, and two workers send side by side.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from gateway.calendar.bridge import Bridge
from gateway.calendar.connections import CONNECTIONS
from gateway.calendar.due import Due
from gateway.calendar.feeds.port import FeedEvent
from gateway.calendar.reminders import REMINDERS
from gateway.calendar.sync import Sync
from gateway.calendar.verdict import BUSY
from gateway.calendar.words import EventStatus, Provider
from gateway.engine.database import Engine, open_engine
from gateway.engine.vault import Vault
from tests.billing.buyers import RULES as BILLING
from tests.calendar.memory import MemoryCalendar, MemoryFeed
from tests.cast import shipped_rules
from tests.clock import MONDAY_MORNING, StoppedClock

READING, SENDING = "reading", "sending"

START = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
DUE = START - timedelta(hours=24)

#: One worker waits for the other where both come to the same calendar; so often in the last run.
_TURNS = 20

#: A run begins when the leases of the one before are over.
APART = timedelta(minutes=3)


def calendar_at(phase: str, run: int, events: int) -> MemoryCalendar:
    """The calendar as its provider has it in a run of a phase; ``run`` -1 is what counts in the end."""
    last = 1_000 if run < 0 else run
    server = MemoryCalendar(clock=last + 1 if phase == READING else 1_000_000)
    for number in range(events):
        moved = timedelta(minutes=run % 7 if phase == READING and run >= 0 else 0)
        cancelled = phase == SENDING and number % 4 == 0
        server.events[f"event{number}"] = FeedEvent(
            event_id=f"event{number}",
            uid=f"event{number}@crash",
            original_start="",
            start=START + moved,
            end=START + moved + timedelta(hours=1),
            zone="Europe/Paris",
            status=EventStatus.CANCELLED if cancelled else EventStatus.CONFIRMED,
            title=number_of(number),
            revision=f"{phase} {last if phase == READING else 0}",
        )
        server.changed[f"event{number}"] = server.clock
    return server


def number_of(number: int) -> str:
    """The phone of an event: each has its own."""
    return f"063998{number:04}"


def bridge_at(engine: Engine, phase: str, run: int, events: int) -> Bridge:
    """What the work stands on."""
    feed = MemoryFeed(calendar_at(phase, run, events))
    return Bridge(engine, Vault([bytes(32)]), {Provider.GOOGLE: feed}, shipped_rules(), BILLING)


async def work(url: str, phase: str, run: int, events: int) -> None:
    """Do all that is due in a run, as two workers."""
    begin = MONDAY_MORNING if phase == READING else DUE
    last = 60 if run < 0 else run
    clock = StoppedClock(begin + last * APART)
    async with open_engine(url, clock) as engine:
        if engine.dialect == "sqlite":
            for each in (CONNECTIONS, REMINDERS):
                await engine.write(each.free_leases)
        print("ready", flush=True)  # noqa: T201 - whoever waits to kill
        bridge = bridge_at(engine, phase, run, events)
        workers: list[Sync | Due] = [Sync(bridge), Due(bridge), Due(bridge)]
        for _ in range(_TURNS if run < 0 else 1):
            while any(await asyncio.gather(*(each.run_once() for each in workers))):
                pass
            clock.advance(2 * BUSY)


async def _until_killed(url: str, phase: str, run: int, events: int) -> None:
    await work(url, phase, run, events)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_until_killed(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
