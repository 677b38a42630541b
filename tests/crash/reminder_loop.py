"""Kills whoever reads calendars and sends reminders, again and again, and counts what was lost or doubled.

The short way, without a service, for the tests; ``calendar_loop`` kills the service itself. A calendar that is other at
every look is read by a process that is killed with ``kill -9`` at random moments; then its reminders are all due, every
fourth event is cancelled in the last moment, and whoever sends them is killed just so. In the end every event has one
reminder, every phone got one SMS and those of cancelled events none, and the books agree.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from gateway.calendar.settings import CalendarSettings
from gateway.calendar.tables import reminder
from gateway.calendar.words import Provider, ReminderState
from gateway.engine.database import open_engine
from gateway.sms.tables import message
from tests.calendar.practice import client, link
from tests.clock import StoppedClock
from tests.crash.books import discrepancies
from tests.crash.reminder_worker import DUE, READING, SENDING, bridge_at, number_of, work
from tests.crash.stage import at_work
from tests.databases import from_outside


@dataclass(frozen=True, slots=True)
class Findings:
    """Every figure but ``reminders`` must be nought."""

    reminders: int
    lost: int  # events without a reminder, or phones without their SMS
    doubled: int  # events with two, or phones with two
    wrong: int  # SMS about what was cancelled
    astray: int  # reminders that are not due when they should be, or that have no end
    discrepancies: int  # of the audit of the house

    @property
    def clean(self) -> bool:
        """Whether all is as if nobody had been killed."""
        return not any((self.lost, self.doubled, self.wrong, self.astray, self.discrepancies))


def run(url: str, *, events: int, kills: int, at_once: int, seed: int) -> Findings:
    """Kill so many times in each phase, let one run of each finish, and look."""
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    asyncio.run(_open_practice(url, events))
    _phase(url, READING, events, kills, at_once, chance)
    with from_outside(url).connect() as connection:
        planned = _planned(connection, events)
    _phase(url, SENDING, events, kills, at_once, chance)
    with from_outside(url).connect() as connection:
        sent = _sent(connection, events)
    return Findings(
        reminders=events,
        lost=planned.lost + sent.lost,
        doubled=planned.doubled + sent.doubled,
        wrong=sent.wrong,
        astray=planned.astray + sent.astray,
        discrepancies=sent.discrepancies,
    )


def _phase(url: str, phase: str, events: int, kills: int, at_once: int, chance: random.Random) -> None:  # noqa: PLR0917 - a phase is all of these
    for number in range(kills):
        with contextlib.ExitStack() as stack:
            for _ in range(at_once):
                stack.enter_context(at_work("tests.crash.reminder_worker", url, phase, str(number), str(events)))
            time.sleep(chance.uniform(0, 0.6))
    asyncio.run(work(url, phase, -1, events))


def _planned(connection: Connection, events: int) -> Findings:
    """Every event has its one reminder, due a day before the start that counts."""
    row = reminder.c
    rows = connection.execute(select(row.event_id, row.due_at, row.state)).all()
    per_event = Counter(each.event_id for each in rows)
    late = sum(each.due_at != DUE or each.state is not ReminderState.PLANNED for each in rows)
    doubled = sum(count > 1 for count in per_event.values())
    return Findings(events, events - len(per_event), doubled, 0, late, 0)


def _sent(connection: Connection, events: int) -> Findings:
    """Every phone got its one SMS, but those of events that were cancelled."""
    phones = Counter(connection.scalars(select(message.c.recipient)))
    wanted = {"+33" + number_of(each)[1:] for each in range(events) if each % 4}
    open_ones = reminder.c.state.in_([ReminderState.PLANNED, ReminderState.WAITING])
    return Findings(
        events,
        lost=len(wanted - phones.keys()),
        doubled=sum(count > 1 for count in phones.values()),
        wrong=len(phones.keys() - wanted),
        astray=connection.scalar(select(func.count()).where(open_ones)) or 0,
        discrepancies=discrepancies(connection),
    )


async def _open_practice(url: str, events: int) -> None:
    async with open_engine(url, StoppedClock()) as engine:
        bridge = bridge_at(engine, READING, 0, 0)
        account_id = await client(engine, units=10 * events, plan="SOLO")
        lies = (Provider.GOOGLE, b"token 1", "main")
        await engine.write(lambda connection: link(connection, bridge, account_id, lies, CalendarSettings()))
