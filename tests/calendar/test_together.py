"""Several appointments of one number on a day, in one SMS where the client wants it so."""

from datetime import timedelta

from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import LATE, MOBILE, OTHER, WRITTEN, paris

MORNING, NOON, NEXT = paris("2026-11-25T09:30"), paris("2026-11-25T12:00"), paris("2026-11-26T12:00")
DUE = MORNING - timedelta(days=1)


async def test_appointments_of_a_day_share_an_sms_when_the_first_is_due(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(merge=True)
    for start in (NOON, MORNING, NEXT):
        await server.create(WRITTEN, start)
    await server.create(OTHER, NOON)
    await alice.until(DUE)
    (message,) = await alice.messages()
    assert "9h30" in message.body
    assert "12h00" in message.body
    assert await alice.ledger() == ["sent", "not_sent: merged", "planned", "planned"]
    await alice.until(NEXT)
    assert await alice.sms() == [MOBILE, "+33639985678", MOBILE]


async def test_without_the_option_each_has_its_own(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    for start in (NOON, MORNING):
        await server.create(WRITTEN, start)
    await alice.until(NOON)
    assert await alice.sms() == [MOBILE, MOBILE]


async def test_what_is_cancelled_by_then_is_not_named(open_practice: Opening, server: MemoryCalendar) -> None:
    """The last look is at every appointment that the SMS would name."""
    alice = await open_practice(merge=True)
    later = await server.create(WRITTEN, NOON)
    await server.create(WRITTEN, MORNING)
    await alice.until(DUE - timedelta(minutes=1))
    await server.cancel(later)
    await alice.until(NOON)
    (message,) = await alice.messages()
    assert "12h00" not in message.body
    assert sorted(await alice.ledger()) == ["not_sent: event_cancelled", "sent"]


async def test_what_was_brought_forward_for_nothing_leaves_at_its_own_time(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(merge=True)
    await server.create(WRITTEN, NOON)
    first = await server.create(WRITTEN, MORNING)
    await alice.until(DUE - timedelta(minutes=1))
    await server.cancel(first)
    await alice.until(DUE + timedelta(hours=1))
    assert await alice.sms() == []
    await alice.until(NOON)
    (message,) = await alice.messages()
    assert message.created_at == NOON - timedelta(days=1) + LATE


async def test_without_credit_both_wait_and_then_leave_together(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice(merge=True, units=0)
    for start in (NOON, MORNING):
        await server.create(WRITTEN, start)
    await alice.until(DUE + timedelta(minutes=20))
    await alice.grant(10)
    await alice.until(NOON)
    assert await alice.sms() == [MOBILE]
    assert await alice.ledger() == ["sent", "not_sent: merged"]
