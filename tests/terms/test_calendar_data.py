"""What is read of calendars, what is kept of it, what it serves, and how it ends (special term 6)."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.calendar.upkeep import Upkeep
from gateway.engine.database import Engine
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN, Practice, paris, practice
from tests.clock import StoppedClock

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)

GATEWAY = Path(__file__).parents[2] / "gateway"

TEXTS = {"title": f"Mme Dupont {WRITTEN}", "location": "Cabinet du 1er", "description": "Suivi de grossesse"}


@pytest.fixture
def server() -> MemoryCalendar:
    """Alice's calendar."""
    return MemoryCalendar()


async def one_event(engine: Engine, clock: StoppedClock, server: MemoryCalendar, template: str | None) -> Practice:
    """Alice's practice, with an event that says much, read with this wording."""
    alice = await practice(engine, clock, server, template=template)
    await server.create(TEXTS["title"], START, location=TEXTS["location"], description=TEXTS["description"])
    await alice.run()
    return alice


@pytest.mark.parametrize(
    ("template", "kept"),
    [
        (None, []),
        ("{name}: {day} {time}", []),
        ("{name}: {day} {time}, {place}", ["location"]),
        ("{title}, {day}", ["title"]),
        ("{titre}, {jour}: {description}", ["title", "description"]),
    ],
)
async def test_of_an_event_only_number_and_times_are_kept_and_what_the_wording_uses(
    engine: Engine, clock: StoppedClock, server: MemoryCalendar, template: str | None, kept: list[str]
) -> None:
    """R73: in no column of any row, however it is looked at."""
    alice = await one_event(engine, clock, server, template)
    rows = [*await alice.events(), *await alice.reminders()]
    everything = " ".join(str(value) for row in rows for value in row)
    words = {"title": "Dupont", "location": "Cabinet", "description": "grossesse"}
    assert [field for field, word in words.items() if word in everything] == kept


def test_what_calendars_hold_is_read_by_the_room_of_calendars_alone() -> None:
    """R74: nobody else knows the tables; the schema names them so that they are made."""
    knowing = [
        path.relative_to(GATEWAY).as_posix()
        for path in GATEWAY.rglob("*.py")
        if re.search(r"gateway\.calendar\.tables\b", path.read_text(encoding="utf-8"))
        and not path.relative_to(GATEWAY).as_posix().startswith("calendar/")
    ]
    assert knowing == ["app/schema.py"]


async def test_access_that_is_taken_back_at_the_provider_stops_sending_at_once(
    engine: Engine, clock: StoppedClock, server: MemoryCalendar
) -> None:
    """R75: even in the minute before a reminder was to leave."""
    alice = await one_event(engine, clock, server, None)
    await alice.until(DUE - timedelta(minutes=1))
    await server.revoke()
    await alice.until(DUE + timedelta(hours=1))
    assert (await alice.sms(), await alice.ledger()) == ([], ["waiting: consent_missing"])


@pytest.mark.parametrize("days", [1, 30, 90])
async def test_the_client_sets_how_long_what_is_over_is_remembered(
    engine: Engine, clock: StoppedClock, server: MemoryCalendar, days: int
) -> None:
    """R76: events and their reminders alike."""
    alice = await practice(engine, clock, server, keep_days=days, polled=timedelta(days=30))
    await server.create(WRITTEN, START)
    await alice.run()
    counts = []
    for after in (timedelta(days=days, minutes=-1), timedelta(days=days, minutes=1)):
        clock.set(START + after)
        await Upkeep(alice.bridge).keep_calendars()
        counts.append((len(await alice.events()), len(await alice.reminders())))
    assert counts == [(1, 1), (0, 0)]


async def test_a_subscription_holds_no_sms_and_reminders_wait_for_a_pack(
    engine: Engine, clock: StoppedClock, server: MemoryCalendar
) -> None:
    """R14, A6: in the trial, too; what is still of use leaves when there is one."""
    alice = await practice(engine, clock, server, units=0)
    await server.create(WRITTEN, START)
    await alice.until(DUE + timedelta(minutes=1))
    assert (await alice.sms(), await alice.ledger()) == ([], ["waiting: no_credit"])
    await alice.grant(10)
    await alice.until(DUE + timedelta(minutes=10))
    assert len(await alice.sms()) == 1
