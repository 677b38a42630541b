"""Who was told of an appointment is not told again because its provider calls it otherwise."""

from datetime import timedelta

from gateway.calendar.words import ReminderState
from plans.words import Reason
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, OTHER, WRITTEN, paris

START = paris("2026-11-26T15:00")
DUE = START - timedelta(hours=24)
HOUR = timedelta(hours=1)


async def test_an_event_that_becomes_a_series_after_its_reminder_left_has_no_second_one(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """The same time next week, then: the first one is called otherwise from then on."""
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE + HOUR)
    await server.repeat(handle, 3)
    await alice.poll_now()
    await alice.until(START)
    assert await alice.sms() == [MOBILE]
    reasons = [(each.start_at, each.reason) for each in await alice.reminders() if each.start_at == START]
    assert reasons == [(START, None), (START, Reason.DUPLICATE)]
    await alice.until(START + timedelta(days=7))
    assert await alice.sms() == [MOBILE, MOBILE]


async def test_an_event_that_becomes_a_series_before_its_reminder_leaves_has_one(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE - HOUR)
    await server.repeat(handle, 3)
    await alice.poll_now()
    await alice.until(START)
    assert await alice.sms() == [MOBILE]


async def test_another_client_at_that_hour_is_told(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE + HOUR)
    await server.edit(handle, title=OTHER)
    await server.repeat(handle, 1)
    await alice.poll_now()
    await alice.until(START)
    assert await alice.sms() == [MOBILE, "+33639985678"]


async def test_two_appointments_at_one_hour_that_both_stand_are_told_each(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """A mother with two children: nothing is gone, so nothing was told otherwise."""
    alice = await open_practice()
    for child in ("Léa", "Tom"):
        await server.create(f"{child} {WRITTEN}", START)
    await alice.until(START)
    assert await alice.sms() == [MOBILE, MOBILE]
    assert {each.state for each in await alice.reminders()} == {ReminderState.SENT}
