"""Marks are written once, the last one stays, and trouble is waited for or told."""

import asyncio
from datetime import timedelta

import pytest

from gateway.calendar import connections
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.marking import MARKS
from gateway.calendar.words import Answer, FeedFault, LetterKind, MarkState
from gateway.calendar.write_back import WriteBack
from tests.calendar.answering import DUE, NO, START, TITLE, YES, answer, reminded, state, write_back
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import WRITTEN


@pytest.fixture
def backend() -> str:
    """On one database: the statements of a mark go over both in tests/calendar/stories/test_marks.py."""
    return "sqlite"


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


async def test_what_nobody_expected_is_tried_again_and_told_without_its_text(
    open_practice: Opening, server: MemoryCalendar, caplog: pytest.LogCaptureFixture
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    server.failures.append(ValueError(WRITTEN))  # type: ignore[arg-type]  # a feed is not to raise this
    await write_back(alice)
    assert await write_back(alice, timedelta(seconds=45)) == 1
    assert await server.titles(handle) == [YES]
    assert ("a calendar broke: ValueError" in caplog.text, WRITTEN in caplog.text) == (True, False)


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


async def test_what_is_being_changed_by_its_owner_is_marked_as_it_is_then(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    server.meanwhile = lambda: server.edit(handle, title="Mme Durand")
    assert (await write_back(alice), await server.titles(handle)) == (1, ["Mme Durand"])
    assert (await write_back(alice, timedelta(seconds=3)), await server.titles(handle)) == (1, ["✓ Mme Durand"])


async def test_an_answer_that_comes_in_the_middle_of_the_writing_is_written_next(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice, handle = await reminded(open_practice, server)
    await answer(alice, Answer.CONFIRMED)
    server.meanwhile = lambda: answer(alice, Answer.CANCELLED)
    assert await write_back(alice) == 1
    assert (await server.titles(handle), await state(alice)) == ([YES], (Answer.CANCELLED, MarkState.WAITING))
    assert await write_back(alice) == 1
    assert (await server.titles(handle), await state(alice)) == ([NO], (Answer.CANCELLED, MarkState.MARKED))
