"""What people answer to a reminder, and what follows from it."""

from datetime import timedelta

import pytest

from gateway.calendar.answers import ReminderAnswers, answered
from gateway.calendar.words import Answer, LetterKind
from gateway.sms.carriers.port import InboundSms
from gateway.sms.inbox import keep_inbound
from gateway.sms.words import MessageState
from tests.calendar.conftest import Opening
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import MOBILE, WRITTEN, Practice, paris
from tests.sms.phones import answering

START = paris("2026-11-25T15:00")
DUE = START - timedelta(hours=24)


async def answer(alice: Practice, meaning: Answer, text: str = "") -> bool:
    """Somebody answers the first SMS."""
    message = (await alice.messages())[0]
    return await alice.engine.write(
        lambda connection: answered(
            connection, alice.engine.stamp(), alice.account_id, message.message_id, meaning, text=text
        )
    )


@pytest.mark.parametrize("meaning", [Answer.CONFIRMED, Answer.CANCELLED])
async def test_after_a_clear_answer_no_further_reminder_leaves(
    open_practice: Opening, server: MemoryCalendar, meaning: Answer
) -> None:
    alice = await open_practice(rules=("24h", "2h"))
    await server.create(WRITTEN, START)
    await alice.until(DUE)
    assert await answer(alice, meaning)
    await alice.until(START)
    assert await alice.sms() == [MOBILE]
    assert await alice.ledger() == ["sent", "not_sent: already_answered"]
    assert (await alice.reminders())[0].answer is meaning
    assert await alice.letters() == [LetterKind.REMINDER_ANSWERED]


async def test_an_unclear_answer_is_told_and_changes_nothing(open_practice: Opening, server: MemoryCalendar) -> None:
    alice = await open_practice(rules=("24h", "2h"))
    await server.create(WRITTEN, START)
    await alice.until(DUE)
    await answer(alice, Answer.UNCLEAR, "J'arrive\n un peu en retard")
    assert (await alice.facts())[0]["lines"][0]["text"] == "J'arrive un peu en retard"
    await alice.until(START)
    assert await alice.sms() == [MOBILE, MOBILE]


async def test_an_unclear_answer_does_not_take_the_place_of_a_clear_one(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.until(DUE)
    for meaning in (Answer.UNCLEAR, Answer.CONFIRMED, Answer.UNCLEAR, Answer.CANCELLED):
        await answer(alice, meaning)
    assert (await alice.reminders())[0].answer is Answer.CANCELLED
    await answer(alice, Answer.UNCLEAR)
    assert (await alice.reminders())[0].answer is Answer.CANCELLED


async def test_an_event_that_moves_after_it_was_confirmed_is_told_again(
    open_practice: Opening, server: MemoryCalendar
) -> None:
    """What was confirmed was another time."""
    alice = await open_practice()
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE)
    await answer(alice, Answer.CONFIRMED)
    await server.move(handle, START + timedelta(days=2))
    await alice.until(START + timedelta(days=2))
    assert await alice.sms() == [MOBILE, MOBILE]


async def test_an_answer_to_no_reminder_is_nobodys(open_practice: Opening) -> None:
    alice = await open_practice()
    assert not await alice.engine.write(
        lambda connection: answered(connection, alice.engine.stamp(), alice.account_id, 42, Answer.CONFIRMED)
    )


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("OUI", Answer.CONFIRMED), ("annuler", Answer.CANCELLED), ("Je serai en retard", Answer.UNCLEAR)],
)
async def test_what_comes_from_the_phone_reaches_the_reminder(
    open_practice: Opening, server: MemoryCalendar, text: str, meaning: Answer
) -> None:
    alice = await open_practice()
    await server.create(WRITTEN, START)
    await alice.until(DUE)
    await alice.message_is((await alice.messages())[0].message_id, MessageState.DELIVERED)
    stamp = alice.engine.stamp()
    sms = InboundSms("reply-1", MOBILE, "sandbox", text, stamp.now)
    await alice.engine.write(lambda connection: keep_inbound(connection, stamp, "sandbox", [sms]))
    await answering(alice.engine, alice.bridge.rules).run_once()
    assert await ReminderAnswers(alice.bridge).run_once() == 1
    assert await ReminderAnswers(alice.bridge).run_once() == 0
    assert (await alice.reminders())[0].answer is meaning
    told = [] if meaning is Answer.UNCLEAR else [LetterKind.REMINDER_ANSWERED]
    assert await alice.letters() == told  # what a person has to read comes as a mail that can be answered
