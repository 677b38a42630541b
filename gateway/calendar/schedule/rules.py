"""When a reminder is due: the styles of rules, and their arithmetic on the clock of the appointment.

Days are counted on the wall clock, hours and minutes by the stopwatch, as RFC 5545 tells nominal from exact durations
(3.3.6): over a night in which the clock changes, "1 day before" 10:00 is 10:00, and "24 hours before" is 09:00 or
11:00. A local time that a clock change leaves out counts as the instant at which the clock has passed it; one that it
repeats counts the first time.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from gateway.accounts.refusals import Refused

#: No reminder is farther ahead than this, so that a feed need not be read farther.
FURTHEST = timedelta(days=60)

_EVENING = time(18)


@dataclass(frozen=True, slots=True)
class Before:
    """So long before the start: either days or minutes; optionally not before an hour of that day."""

    days: int = 0
    minutes: int = 0
    earliest: time | None = None  # if it came before this hour: at this hour, if that is still before the start,
    evening: time | None = None  # or else the evening before, at this hour (18:00). With it, always the evening before

    def __post_init__(self) -> None:
        """Refuse what is no length of time, or too long."""
        if (self.days > 0) == (self.minutes > 0) or min(self.days, self.minutes) < 0:
            raise Refused("A reminder needs one length of time before the appointment.", 'Write "24h", "30m" or "2d".')
        if self.evening is not None and self.earliest is None:
            raise Refused("An evening before needs the hour that it stands in for.", 'Write "2h~08:00/18:00".')
        _refuse_too_far(timedelta(days=self.days, minutes=self.minutes))


@dataclass(frozen=True, slots=True)
class DayBefore:
    """At a local hour, so many days before the day of the appointment; 0 is the same day."""

    days: int
    at: time

    def __post_init__(self) -> None:
        """Refuse days after the appointment, and those too far ahead."""
        if self.days < 0:
            raise Refused("A reminder cannot come after the appointment.", 'Write "1d@18:00", or "0d@08:00".')
        _refuse_too_far(timedelta(days=self.days))


@dataclass(frozen=True, slots=True)
class Lead:
    """By how long ahead the appointment was booked, as the booking platforms do."""

    far: int = 7  # booked more than so many days ahead:
    far_days: int = 2  # so many days before, at ``at``
    near_days: int = 1  # booked later than that: so many days before, at ``at``
    at: time = time(13)
    soon: int | None = 10  # booked on one of those last days or the same day: minutes after booking; None: no reminder

    def __post_init__(self) -> None:
        """Refuse an order of days in which nothing is nearer than anything."""
        if not self.far >= self.far_days >= self.near_days >= 1:
            raise Refused(
                "A rule by booking needs days that grow nearer.",
                'Write "lead:7d/2d/1d@13:00+10m": booked over 7 days ahead, 2 days before; later, 1 day before; '
                "the last day, 10 minutes after booking.",
            )
        if self.soon is not None and self.soon < 0:
            raise Refused("A reminder cannot come before the booking.", 'Write "lead+10m", or "lead+none".')
        _refuse_too_far(timedelta(days=self.far_days))


Rule = Before | DayBefore | Lead


def reach(rule: Rule) -> timedelta:
    """How long before the start the rule may be due at most, a day with a clock change included."""
    match rule:
        case Before(days, minutes, earliest):
            return timedelta(days=days + (2 if earliest else 1), minutes=minutes)
        case DayBefore(days):
            return timedelta(days=days + 1)
        case Lead(far_days=days):
            return timedelta(days=days + 1)


def moment(rule: Rule, start: datetime, booked_at: datetime | None) -> datetime | None:
    """The instant, in UTC, that a rule asks for, whatever else may forbid it; None where it asks for none.

    ``start`` is aware, in the zone of the appointment. Without ``booked_at`` it counts as booked long ago.
    """
    match rule:
        case Before():
            return _before(rule, start)
        case DayBefore(days, at):
            return _on(start.date() - timedelta(days=days), at, start)
        case Lead():
            return _by_lead(rule, start, booked_at)


def _before(rule: Before, start: datetime) -> datetime:
    if rule.days:
        due = _on(start.date() - timedelta(days=rule.days), start.time(), start)
    else:
        due = start.astimezone(UTC) - timedelta(minutes=rule.minutes)
    local = due.astimezone(start.tzinfo)
    if rule.earliest is None or local.time() >= rule.earliest:
        return due
    at_the_hour = _on(local.date(), rule.earliest, start)
    if rule.evening is None and at_the_hour < start:
        return at_the_hour
    return _on(local.date() - timedelta(days=1), rule.evening or _EVENING, start)


def _by_lead(rule: Lead, start: datetime, booked_at: datetime | None) -> datetime | None:
    if booked_at is None:
        return _on(start.date() - timedelta(days=rule.far_days), rule.at, start)
    ahead = (start.date() - booked_at.astimezone(start.tzinfo).date()).days
    if ahead > rule.near_days:
        days = rule.far_days if ahead > rule.far else rule.near_days
        return _on(start.date() - timedelta(days=days), rule.at, start)
    return None if rule.soon is None else booked_at.astimezone(UTC) + timedelta(minutes=rule.soon)


def _on(day: date, at: time, start: datetime) -> datetime:
    return datetime.combine(day, at.replace(fold=0), start.tzinfo).astimezone(UTC)


def _refuse_too_far(ahead: timedelta) -> None:
    if ahead > FURTHEST:
        raise Refused(
            f"No reminder leaves more than {FURTHEST.days} days before the appointment.",
            f'Write at most "{FURTHEST.days}d".',
        )
