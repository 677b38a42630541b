"""Periods of subscriptions: counted from one anchor day, in local calendar days."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Interval(StrEnum):
    """How long one period of a subscription is."""

    MONTH = "month"  # without commitment
    YEAR = "year"  # a commitment of 12 months

    @property
    def months(self) -> int:
        """The length of a period in months."""
        return 1 if self is Interval.MONTH else 12


@dataclass(frozen=True, slots=True)
class Period:
    """Local calendar days from ``start`` to before ``end``, which is the first day of the next period."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days the period has; a clock change makes none longer or shorter."""
        return (self.end - self.start).days

    def remaining(self, day: date) -> int:
        """The days from ``day`` to the end, ``day`` itself included; ``ValueError`` outside the period."""
        if not self.start <= day <= self.end:
            raise ValueError("the day lies outside the period")
        return (self.end - day).days


def months_later(day: date, months: int) -> date:
    """The same day number ``months`` later; a month that lacks the day gives its last one."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_from(anchor: date, months: int, interval: Interval) -> Period:
    """The period that begins ``months`` after the anchor.

    Both ends are counted from the anchor, never from the period before: a subscription of the 31st that renewed on
    28 February renews on 31 March again.
    """
    return Period(months_later(anchor, months), months_later(anchor, months + interval.months))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a local day begins."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def trial_end(started_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a trial ends: at the same wall-clock time so many days later.

    A time that a clock change leaves out counts as the instant at which the clock has passed it; one that it repeats
    counts the first time.
    """
    local = started_at.astimezone(zone).replace(fold=0)
    return datetime.combine(local.date() + timedelta(days=days), local.time(), zone).astimezone(UTC)
