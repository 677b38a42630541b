"""What is due leaves once and only if it still holds; the rest waits or says why not."""

from dataclasses import replace
from datetime import timedelta

from gateway.calendar.due import Due
from gateway.calendar.words import FeedFault, LetterKind, ReminderState
from plans.words import Reason
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, OTHER, WRITTEN, paris
from tests.clock import StoppedClock

START = paris("2026-11-25T15:00")
DUE = paris("2026-11-24T15:00")
QUARTER = timedelta(minutes=15)
SOON = paris("2026-11-23T14:00")  # today
MINUTE = timedelta(minutes=1)


async def test_a_reminder_leaves_when_it_is_due_and_not_before(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.until(DUE - MINUTE)
    assert await alice.sms() == []
    await alice.until(DUE)
    assert await alice.sms() == [MOBILE]
    (reminder,), (message,) = await alice.reminders(), await alice.messages()
    assert (reminder.state, reminder.message_id, reminder.look_at) == (ReminderState.SENT, message.message_id, None)
    assert "25 novembre" in message.body
    assert "15h00" in message.body or "15:00" in message.body


async def test_a_reminder_of_the_last_half_hour_leaves_though_its_sender_comes_by_a_moment_later(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice(rules=("20m",))
    await server.create(WRITTEN, START)
    await alice.until(START - 21 * MINUTE)
    clock.set(START - 20 * MINUTE + timedelta(seconds=1))
    await alice.run()
    assert await alice.sms() == [MOBILE]


async def test_what_is_cancelled_a_moment_before_does_not_leave(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE - MINUTE)
    await server.cancel(handle)
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: event_cancelled"])


async def test_what_is_moved_a_moment_before_leaves_for_its_new_time(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE - MINUTE)
    await server.move(handle, START + timedelta(days=1))
    await alice.until(DUE + timedelta(hours=1))
    assert await alice.sms() == []
    await alice.until(START + timedelta(days=1))
    assert (await alice.sms(), await alice.ledger()) == ([MOBILE], ["sent"])


async def test_what_is_deleted_a_moment_before_does_not_leave(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE - MINUTE)
    await server.delete(handle)
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: event_gone"])


async def test_another_number_a_moment_before_is_the_one_that_is_texted(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE - MINUTE)
    await server.edit(handle, title=OTHER)
    await alice.until(START)
    assert await alice.sms() == ["+33639985678"]


async def test_a_feed_that_cannot_look_at_one_event_is_read_whole(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    server.rereads = False
    alice = await open_practice()
    kept, gone = await server.create(WRITTEN, START), await server.create(OTHER, START)
    await alice.until(DUE - MINUTE)
    await server.cancel(gone)
    await alice.until(START)
    assert await alice.sms() == [MOBILE]
    assert "reread" not in server.requests
    assert kept in server.events


async def test_what_lies_in_a_file_that_was_just_read_leaves_without_being_held(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    server.rereads = False
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.until(DUE - MINUTE)
    alice.clock.set(DUE)
    await alice.poll_now()
    assert await Due(alice.bridge).run_once() == 1
    (reminder,) = await alice.reminders()
    assert (reminder.state, reminder.claim_epoch, await alice.sms()) == (ReminderState.SENT, 0, [MOBILE])


async def test_a_provider_that_does_not_answer_is_forgiven_where_the_last_poll_is_young(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(polled=QUARTER)
    await server.create(WRITTEN, START)
    await alice.until(DUE - MINUTE)
    await server.fail(1)
    await alice.until(DUE)
    assert await alice.sms() == [MOBILE]


async def test_nothing_leaves_on_what_was_read_long_ago(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.until(DUE - timedelta(hours=3))
    await server.fail(10_000)
    await alice.until(DUE + timedelta(hours=1))
    assert (await alice.sms(), await alice.ledger()) == ([], ["waiting: calendar_unread"])
    server.failures.clear()
    await alice.until(DUE + timedelta(hours=2))
    assert (await alice.sms(), await alice.ledger()) == ([MOBILE], ["sent"])


async def test_what_nobody_could_read_until_it_was_too_late_is_not_sent(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(rules=("2h",))
    alice.bridge = replace(alice.bridge, trust=timedelta(minutes=30))
    await server.create(WRITTEN, SOON)
    await alice.until(SOON - timedelta(hours=3))
    await server.fail(100_000)
    await alice.until(SOON)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: calendar_unread"])


async def test_a_consent_taken_back_is_found_out_at_the_last_look(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(rules=("2h",))
    await server.create(WRITTEN, SOON)
    await alice.until(SOON - timedelta(hours=2) - MINUTE)
    await server.revoke()
    await alice.until(SOON)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: consent_missing"])
    assert (await alice.calendar()).fault is FeedFault.CONSENT_REVOKED
    assert await alice.letters() == [LetterKind.CONSENT_LOST, LetterKind.REMINDER_FAILED]


async def test_a_paused_calendar_sends_nothing_and_what_is_of_use_leaves_when_it_goes_on(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await server.create(OTHER, START - timedelta(hours=22, minutes=30))
    await alice.run()
    await alice.change(paused=True)
    await alice.until(DUE + timedelta(hours=2))
    assert await alice.ledger() == ["not_sent: calendar_paused", "waiting: calendar_paused"]
    await alice.change(paused=False)
    await alice.until(DUE + timedelta(hours=3))
    assert await alice.sms() == [MOBILE]


async def test_without_credit_reminders_wait_and_leave_when_there_is_some(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(units=0)
    await server.create(WRITTEN, START)
    await alice.until(DUE + MINUTE)
    assert (await alice.sms(), await alice.ledger()) == ([], ["waiting: no_credit"])
    await alice.grant(10)
    await alice.until(DUE + timedelta(hours=1))
    assert (await alice.sms(), await alice.ledger()) == ([MOBILE], ["sent"])


async def test_credit_that_ends_in_the_middle_of_a_batch_makes_the_others_wait(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(units=1)
    for each in (WRITTEN, OTHER):
        await server.create(each, START)
    await alice.until(DUE)
    assert sorted(await alice.ledger()) == ["sent", "waiting: no_credit"]
    await alice.grant(10)
    await alice.until(DUE + timedelta(hours=1))
    assert sorted(await alice.sms()) == sorted([MOBILE, "+33639985678"])


async def test_without_a_subscription_nothing_leaves(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice(rules=("2h",), plan=None)
    await server.create(WRITTEN, SOON)
    await alice.until(SOON)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: no_subscription"])


async def test_a_copy_of_the_event_in_another_calendar_is_the_same_reminder(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """The practitioner and the secretary, or an invitation: one SMS, and both ledgers say so."""
    alice = await open_practice(plan="BUSINESS")
    handle = await server.create(WRITTEN, START)
    copy = server.copy()
    await alice.add(copy)
    await alice.until(DUE)
    assert (await alice.sms(), sorted(await alice.ledger())) == ([MOBILE], ["sent", "sent: duplicate"])
    for each, name in ((server, handle), (copy, f"copy of {handle}")):
        await each.move(name, START + timedelta(days=1))
    await alice.until(START + timedelta(days=1))
    assert await alice.sms() == [MOBILE, MOBILE]


async def test_one_that_breaks_does_not_stop_the_others(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice(template="{title}")
    for each in (WRITTEN, OTHER):
        await server.create(each, START)
    await alice.run()
    await alice.break_zone_of(MOBILE)
    await alice.until(DUE)
    assert await alice.sms() == ["+33639985678"]


async def test_a_number_that_said_stop_is_not_reminded(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.run()
    await alice.say_stop(WRITTEN)
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: opted_out"])


async def test_a_foreign_number_is_blocked_visibly(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create("Herr Maier +49 1512 3456789", START)
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([], ["not_sent: foreign_blocked"])


async def test_at_night_nothing_leaves(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, paris("2026-11-26T21:00"))
    await alice.until(paris("2026-11-26T21:00"))
    (message,) = await alice.messages()
    assert message.created_at.astimezone(START.tzinfo).hour in range(8, 20)


async def test_after_a_standstill_only_what_is_still_of_use_leaves(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice(rules=("24h", "2h"))
    await server.create(WRITTEN, START)
    await server.create(OTHER, START - timedelta(days=1, hours=1))
    await alice.run()
    clock.set(START - timedelta(hours=1))
    await alice.until(START - timedelta(minutes=59))
    assert await alice.sms() == [MOBILE]
    assert sorted(await alice.ledger()) == [
        "not_sent: too_late",
        "not_sent: too_late",
        "not_sent: too_late",
        "sent",
    ]
    assert Reason.TOO_LATE in {each.reason for each in await alice.reminders()}
