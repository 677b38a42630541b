"""Answers to reminders: what somebody meant, and what follows from it for the reminder and its event."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, select, update

from gateway.calendar import calendars, reminders
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar
from gateway.calendar.letters import TOPIC, write_letter
from gateway.calendar.marking import TOPIC as MARKS_TOPIC
from gateway.calendar.marking import want_marks
from gateway.calendar.planning import plan
from gateway.calendar.reminders import DueReminder
from gateway.calendar.tables import reminder
from gateway.calendar.words import Answer, LetterKind, ReminderState
from gateway.engine.database import Stamp
from gateway.sms import answers as given
from gateway.sms.answers import ANSWERS, any_answers, claim_answers
from gateway.sms.words import Meaning, Reader

BATCH = 100
_LEASE = timedelta(minutes=1)
_TOLD = 200  # characters of an answer that the client is shown

_MEANT: Mapping[Meaning, Answer] = {Meaning.CONFIRM: Answer.CONFIRMED, Meaning.CANCEL: Answer.CANCELLED}


class ReminderAnswers:
    """Takes in what people answer to reminders."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    async def run_once(self) -> int:
        """Record a batch of answers, in one transaction; returns how many it took."""
        engine = self._bridge.engine
        if not await engine.read(partial(any_answers, reader=Reader.CALENDAR)):
            return 0
        return await engine.write(partial(_take, bridge=self._bridge), wakes=(TOPIC, MARKS_TOPIC))


def answered(
    connection: Connection,
    stamp: Stamp,
    account_id: int,
    message_id: int,
    meaning: Answer,
    *,
    text: str = "",
    told: bool = False,
) -> bool:
    """Record an answer to the SMS of a reminder; False where no reminder sent it.

    The client is told, unless it is ``told`` otherwise: what a person has to read comes as a mail that can be answered.

    An unclear answer never takes the place of a clear one. Confirmed or cancelled, no further reminder of the same
    start leaves, and the event itself is marked where its calendar is written to.
    """
    row = reminder.c
    of_message = (row.account_id == account_id, row.message_id == message_id, row.state == ReminderState.SENT)
    found = connection.execute(
        select(row.reminder_id, row.answer).where(*of_message).order_by(row.reminder_id).with_for_update()
    ).all()
    if not found:
        return False
    if meaning is not Answer.UNCLEAR or all(each.answer in {None, Answer.UNCLEAR} for each in found):
        connection.execute(update(reminder).where(*of_message).values(answer=meaning, answered_at=stamp.now))
    sent = reminders.by_ids(connection, [(account_id, each.reminder_id) for each in found])
    known = calendars.by_keys(connection, {each.calendar for each in sent})
    for each in sent:  # no more reminders of what was answered
        plan(connection, stamp, known[each.calendar], [each.event_id])
    if meaning is not Answer.UNCLEAR:
        want_marks(connection, stamp, sent, known, meaning)
    if not told:
        _tell(connection, stamp, sent[0], known[sent[0].calendar], meaning=meaning, text=text)
    return True


def _tell(
    connection: Connection, stamp: Stamp, first: DueReminder, of: Calendar, *, meaning: Answer, text: str
) -> None:
    """Write to the client: once, however many copies there are."""
    line = {
        "what": meaning.value,
        "to": first.recipient,
        "start_at": first.start_at.isoformat(),
        "calendar": of.name,
        "text": " ".join(text.split())[:_TOLD],
    }
    to = of.settings.notify
    write_letter(connection, stamp, first.account_id, LetterKind.REMINDER_ANSWERED, to=to, lines=[line])


def _take(connection: Connection, bridge: Bridge) -> int:
    stamp = bridge.engine.stamp()
    taken = claim_answers(
        connection, Reader.CALENDAR, worker=bridge.engine.node, now=stamp.now, lease=_LEASE, limit=BATCH
    )
    for each in taken:
        _record(connection, stamp, each)
    ANSWERS.finish(connection, [each.claim for each in taken])
    return len(taken)


def _record(connection: Connection, stamp: Stamp, each: given.Answer) -> None:
    """One that may be meant for another client, or does not say one thing, is for a person to read."""
    meaning = Answer.UNCLEAR if each.ambiguous else _MEANT.get(each.meaning, Answer.UNCLEAR)
    account_id = each.claim.account_id
    told = each.meaning not in _MEANT  # by the mail that brings the text
    answered(connection, stamp, account_id, each.message_id, meaning, text=each.text, told=told)
