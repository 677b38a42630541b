"""What the next reminders of a calendar will say and cost: on real events, asked of the door that they will take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.billing.rules import BillingRules
from gateway.calendar import reminders
from gateway.calendar.calendars import Calendar
from gateway.calendar.cover import means
from gateway.calendar.reminders import DueReminder
from gateway.calendar.sending import request_of
from gateway.calendar.tables import reminder
from gateway.calendar.texts import voice_of
from gateway.calendar.together import Together, grouped
from gateway.calendar.verdict import bar, obstacle
from gateway.calendar.words import ReminderState
from gateway.sms.policy import Rules
from gateway.sms.preview import Preview, preview
from plans.quota import CalendarKey
from plans.words import Reason

MOST = 20


@dataclass(frozen=True, slots=True)
class Coming:
    """An SMS that is planned, as it would leave; where it tells several appointments, under the first of them."""

    event_id: int
    rule: str
    start_at: datetime
    leaves_at: datetime
    text: str
    waits_for: Reason | None  # why none of this calendar leaves as things stand
    preview: Preview


def upcoming(
    connection: Connection, now: datetime, rules: Rules, billing: BillingRules, calendar: Calendar
) -> Iterator[Coming]:
    """The next reminders of a calendar, judged and priced as if it were their time."""
    voice, waits_for = voice_of(calendar), _waits_for(connection, now, billing, calendar)
    for each in _together(_planned(connection, calendar), calendar, now):
        first = each.carrier
        leaves_at = max(now, min(one.due_at for one in (first, *each.others)))
        request = request_of(each.named, calendar, voice, leaves_at)
        seen = preview(connection, leaves_at, rules, request)
        text = seen.composed.encoded.text if seen.composed else request.text
        yield Coming(first.event_id, first.offset_key, first.start_at, leaves_at, text, waits_for, seen)


def _planned(connection: Connection, calendar: Calendar) -> list[DueReminder]:
    row = reminder.c
    planned = (
        select(row.account_id, row.reminder_id)
        .where(row.account_id == calendar.account_id, row.calendar_id == calendar.calendar_id)
        .where(row.state.in_([ReminderState.PLANNED, ReminderState.WAITING]))
        .order_by(row.due_at, row.reminder_id)
        .limit(MOST)
    )
    keys = [(account_id, reminder_id) for account_id, reminder_id in connection.execute(planned)]
    return sorted(reminders.by_ids(connection, keys), key=lambda one: (one.due_at, one.reminder_id))


def _together(left: Sequence[DueReminder], calendar: Calendar, now: datetime) -> Iterator[Together]:
    """What leaves as one SMS each, one after the other as it comes due."""
    while left:
        groups, left = grouped(left, {calendar.key: calendar}, max(now, left[0].due_at))
        yield from groups


def _waits_for(connection: Connection, now: datetime, billing: BillingRules, calendar: Calendar) -> Reason | None:
    """What stands in the way of the calendar; of credit its own SMS are asked."""
    able = means(connection, billing, [calendar], now)[calendar.account_id]
    state, plan = calendar.connection_state, able.cover.waits
    covered = CalendarKey(calendar.provider, calendar.remote_id) not in able.beyond
    for_good = bar(state, plan, enabled=calendar.enabled_at is not None)
    return for_good or obstacle(state, plan, paused=calendar.paused, covered=covered, credit=True)
