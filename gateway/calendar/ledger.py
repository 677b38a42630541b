"""The ledger of reminders: one line for each event and rule, with what became of it and why, for whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from gateway.calendar.reading import key_of
from gateway.calendar.tables import calendar, event, reminder
from gateway.calendar.words import Answer, EventStatus, MarkState, ReminderState
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import Reason

MOST = 500  # lines at a time

_FAILED = frozenset({MessageState.FAILED, MessageState.EXPIRED, MessageState.CANCELLED, MessageState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Line:
    """One reminder as the ledger tells it."""

    id: int
    calendar: str
    event: int
    rule: str
    to: str | None
    start_at: datetime
    due_at: datetime
    state: ReminderState
    reason: Reason | None
    answer: Answer | None
    message_id: int | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """All about one event: how its number was found, and what became of each of its reminders."""

    event_id: int
    calendar_id: int
    calendar: str
    uid: str
    original_start: str
    start_at: datetime
    zone: str
    zone_guessed: bool
    all_day: bool
    status: EventStatus
    booked_at: datetime | None
    seen_at: datetime
    edited_at: datetime | None
    gone_at: datetime | None
    number: str | None
    why: Reason | None
    mark: Answer | None  # of an answer, in the title of the event
    mark_state: MarkState | None
    explanation: dict[str, Any]
    lines: Sequence[Line]


def listing(
    connection: Connection,
    account_id: int,
    *,
    state: ReminderState | None = None,
    calendar_id: int | None = None,
    before_id: int | None = None,
    limit: int = MOST,
) -> list[Line]:
    """Lines of an account, those that were planned last first; ``before_id`` goes on where a page ended.

    ``state`` may be any of the closed list: what a message or an answer tells is asked of them.
    """
    row = reminder.c
    asked = _LINES.where(row.account_id == account_id)
    if calendar_id is not None:
        asked = asked.where(row.calendar_id == calendar_id)
    if before_id is not None:
        asked = asked.where(row.reminder_id < before_id)
    if state is not None:
        asked = asked.where(_is(state))
    newest = asked.order_by(row.reminder_id.desc()).limit(max(0, min(limit, MOST)))
    return [_line(each) for each in connection.execute(newest)]


def stories(connection: Connection, account_id: int, named: str) -> list[Story]:
    """The events of an account that go by this name: our id, the provider's, or their UID; a series has several."""
    row = event.c
    known = [row.uid == named, row.remote_key == key_of(named), row.series_key == key_of(named)]
    if named.isascii() and named.isdigit() and len(named) < 20:
        known.append(row.event_id == int(named))
    found = connection.execute(
        select(event, calendar.c.name.label("calendar_name"))
        .join(calendar, and_(calendar.c.account_id == row.account_id, calendar.c.calendar_id == row.calendar_id))
        .where(row.account_id == account_id, or_(*known))
        .order_by(row.starts_at, row.event_id)
        .limit(MOST)
    ).all()
    lines = _lines_of(connection, account_id, [each.event_id for each in found])
    return [_story(each, lines.get(each.event_id, [])) for each in found]


def _lines_of(connection: Connection, account_id: int, event_ids: Sequence[int]) -> dict[int, list[Line]]:
    row = reminder.c
    of_events = _LINES.where(row.account_id == account_id, row.event_id.in_(event_ids))
    lines: dict[int, list[Line]] = {}
    for each in connection.execute(of_events.order_by(row.due_at, row.reminder_id)):
        lines.setdefault(each.event_id, []).append(_line(each))
    return lines


def _story(row: Row[*tuple[Any, ...]], lines: Sequence[Line]) -> Story:
    same = ("event_id", "calendar_id", "uid", "original_start", "zone", "zone_guessed", "all_day", "status")
    more = ("booked_at", "seen_at", "edited_at", "gone_at", "number", "why", "mark", "mark_state", "explanation")
    values = {name: getattr(row, name) for name in (*same, *more)}
    return Story(calendar=row.calendar_name, start_at=row.starts_at, lines=lines, **values)


_LINES: Select[*tuple[Any, ...]] = (
    select(reminder, calendar.c.name.label("calendar_name"))
    .add_columns(message.c.state.label("message_state"), message.c.reason.label("message_reason"))
    .join(
        calendar,
        and_(calendar.c.account_id == reminder.c.account_id, calendar.c.calendar_id == reminder.c.calendar_id),
    )
    .outerjoin(
        message,
        and_(message.c.account_id == reminder.c.account_id, message.c.message_id == reminder.c.message_id),
    )
)


def _is(state: ReminderState) -> Any:
    row, told = reminder.c, message.c.state
    sent = and_(row.state == ReminderState.SENT, row.answer.is_(None))
    match state:
        case ReminderState.ANSWERED:
            return row.answer.is_not(None)
        case ReminderState.DELIVERED:
            return and_(sent, told == MessageState.DELIVERED)
        case ReminderState.FAILED:
            return and_(sent, told.in_(_FAILED))
        case ReminderState.SENT:
            return and_(sent, told.not_in(_FAILED | {MessageState.DELIVERED}))
    return row.state == state


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    state = _state(row)
    return Line(
        id=row.reminder_id,
        calendar=row.calendar_name,
        event=row.event_id,
        rule=row.offset_key,
        to=row.recipient or None,
        start_at=row.start_at,
        due_at=row.due_at,
        state=state,
        reason=row.message_reason if state is ReminderState.FAILED else row.reason,
        answer=row.answer,
        message_id=row.message_id,
        settled_at=row.settled_at,
    )


def _state(row: Row[*tuple[Any, ...]]) -> ReminderState:
    """What the row says, or its message and its answer where it was sent."""
    if row.answer is not None:
        return ReminderState.ANSWERED
    if row.state is not ReminderState.SENT:
        return ReminderState(row.state)
    if row.message_state is MessageState.DELIVERED:
        return ReminderState.DELIVERED
    return ReminderState.FAILED if row.message_state in _FAILED else ReminderState.SENT
