"""Which answers are marked in their events, and which are not."""

from datetime import timedelta

import pytest

from gateway.calendar.words import Answer, MarkState
from tests.calendar.answering import NO, START, TITLE, YES, answer, reminded, state, write_back
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE


@pytest.fixture
def backend() -> str:
    """On one database: the statements of a mark go over both in tests/calendar/stories/test_marks.py."""
    return "sqlite"


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
