"""What a STOP does to reminders that are planned, and what START undoes."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

import pytest

from gateway.calendar.silencing import Silencing
from gateway.calendar.words import ReminderState
from gateway.sms import optouts
from gateway.sms.facts import EVERY_VOICE, voice_of
from gateway.sms.words import Source
from plans.words import Origin
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, OTHER, WRITTEN, Practice, paris

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)


async def stop(alice: Practice, voice: str = EVERY_VOICE) -> None:
    """The phone says STOP, and the calendar room takes it in."""
    stamp = alice.engine.stamp()
    said = partial(optouts.stop, stamp=stamp, account_id=alice.account_id, recipient=MOBILE, source=Source.SMS)
    await alice.engine.write(partial(said, voice=voice))
    await take_in(alice)


async def start(alice: Practice, sources: Collection[Source] = optouts.SAID) -> None:
    """START: it undoes what was said in these ways."""
    stamp = alice.engine.stamp()
    said = partial(optouts.lift, stamp=stamp, account_id=alice.account_id, recipient=MOBILE, sources=sources)
    await alice.engine.write(said)
    await take_in(alice)


async def take_in(alice: Practice) -> None:
    while await Silencing(alice.bridge).run_once():
        pass


async def test_a_stop_drops_what_is_planned_for_that_phone_and_nothing_else(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(rules=("24h", "2h"))
    await server.create(WRITTEN, START)
    await server.create(OTHER, START)
    await alice.poll_now()
    await stop(alice)
    states = {(each.recipient == MOBILE, each.state) for each in await alice.reminders()}
    assert states == {(True, ReminderState.NOT_SENT), (False, ReminderState.PLANNED)}
    assert await alice.letters() == []  # the client hears of the STOP by the mail that brings it


async def test_a_start_brings_back_what_is_still_of_use(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice(rules=("24h", "2h"))
    await server.create(WRITTEN, START)
    await alice.poll_now()
    await stop(alice)
    await alice.until(DUE + timedelta(hours=23))
    await start(alice)
    assert await alice.ledger() == ["not_sent: too_late", "planned"]
    await alice.until(START)
    assert await alice.sms() == [MOBILE]


async def test_what_was_refused_when_it_was_due_leaves_after_a_start_while_it_is_of_use(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.poll_now()
    await alice.say_stop(WRITTEN)  # and is not taken in before the reminder is due
    await alice.until(DUE)
    assert await alice.ledger() == ["not_sent: opted_out"]
    await start(alice)
    assert await alice.ledger() == ["not_sent: opted_out"]  # an operator noted it: START does not undo that
    await start(alice, tuple(Source))
    await alice.run()
    assert await alice.sms() == [MOBILE]


async def test_an_appointment_that_is_made_after_the_stop_has_no_reminder_either(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await stop(alice)
    handle = await server.create(WRITTEN, START)
    await alice.poll_now()
    await server.move(handle, START + timedelta(hours=1))
    await alice.poll_now()
    assert await alice.ledger() == ["not_sent: opted_out"]


@pytest.mark.parametrize(
    ("voice", "ledger"), [(voice_of(Origin.EMAIL, 7), "planned"), (voice_of(Origin.CALENDAR, 0), "not_sent: opted_out")]
)
async def test_a_stop_to_one_sender_drops_reminders_only_where_it_answered_one(
    open_practice: Opening, server: MemoryCalendar, voice: str, ledger: str
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.poll_now()
    await stop(alice, voice)
    assert await alice.ledger() == [ledger]


async def test_what_was_sent_stays_sent(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.until(DUE)
    await stop(alice)
    assert await alice.ledger() == ["sent"]
