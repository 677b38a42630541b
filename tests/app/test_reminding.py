"""The commands about reminders: what the next will say, and what became of each."""

from datetime import timedelta

import pytest

from gateway.accounts.refusals import Refused
from gateway.calendar.answers import answered
from gateway.calendar.words import Answer, ReminderState
from gateway.sms.words import MessageState
from tests.app.conftest import DUE, START, Console
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import LATE, MOBILE, OTHER, WRITTEN, Practice


async def test_the_preview_is_what_leaves(alice: Practice, console: Console, server: MemoryCalendar) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    (seen,) = await console("reminder.preview", calendar="Appointments")
    await alice.until(DUE)
    (message,) = await alice.messages()
    assert (seen["text"], seen["parts"], seen["units"], seen["to"]) == (
        message.body,
        message.parts,
        message.units,
        message.recipient,
    )
    assert seen["leaves_at"] == DUE.astimezone(message.created_at.tzinfo).isoformat()


async def test_appointments_that_share_an_sms_are_previewed_as_one(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    for each in (START, START + timedelta(hours=1), START + timedelta(days=1)):
        await server.create(WRITTEN, each)
    await console("calendar.set", calendar="Appointments", merge=True)
    await alice.run()
    seen = await console("reminder.preview")
    await alice.until(START + timedelta(days=1))
    messages = await alice.messages()
    assert [(each["text"], each["leaves_at"]) for each in seen] == [
        (each.body, (each.created_at - LATE).isoformat()) for each in messages
    ]
    assert [each.created_at - LATE for each in messages] == [DUE, DUE + timedelta(days=1)]


async def test_the_preview_tells_what_all_reminders_of_a_calendar_wait_for(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.run()
    await console("calendar.pause", calendar="Appointments")
    (seen,) = await console("reminder.preview")
    assert (seen["reason"], seen["parts"]) == ("calendar_paused", 1)


async def test_why_tells_each_reminder_of_an_event_by_any_of_its_names(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    handle = await server.create(WRITTEN, START)
    await alice.until(DUE)
    (row,) = await alice.events()
    for name in (handle, f"{handle}@memory", str(row.event_id)):
        (told,) = await console("reminder.why", event=name)
        assert [each["state"] for each in told["reminders"]] == ["sent"]
        assert told["extraction"] == ["One number was found.", f"title: {MOBILE} was picked."]
    with pytest.raises(Refused, match="No event 'nothing'"):
        await console("reminder.why", event="nothing")


async def test_an_event_that_is_too_far_ahead_to_be_read_is_told_of_when_it_comes_nearer(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    handle = await server.create(WRITTEN, START + timedelta(days=60))
    await alice.run()
    with pytest.raises(Refused) as refused:
        await console("reminder.why", event=handle)
    assert "more than 35 days ahead is not read yet" in refused.value.cure
    alice.clock.set(START + timedelta(days=30))
    await alice.run()
    assert len(await console("reminder.why", event=handle)) == 1


async def test_why_tells_every_occurrence_of_a_series(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    handle = await server.create(WRITTEN, START, weeks=3)
    await alice.run()
    assert len(await console("reminder.why", event=handle)) == 3


async def test_why_there_is_no_reminder_is_told_in_words(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    handle = await server.create(f"{WRITTEN} ou {OTHER}", START)
    await alice.run()
    (told,) = await console("reminder.why", event=handle)
    (line,) = told["reminders"]
    assert (line["state"], line["reason"]) == ("not_sent", "number_ambiguous")
    assert line["because"].startswith("The event holds more than one number")
    assert told["extraction"][1] == "There are several, none better than the others."


async def test_the_ledger_tells_what_became_of_the_sms(
    alice: Practice, console: Console, server: MemoryCalendar
) -> None:
    await server.create(WRITTEN, START)
    await alice.until(DUE)
    (message,) = await alice.messages()
    states = []
    for state in (MessageState.QUEUED, MessageState.DELIVERED, MessageState.FAILED):
        await alice.message_is(message.message_id, state)
        states.append((await console("reminder.list"))[0]["state"])
    await alice.message_is(message.message_id, MessageState.DELIVERED)
    await alice.engine.write(
        lambda connection: answered(
            connection, alice.engine.stamp(), alice.account_id, message.message_id, Answer.CONFIRMED
        )
    )
    states.append((await console("reminder.list"))[0]["state"])
    assert states == ["sent", "delivered", "failed", "answered"]
    counts = {each: len(await console("reminder.list", state=each)) for each in ReminderState}
    assert {each for each, count in counts.items() if count} == {ReminderState.ANSWERED}
