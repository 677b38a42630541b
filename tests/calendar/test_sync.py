"""What is known of a calendar: true after every poll, and polled again at the right time."""

from datetime import timedelta

from gateway.calendar.connections import owner
from gateway.calendar.words import EventStatus, FeedFault, LetterKind, ReminderState
from plans.words import Reason
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, OTHER, WRITTEN, paris
from tests.clock import StoppedClock

TOMORROW = paris("2026-11-25T10:00")


async def test_an_event_with_a_number_is_kept_with_its_reminder(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create(f"Mme Dupont {WRITTEN}", TOMORROW)
    await alice.sync()
    (event,) = await alice.events()
    (reminder,) = await alice.reminders()
    assert (event.number, event.starts_at) == (MOBILE, TOMORROW)
    assert (reminder.recipient, reminder.start_at) == (MOBILE, TOMORROW)
    assert (reminder.state, reminder.due_at) == (ReminderState.PLANNED, TOMORROW - timedelta(hours=24))
    assert reminder.look_at == reminder.due_at


async def test_nothing_that_an_event_says_is_kept(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create(f"Mme Dupont {WRITTEN}", TOMORROW, location="Cabinet", description="Suivi de grossesse")
    await alice.sync()
    (event,) = await alice.events()
    kept = " ".join(str(each) for each in event)
    assert not any(each in kept for each in ("Dupont", "Cabinet", "grossesse"))


async def test_what_the_wording_uses_is_kept_and_nothing_else(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice(template="{title} {date}")
    await server.create(f"Mme Dupont {WRITTEN}", TOMORROW, location="Cabinet", description="Suivi")
    await alice.sync()
    (event,) = await alice.events()
    assert (event.title, event.location, event.description) == (f"Mme Dupont {WRITTEN}", None, None)


async def test_an_event_that_moves_takes_its_reminder_along(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, TOMORROW)
    await alice.sync()
    before = (await alice.reminders())[0]
    await server.move(handle, TOMORROW + timedelta(days=1))
    await alice.poll_now()
    (after,) = await alice.reminders()
    assert after.reminder_id == before.reminder_id
    assert after.due_at == TOMORROW
    assert after.version == before.version + 1


async def test_a_deleted_event_has_no_reminder(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, TOMORROW)
    await alice.sync()
    await server.delete(handle)
    await alice.poll_now()
    (reminder,) = await alice.reminders()
    assert (reminder.state, reminder.reason, reminder.look_at) == (ReminderState.NOT_SENT, Reason.EVENT_GONE, None)


async def test_a_cancelled_event_has_no_reminder_until_it_is_taken_back(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    handle = await server.create(WRITTEN, TOMORROW)
    await alice.sync()
    await server.cancel(handle)
    await alice.poll_now()
    (event,) = await alice.events()
    (reminder,) = await alice.reminders()
    assert event.status is EventStatus.CANCELLED
    assert (reminder.state, reminder.reason) == (ReminderState.NOT_SENT, Reason.EVENT_CANCELLED)
    await server.uncancel(handle)
    await alice.poll_now()
    (reminder,) = await alice.reminders()
    assert (reminder.state, reminder.reason) == (ReminderState.PLANNED, None)


async def test_what_was_deleted_while_the_cursor_expired_is_found_by_difference(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """No provider sends tombstones on a full list."""
    alice = await open_practice()
    handle, _ = await server.create(WRITTEN, TOMORROW), await server.create(OTHER, TOMORROW)
    await alice.sync()
    await server.delete(handle)
    await server.expire_cursors()
    await alice.poll_now()
    assert server.requests == ["list", "changes", "list"]
    assert [each.gone_at is None for each in await alice.events()] == [False, True]


async def test_a_full_list_of_the_same_events_changes_no_reminder(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, TOMORROW, weeks=3)
    await alice.sync()
    before = await alice.reminders()
    await server.expire_cursors()
    await alice.poll_now()
    assert await alice.reminders() == before


async def test_a_calendar_is_polled_again_after_its_interval_and_not_before(
    open_practice: Opening, clock: StoppedClock
) -> None:
    alice = await open_practice(polled=timedelta(minutes=15))
    assert [await alice.sync(), await alice.sync()] == [1, 0]
    clock.advance(timedelta(minutes=13))
    assert await alice.sync() == 0
    clock.advance(timedelta(minutes=4))
    assert await alice.sync() == 1


async def test_everything_is_listed_anew_once_a_day(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    """What enters the window because time passes is no change to any provider."""
    alice = await open_practice()
    await server.create(WRITTEN, clock.now() + timedelta(days=45))
    await alice.sync()
    assert await alice.events() == []
    clock.advance(timedelta(days=2))
    await alice.sync()
    assert len(await alice.events()) == 1
    assert server.requests == ["list", "list"]


async def test_a_fault_that_may_pass_is_tried_again_later_and_later(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.fail(3)
    pauses = []
    for _ in range(3):
        await alice.sync()
        calendar = await alice.calendar()
        assert calendar.next_poll_at is not None
        pauses.append(calendar.next_poll_at - clock.now())
        clock.set(calendar.next_poll_at)
    assert pauses == sorted(pauses)
    assert ((await alice.calendar()).fault, (await alice.calendar()).failures) == (FeedFault.UNAVAILABLE, 3)
    await alice.sync()
    assert ((await alice.calendar()).fault, (await alice.calendar()).failures) == (None, 0)


async def test_a_provider_that_says_how_long_to_wait_is_obeyed(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.fail(1, retry_after=timedelta(minutes=7))
    await alice.sync()
    clock.advance(timedelta(minutes=6, seconds=59))
    assert await alice.sync() == 0
    clock.advance(timedelta(seconds=43))
    assert await alice.sync() == 1


async def test_a_consent_that_was_taken_back_stops_everything_and_is_told_once(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, TOMORROW)
    await alice.sync()
    await server.revoke()
    for _ in range(3):
        await alice.poll_now()
        clock.advance(timedelta(hours=1))
    assert server.requests == ["list", "changes"]
    assert (await alice.calendar()).fault is FeedFault.CONSENT_REVOKED
    assert await alice.letters() == [LetterKind.CONSENT_LOST]


async def test_a_rotated_secret_is_kept(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    server.rotates = True
    await server.create(WRITTEN, TOMORROW)
    await alice.sync()
    calendar = await alice.calendar()
    kept = await alice.engine.read(
        lambda connection: alice.bridge.vault.open(connection, alice.account_id, owner(calendar.connection_id))
    )
    assert kept == server.secret != b"token 1"


async def test_the_practices_own_number_is_known_by_its_being_everywhere(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    for day in range(8):
        await server.create(f"Patient {day} 06 39 98 00 {day:02}", TOMORROW + timedelta(days=day), description=OTHER)
    await server.create("Réunion", TOMORROW, description=OTHER)
    await alice.sync()
    numbers = [each.number for each in await alice.events()]
    assert numbers == [*(f"+336399800{day:02}" for day in range(8)), None]


async def test_a_number_that_turns_out_to_be_the_practices_own_is_read_anew(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """What was thought of a few events does not hold for many."""
    alice = await open_practice()
    await server.create("Réunion", TOMORROW, description=OTHER)
    await alice.sync()
    assert [each.number for each in await alice.events()] == ["+33639985678"]
    for day in range(8):
        await server.create(f"Patient {day}", TOMORROW, description=OTHER)
    await alice.poll_now()
    await alice.sync()
    assert {each.number for each in await alice.events()} == {None}


async def test_events_that_make_no_sense_are_counted_until_the_next_full_list(
    open_practice: Opening, server: MemoryCalendar, clock: StoppedClock
) -> None:
    server.unreadable = 2
    alice = await open_practice()
    await server.create(WRITTEN, TOMORROW)
    await alice.poll_now()
    assert (await alice.calendar()).unreadable == 2
    server.unreadable = 0
    clock.advance(timedelta(days=2))
    await alice.sync()
    assert (await alice.calendar()).unreadable == 0


async def test_an_event_that_cannot_be_is_left_out(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, paris("9998-01-01T10:00"))
    handle = await server.create(WRITTEN, TOMORROW)
    server.events["x" * 2000] = server.events[handle]
    await alice.sync()
    assert len(await alice.events()) == 1
