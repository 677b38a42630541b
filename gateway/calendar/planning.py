"""Plans the reminders of events: what a schedule wants of each becomes rows, all changed by a few statements."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Row, bindparam, case, insert, literal, null, select, update

from gateway.calendar import schedule
from gateway.calendar.calendars import Calendar
from gateway.calendar.schedule import Appointment, Change, Existing, Planned, Schedule, desired, diff, rule_of
from gateway.calendar.settings import schedule_of
from gateway.calendar.tables import event, reminder
from gateway.calendar.words import Answer, ReminderState
from gateway.engine.database import Stamp
from gateway.engine.metadata import Instant
from gateway.engine.rows import Rows
from gateway.sms.facts import Stops, opted_out, voice_of
from gateway.sms.territories import zone_of
from plans.words import Origin, Reason

_IDS = Rows(event_id=BigInteger())
_CHANGES = Rows(
    reminder_id=BigInteger(),
    **{name: reminder.c[name].type for name in ("offset_key", "recipient", "start_at", "due_at", "reason")},
)

#: An answer that makes further reminders of the same start needless.
_DONE = frozenset({Answer.CONFIRMED, Answer.CANCELLED})

#: By which reminders are told from what else the client sends, for a STOP that silences not all of it.
_VOICE = voice_of(Origin.CALENDAR, sender_id=0)

#: All-day events start at midnight, and are on until the next.
OVER = timedelta(days=1)

_Row = Row[*tuple[Any, ...]]


def plan(connection: Connection, stamp: Stamp, calendar: Calendar, event_ids: Collection[int]) -> None:
    """Bring the reminders of these events of a calendar to what its schedule wants; nothing else is touched.

    A row that changes is taken from whoever holds it: what is about to leave for another time does not leave.
    """
    if not event_ids:
        return
    known = _reminders(connection, calendar, event_ids)
    standing = [row for row in _events(connection, calendar, event_ids) if row.gone_at is None and calendar.enabled_at]
    stand = {str(row.event_id) for row in standing}
    existing = [_existing(row) for row in known]
    answered = {(row.event_id, row.start_at) for row in known if row.answer in _DONE}
    stops = opted_out(connection, {(calendar.account_id, row.number) for row in standing if row.number})
    wanted = _wanted(calendar, standing, answered, stops, stamp.now)
    wanted = _untold(connection, calendar, wanted, stamp.now)
    off = Reason.EVENT_GONE if calendar.enabled_at else Reason.CALENDAR_OFF
    changes = [
        *diff([each for each in existing if each.event in stand], wanted, stamp.now),
        *diff([each for each in existing if each.event not in stand], [], stamp.now, gone=off),
    ]
    _write(connection, stamp, calendar, changes, {each.row_id: each for each in existing})


def plan_all(connection: Connection, stamp: Stamp, calendar: Calendar) -> None:
    """Bring the reminders of all events of a calendar that are not over to what its schedule wants."""
    row = event.c
    coming = select(row.event_id).where(
        row.account_id == calendar.account_id,
        row.calendar_id == calendar.calendar_id,
        row.starts_at > stamp.now - OVER,
    )
    plan(connection, stamp, calendar, connection.scalars(coming).all())


def appointment_of(row: _Row) -> Appointment:
    """An event as the schedule sees it."""
    zone = ZoneInfo(row.zone)
    return Appointment(
        event=str(row.event_id),
        start=row.starts_at.astimezone(zone).date() if row.all_day else row.starts_at,
        zone=zone,
        status=row.status,
        recipient=row.number,
        unreachable=row.why or Reason.NO_NUMBER,
        booked_at=row.booked_at,
        edited_at=row.edited_at,
        clock=zone_of(row.destination) if row.destination else None,
    )


def _events(connection: Connection, calendar: Calendar, ids: Collection[int]) -> Sequence[_Row]:
    row, given = event.c, _IDS.table(connection.dialect.name)
    return connection.execute(
        select(row.event_id, row.starts_at, row.all_day, row.zone, row.status, row.booked_at, row.edited_at)
        .add_columns(row.number, row.destination, row.why, row.gone_at)
        .join(given, given.c.event_id == row.event_id)
        .where(row.account_id == calendar.account_id)
        .order_by(row.event_id),
        _IDS.parameter({"event_id": each} for each in ids),
    ).all()


def _reminders(connection: Connection, calendar: Calendar, ids: Collection[int]) -> Sequence[_Row]:
    """In order, and locked: whoever sends one at this moment is waited for."""
    row, given = reminder.c, _IDS.table(connection.dialect.name)
    return connection.execute(
        select(row.reminder_id, row.event_id, row.offset_key, row.recipient, row.start_at, row.due_at)
        .add_columns(row.state, row.reason, row.answer)
        .join(given, given.c.event_id == row.event_id)
        .where(row.account_id == calendar.account_id, row.calendar_id == calendar.calendar_id)
        .order_by(row.reminder_id)
        .with_for_update(of=reminder),
        _IDS.parameter({"event_id": each} for each in ids),
    ).all()


def _wanted(
    calendar: Calendar,
    rows: Iterable[_Row],
    answered: Collection[tuple[int, datetime]],
    stops: Stops,
    now: datetime,
) -> list[Planned]:
    wants = schedule_of(calendar.settings, calendar.enabled_at)
    wanted: list[Planned] = []
    for row in rows:
        appointment = appointment_of(row)
        if row.number and stops.silence(calendar.account_id, row.number, _VOICE):
            appointment = replace(appointment, silenced=True)
        if (row.event_id, start_of(appointment, wants)) in answered:
            appointment = replace(appointment, answered=True)
        wanted += desired(appointment, wants, now)
    return wanted


def _untold(connection: Connection, calendar: Calendar, wanted: Sequence[Planned], now: datetime) -> list[Planned]:
    """What is wanted, without what was told already of an event that its provider calls otherwise by now.

    One that becomes a series, or is cut out of one, is gone and there again under another name. Only what would leave
    at once can have been told before.
    """
    late = [each for each in wanted if each.reason is None and each.due_at <= now]
    told = _told_of_gone(connection, calendar, late) if late else frozenset()
    return [replace(each, reason=Reason.DUPLICATE) if _telling(each) in told else each for each in wanted]


def _told_of_gone(
    connection: Connection, calendar: Calendar, late: Sequence[Planned]
) -> frozenset[tuple[str, str, datetime]]:
    """What was sent of events that are gone, about the same times."""
    row, of = reminder.c, event.c
    first, last = (each(one.start_at for one in late) for each in (min, max))
    found = connection.execute(
        select(row.recipient, row.offset_key, row.start_at)
        .join(event, (of.account_id == row.account_id) & (of.event_id == row.event_id))
        .where(of.account_id == calendar.account_id, of.calendar_id == calendar.calendar_id, of.gone_at.is_not(None))
        .where(of.starts_at > first - OVER, of.starts_at < last + OVER, row.state == ReminderState.SENT)
    )
    return frozenset((recipient, rule_of(offset), start_at) for recipient, offset, start_at in found)


def _telling(each: Planned) -> tuple[str, str, datetime]:
    return each.recipient, rule_of(each.offset), each.start_at


def start_of(appointment: Appointment, wants: Schedule) -> datetime:
    """The instant at which an appointment starts."""
    return schedule.start_of(appointment, wants).astimezone(UTC)


def _existing(row: _Row) -> Existing:
    return Existing(
        row.reminder_id,
        str(row.event_id),
        row.offset_key,
        row.recipient,
        row.start_at,
        row.due_at,
        row.state,
        row.reason,
    )


def _write(
    connection: Connection, stamp: Stamp, calendar: Calendar, changes: Sequence[Change], known: dict[int, Existing]
) -> None:
    """Three statements at the most, however many rows change."""
    new = [_inserted(stamp, calendar, each.row) for each in changes if isinstance(each, schedule.Insert)]
    if new:
        connection.execute(insert(reminder), new)
    changed = [
        _changed(each.row_id, each.row, each.row.reason) for each in changes if isinstance(each, schedule.Update)
    ]
    dropped = [each for each in changes if isinstance(each, schedule.Cancel)]
    changed += [_changed(each.row_id, known[each.row_id], each.reason) for each in dropped]
    if changed:
        these = {**_CHANGES.parameter(changed), "account": calendar.account_id, "at": stamp.now}
        connection.execute(_change(connection.dialect.name), these)


def _inserted(stamp: Stamp, calendar: Calendar, row: Planned) -> dict[str, Any]:
    return {
        "account_id": calendar.account_id,
        "reminder_id": stamp.new_id(),
        "calendar_id": calendar.calendar_id,
        "event_id": int(row.event),
        "offset_key": row.offset,
        "recipient": row.recipient,
        "start_at": row.start_at,
        "due_at": row.due_at,
        "state": ReminderState.PLANNED if row.reason is None else ReminderState.NOT_SENT,
        "reason": row.reason,
        "round": 0,
        "version": 1,
        "settled_at": None if row.reason is None else stamp.now,
        "look_at": row.due_at if row.reason is None else None,
    }


def _changed(reminder_id: int, row: Planned | Existing, reason: Reason | None) -> dict[str, Any]:
    """A row as it is to be; one that is dropped keeps all but the reason."""
    return {
        "reminder_id": reminder_id,
        "offset_key": row.offset,
        "recipient": row.recipient,
        "start_at": row.start_at,
        "due_at": row.due_at,
        "reason": reason,
    }


@cache
def _change(dialect: str) -> Any:
    """What has no reason not to is sent when it is due; any other is settled."""
    row, given = reminder.c, _CHANGES.table(dialect)
    sent = given.c.reason.is_(None)
    return (
        update(reminder)
        .where(row.account_id == bindparam("account"), row.reminder_id == given.c.reminder_id)
        .values(
            **{name: given.c[name] for name in ("offset_key", "recipient", "start_at", "due_at", "reason")},
            state=case(
                (sent, literal(ReminderState.PLANNED, row.state.type)),
                else_=literal(ReminderState.NOT_SENT, row.state.type),
            ),
            look_at=case((sent, given.c.due_at), else_=null()),
            settled_at=case((sent, null()), else_=bindparam("at", type_=Instant())),
            claimed_by=None,
            claim_epoch=row.claim_epoch + 1,
            version=row.version + 1,
        )
    )
