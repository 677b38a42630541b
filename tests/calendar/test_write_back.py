"""An answer is marked in its event: once, the last one, and only where its owner wants that."""

import asyncio
from datetime import timedelta

import pytest

from gateway.calendar import connections
from gateway.calendar.answers import answered
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.marking import MARKS
from gateway.calendar.words import Answer, FeedFault, LetterKind, MarkState
from gateway.calendar.write_back import WriteBack
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, WRITTEN, Practice, paris

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)
TITLE = f"Mme Dupont {WRITTEN}"
YES, NO = f"✓ {TITLE}", f"✗ {TITLE}"


@pytest.fixture
def backend() -> str:
    """On one database: the statements of a mark go over both in tests/calendar/stories/test_marks.py."""
    return "sqlite"


async def reminded(open_practice: Opening, server: MemoryCalendar, **settings: object) -> tuple[Practice, str]:
    """A practice that wants events marked, an event, and the SMS about it."""
    alice = await open_practice(**{"write_back": True, **settings})
    handle = await server.create(TITLE, START)
    await alice.until(DUE)
    assert await alice.sms() == [MOBILE]
    return alice, handle


async def answer(alice: Practice, meaning: Answer, number: int = 0) -> None:
    """Somebody answers an SMS."""
    message = (await alice.messages())[number]
    await alice.engine.write(
        lambda connection: answered(connection, alice.engine.stamp(), alice.account_id, message.message_id, meaning)
    )


async def write_back(alice: Practice, later: timedelta = timedelta()) -> int:
    """Do what waits, after a while; how many marks were worked on."""
    alice.clock.advance(later)
    now = alice.clock.now()
    await alice.engine.write(lambda connection: MARKS.reap(connection, now))
    return await WriteBack(alice.bridge).run_once()


async def state(alice: Practice) -> tuple[Answer | None, MarkState | None]:
    """What is known of the mark."""
    (event,) = await alice.events()
    return event.mark, event.mark_state


@pytest.mark.parametrize(("meaning", "title"), [(Answer.CONFIRMED, YES), (Answer.CANCELLED, NO)])
async def test_a_clear_answer_is_marked(
    open_practice: Opening, server: MemoryCalendar, meaning: Answer, title: str
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, meaning)
    assert await state(alice) == (meaning, MarkState.WAITING)
    assert (await write_back(alice), await write_back(alice)) == (1, 0)
    assert await server.titles(handle) == [title]
    assert await state(alice) == (meaning, MarkState.MARKED)


async def test_an_unclear_answer_is_not_marked(open_practice: Opening, server: MemoryCalendar) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.UNCLEAR)
    assert (await write_back(alice), await server.titles(handle)) == (0, [TITLE])


async def test_nothing_is_written_where_it_is_not_switched_on(open_practice: Opening, server: MemoryCalendar) -> None:
    alice, handle = await reminded(open_practice, server, write_back=False)
    await answer(alice, Answer.CONFIRMED)
    assert (await write_back(alice), await server.titles(handle), await state(alice)) == (0, [TITLE], (None, None))


async def test_a_later_answer_takes_the_place_of_the_earlier_one(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    await write_back(alice)
    await answer(alice, Answer.CANCELLED)
    await write_back(alice)
    assert await server.titles(handle) == [NO]
    await answer(alice, Answer.CANCELLED)
    await answer(alice, Answer.CONFIRMED)  # before anybody wrote the first
    assert await write_back(alice) == 1
    assert await server.titles(handle) == [YES]


async def test_our_own_mark_comes_back_as_no_change(open_practice: Opening, server: MemoryCalendar) -> None:
    """Even where the text of the reminder says the title: no other text, no new reminder, nothing that settles anew."""
    alice, _ = await reminded(open_practice, server, rules=("24h", "2h"), template="{title} {date} {time}")
    before = await alice.events()
    await answer(alice, Answer.CONFIRMED)
    await write_back(alice)
    await alice.poll_now()
    (after,) = await alice.events()
    assert after.revision != before[0].revision
    same = ("number", "title", "title_tag", "explanation", "edited_at", "starts_at", "status")
    assert [getattr(after, each) for each in same] == [getattr(before[0], each) for each in same]
    await alice.until(START)
    assert (await alice.sms(), await alice.ledger()) == ([MOBILE], ["sent", "not_sent: already_answered"])


async def test_an_event_that_is_moved_after_the_answer_loses_its_mark(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """Nobody has said yes to the new time; they are told of it and may."""
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    await write_back(alice)
    await server.move(handle, START + timedelta(days=2))
    await alice.poll_now()
    await write_back(alice)
    assert await server.titles(handle) == [TITLE]
    assert await state(alice) == (None, MarkState.TAKEN_OFF)
    await alice.until(START + timedelta(days=1))
    await answer(alice, Answer.CONFIRMED, 1)
    await write_back(alice)
    assert await server.titles(handle) == [YES]


async def test_an_answer_to_a_time_that_is_not_the_events_any_more_is_not_marked(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    await server.move(handle, START + timedelta(hours=1))
    await alice.poll_now()
    await answer(alice, Answer.CONFIRMED)
    assert (await write_back(alice), await server.titles(handle)) == (0, [TITLE])
    assert await state(alice) == (Answer.CONFIRMED, MarkState.MOVED)


async def test_an_event_that_lasts_all_day_is_answered_to_at_any_hour(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(write_back=True)
    handle = server.put_all_day(TITLE, START.date())
    await alice.until(START)
    await answer(alice, Answer.CONFIRMED)
    await write_back(alice)
    assert await server.titles(handle) == [YES]


async def test_an_event_that_is_gone_is_let_be(open_practice: Opening, server: MemoryCalendar) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CANCELLED)
    await server.delete(handle)
    assert await write_back(alice) == 1
    assert await state(alice) == (Answer.CANCELLED, MarkState.GONE)
    await alice.poll_now()
    await answer(alice, Answer.CONFIRMED)
    assert (await write_back(alice), await state(alice)) == (0, (Answer.CONFIRMED, MarkState.GONE))


async def test_an_event_with_guests_is_let_be_and_others_are_marked(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    server.guests.add(handle)
    await answer(alice, Answer.CONFIRMED)
    await write_back(alice)
    assert await state(alice) == (Answer.CONFIRMED, MarkState.GUESTS)
    assert (await alice.calendar()).settings.write_back


@pytest.mark.parametrize("why", [MarkState.READ_ONLY, MarkState.NO_ACCESS])
async def test_where_nothing_can_be_written_it_is_switched_off_and_told_once(
    open_practice: Opening, server: MemoryCalendar, why: MarkState
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    if why is MarkState.READ_ONLY:
        server.read_only = True
    else:
        server.failures.append(FeedError(FeedFault.SCOPE_MISSING, "insufficientPermissions"))
    await write_back(alice)
    assert await state(alice) == (Answer.CONFIRMED, why)
    calendar = await alice.calendar()
    assert (calendar.settings.write_back, calendar.writable, calendar.writes) == (
        False,
        why is not MarkState.READ_ONLY,
        why is not MarkState.NO_ACCESS,
    )
    assert (await alice.letters()).count(LetterKind.MARKING_ENDED) == 1
    assert (await alice.facts())[-1]["lines"] == [{"what": why.value, "calendar": "main"}]
    assert (await write_back(alice), await server.titles(handle)) == (0, [TITLE])


async def test_with_leave_to_read_alone_nobody_is_asked(open_practice: Opening, server: MemoryCalendar) -> None:
    alice, _ = await reminded(open_practice, server)
    connection_id = (await alice.calendar()).connection_id
    await alice.engine.write(lambda connection: connections.lose_writing(connection, alice.account_id, connection_id))
    await answer(alice, Answer.CONFIRMED)
    await write_back(alice)
    assert await state(alice) == (Answer.CONFIRMED, MarkState.NO_ACCESS)
    assert "retitle" not in server.requests


async def test_what_is_switched_off_before_it_is_written_is_not_written(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    await alice.set(write_back=False)
    await write_back(alice)
    assert (await server.titles(handle), await state(alice)) == ([TITLE], (Answer.CONFIRMED, MarkState.OFF))


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (FeedError(FeedFault.UNAVAILABLE, "503"), timedelta(seconds=45)),
        (FeedError(FeedFault.THROTTLED, "429", timedelta(minutes=10)), timedelta(minutes=11)),
    ],
)
async def test_trouble_that_passes_is_waited_for_on_the_row(
    open_practice: Opening, server: MemoryCalendar, error: FeedError, wait: timedelta
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    server.failures.append(error)
    assert await write_back(alice) == 1
    assert await write_back(alice, timedelta(seconds=3)) == 0
    assert await state(alice) == (Answer.CONFIRMED, MarkState.WAITING)
    assert await write_back(alice, wait) == 1
    assert await server.titles(handle) == [YES]


async def test_one_event_in_trouble_does_not_stand_in_the_way_of_others(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice(write_back=True)
    handles = [await server.create(f"{each} {WRITTEN[:-1]}{each}", START) for each in range(3)]
    await alice.until(DUE)
    for number in range(3):
        await answer(alice, Answer.CONFIRMED, number)
    server.failures.append(FeedError(FeedFault.UNAVAILABLE, "500"))
    await write_back(alice)
    assert await write_back(alice, timedelta(seconds=3)) == 2
    marked = [(await server.titles(each))[0].startswith("✓") for each in handles]
    assert sorted(marked) == [False, True, True]


async def test_a_consent_that_is_lost_is_told_as_ever_and_the_mark_waits_for_the_next_one(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, _ = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    server.revoked = True
    await write_back(alice)
    assert (await alice.letters())[-1] is LetterKind.CONSENT_LOST
    assert await write_back(alice, timedelta(minutes=1)) == 1  # and finds the connection closed
    assert await state(alice) == (Answer.CONFIRMED, MarkState.WAITING)


async def test_what_nobody_could_write_until_the_event_was_over_is_given_up(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, _ = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    alice.clock.set(START + timedelta(days=1, minutes=1))
    await write_back(alice)
    assert await state(alice) == (Answer.CONFIRMED, MarkState.LATE)


async def test_a_mark_waits_while_somebody_else_works_on_the_connection(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    now, calendar = alice.clock.now(), await alice.calendar()
    key = (alice.account_id, calendar.connection_id)
    lease = timedelta(seconds=2)
    await alice.engine.write(
        lambda connection: connections.CONNECTIONS.hold(connection, [key], worker=7, now=now, lease=lease)
    )
    await write_back(alice)
    assert (await server.titles(handle), await state(alice)) == ([TITLE], (Answer.CONFIRMED, MarkState.WAITING))
    await write_back(alice, timedelta(seconds=3))
    assert await server.titles(handle) == [YES]


async def test_of_two_workers_one_writes(open_practice: Opening, server: MemoryCalendar) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    await asyncio.gather(*(WriteBack(alice.bridge).run_once() for _ in range(2)))
    await write_back(alice, timedelta(seconds=3))
    assert (await server.titles(handle), server.requests.count("retitle")) == ([YES], 1)


async def test_a_worker_that_dies_between_writing_and_recording_does_no_harm(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """The mark is there, nobody knows, and its lease runs out: whoever comes next finds nothing to change."""
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    await server.edit(handle, title=YES)
    now, before = alice.clock.now(), server.clock
    await alice.engine.write(
        lambda connection: MARKS.claim(connection, worker=7, now=now, lease=timedelta(minutes=2), limit=1)
    )
    assert await write_back(alice, timedelta(minutes=3)) == 1
    assert (server.clock, await state(alice)) == (before, (Answer.CONFIRMED, MarkState.MARKED))


async def test_an_answer_that_comes_while_the_earlier_one_is_being_written_is_the_one_that_stays(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    now = alice.clock.now()
    await alice.engine.write(
        lambda connection: MARKS.claim(connection, worker=7, now=now, lease=timedelta(minutes=2), limit=1)
    )
    await answer(alice, Answer.CANCELLED)
    assert await write_back(alice) == 1  # the row that the other worker holds is not there any more
    assert (await server.titles(handle), await state(alice)) == ([NO], (Answer.CANCELLED, MarkState.MARKED))
