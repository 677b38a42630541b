"""What the ledger should hold of one appointment: a row for every rule, to be sent or not, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.calendar.schedule.hours import last_open, next_open
from gateway.calendar.schedule.rows import Appointment, Offset, Planned, Schedule
from gateway.calendar.schedule.rules import moment
from gateway.calendar.words import EventStatus
from plans.words import Reason

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

#: Nothing leaves at the very instant at which it is due: somebody has to come by, and to look at the event.
_GRACE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Time:
    """When a reminder is due, or the reason why never; ``asked`` is what the rule alone says."""

    asked: datetime
    due: datetime
    reason: Reason | None = None


def desired(appointment: Appointment, schedule: Schedule, now: datetime) -> tuple[Planned, ...]:
    """One row for every rule, in their order.

    What is past due stays to be sent for as long as it is of use; of several that would leave at once only the last
    is. The answer depends on ``now`` in nothing else, so that asking again changes no row by itself.
    """
    start = start_of(appointment, schedule)
    times = [_time(offset, start, appointment, schedule) for offset in schedule.offsets]
    forbidden = _forbidden(appointment, schedule)
    if forbidden is None:
        times = _without_stale(_without_late(times, start, schedule, clock_of(appointment), now), now)
    return tuple(
        Planned(
            event=appointment.event,
            offset=offset.name,
            recipient=appointment.recipient or "",
            start_at=start.astimezone(UTC),
            due_at=each.due,
            reason=forbidden or each.reason,
            again=schedule.moved,
        )
        for offset, each in zip(schedule.offsets, times, strict=True)
    )


def start_of(appointment: Appointment, schedule: Schedule) -> datetime:
    """The start on the wall clock of the appointment; an all-day event has one, too."""
    if isinstance(appointment.start, datetime):
        return appointment.start.astimezone(appointment.zone)
    noon = datetime.combine(appointment.start, schedule.all_day, appointment.zone)
    return noon.astimezone(UTC).astimezone(appointment.zone)  # past a gap that a clock change leaves


def _forbidden(appointment: Appointment, schedule: Schedule) -> Reason | None:
    """Why the event has no reminders at all."""
    match appointment.status:
        case EventStatus.CANCELLED:
            return Reason.EVENT_CANCELLED
        case EventStatus.DECLINED:
            return Reason.EVENT_DECLINED
        case EventStatus.TENTATIVE if not schedule.tentative:
            return Reason.EVENT_TENTATIVE
    if appointment.recipient is None:
        return appointment.unreachable
    if appointment.answered:
        return Reason.ALREADY_ANSWERED
    return Reason.OPTED_OUT if appointment.silenced else None


def departure(
    schedule: Schedule, opening: datetime | None, start: datetime, due: datetime, now: datetime
) -> datetime | Reason:
    """When a reminder that is due leaves: at the ``opening``, or the reason why it never will.

    To be asked again just before sending, since a worker may have stood still. ``opening`` is ``now``, or the end of
    the quiet hours by the recipient's clock (``next_open``).
    """
    latest = useful_until(schedule, start, due)
    if now > latest or now >= start:
        return Reason.TOO_LATE
    return Reason.QUIET_HOURS if opening is None or opening > latest else opening


def useful_until(schedule: Schedule, start: datetime, due: datetime) -> datetime:
    """When a reminder may leave at the latest; a rule that asks for less than ``schedule.least`` knows better."""
    return max(due + min(_GRACE, (start - due) / 2), start - schedule.least)


def _time(offset: Offset, start: datetime, appointment: Appointment, schedule: Schedule) -> _Time:
    """When one rule is due, were it not for the time that has gone by."""
    asked = moment(offset.rule, start, appointment.booked_at)
    if asked is None:
        return _Time(start.astimezone(UTC), start.astimezone(UTC), Reason.BOOKED_LATE)
    if asked >= start or (offset.since is not None and asked < offset.since):
        return _Time(asked, asked, Reason.TOO_LATE)
    if appointment.booked_at is not None and asked < appointment.booked_at:
        return _Time(asked, asked, Reason.BOOKED_LATE)
    due = _in_the_open(asked, start, offset, appointment, schedule)
    return _Time(asked, asked, Reason.QUIET_HOURS) if due is None else _Time(asked, due)


def _in_the_open(
    asked: datetime, start: datetime, offset: Offset, appointment: Appointment, schedule: Schedule
) -> datetime | None:
    """Shift a due time out of quiet hours: back, or forward where back is over; None where it would be of no use.

    An event that was edited has to settle first, unless that made it too late.
    """
    clock = clock_of(appointment)
    known = max(each for each in (appointment.booked_at, offset.since, _LONG_AGO) if each is not None)
    settled = known if appointment.edited_at is None else max(known, appointment.edited_at + schedule.settle)
    latest = max(asked, start.astimezone(UTC) - schedule.least)
    back = last_open(schedule.hours, asked, clock)
    if back is None or back >= settled:
        return back  # or never
    forward = next_open(schedule.hours, settled, clock)
    if forward is not None and forward <= latest:
        return forward
    last = last_open(schedule.hours, latest, clock)
    return None if last is None or last < known else last


def _without_late(
    times: Sequence[_Time], start: datetime, schedule: Schedule, clock: ZoneInfo, now: datetime
) -> list[_Time]:
    """Drop what is past due and of no use any more."""
    late, opening = [], next_open(schedule.hours, now, clock)
    for each in times:
        leaves = each.due if each.due > now else departure(schedule, opening, start, each.due, now)
        late.append(replace(each, reason=each.reason or (leaves if isinstance(leaves, Reason) else None)))
    return late


def _without_stale(times: Sequence[_Time], now: datetime) -> list[_Time]:
    """Drop what would leave no earlier than one that was meant for later: the client is reminded once, not twice."""
    by_meaning = sorted(range(len(times)), key=lambda index: times[index].asked, reverse=True)
    left = list(times)
    soonest = datetime.max.replace(tzinfo=UTC)
    for index in by_meaning:
        each = times[index]
        if each.reason is not None:
            continue
        if max(each.due, now) >= soonest:
            reason = Reason.DUPLICATE if each.due == soonest else Reason.TOO_LATE
            left[index] = replace(each, reason=reason)
        soonest = min(soonest, each.due)
    return left


def clock_of(appointment: Appointment) -> ZoneInfo:
    """The clock by which the recipient sleeps."""
    return appointment.clock or appointment.zone
