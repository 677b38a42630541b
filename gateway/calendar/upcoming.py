"""What the next reminders of a calendar will say and cost: on real events, asked of the door that they will take."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.calendar import reminders
from gateway.calendar.calendars import Calendar
from gateway.calendar.sending import request_of
from gateway.calendar.tables import reminder
from gateway.calendar.texts import voice_of
from gateway.calendar.words import ReminderState
from gateway.sms.policy import Rules
from gateway.sms.preview import Preview, preview

MOST = 20


@dataclass(frozen=True, slots=True)
class Coming:
    """A reminder that is planned, as it would leave."""

    event_id: int
    rule: str
    start_at: datetime
    due_at: datetime
    text: str
    preview: Preview


def upcoming(connection: Connection, now: datetime, rules: Rules, calendar: Calendar) -> list[Coming]:
    """The next reminders of a calendar, judged and priced as if it were their time."""
    row = reminder.c
    planned = (
        select(row.account_id, row.reminder_id)
        .where(row.account_id == calendar.account_id, row.calendar_id == calendar.calendar_id)
        .where(row.state.in_([ReminderState.PLANNED, ReminderState.WAITING]))
        .order_by(row.due_at, row.reminder_id)
        .limit(MOST)
    )
    keys = [(account_id, reminder_id) for account_id, reminder_id in connection.execute(planned)]
    coming, voice = [], voice_of(calendar)
    for each in sorted(reminders.by_ids(connection, keys), key=lambda one: (one.due_at, one.reminder_id)):
        leaves = max(each.due_at, now)
        request = request_of([each], calendar, voice, leaves)
        seen = preview(connection, leaves, rules, request)
        text = seen.composed.encoded.text if seen.composed else request.text
        coming.append(Coming(each.event_id, each.offset_key, each.start_at, each.due_at, text, seen))
    return coming
