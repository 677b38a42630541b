"""Open hours: the last open moment before a quiet one, and the first after it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from plans.windows import Hours

#: What is shifted back leaves so long before closing, so that a crowd of them has left when it is time.
MARGIN = timedelta(minutes=15)

_WEEK = 7


def last_open(week: Sequence[Hours | None], instant: datetime, zone: ZoneInfo) -> datetime | None:
    """``instant`` where it is open; else ``MARGIN`` before the last closing, or None where a week has no open hour.

    No week at all is always open.
    """
    if not week:
        return instant
    today = instant.astimezone(zone).date()
    for day in (today - timedelta(days=back) for back in range(_WEEK + 1)):
        span = _span(week, day, zone)
        if span is None or instant < span[0]:
            continue
        opens, closes = span
        return instant if instant < closes else max(opens, closes - MARGIN)
    return None


def next_open(week: Sequence[Hours | None], instant: datetime, zone: ZoneInfo) -> datetime | None:
    """``instant`` where it is open; else the next opening, or None where a week has no open hour.

    No week at all is always open.
    """
    if not week:
        return instant
    today = instant.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(_WEEK + 1)):
        span = _span(week, day, zone)
        if span is not None and instant < span[1]:
            return max(instant, span[0])
    return None


def _span(week: Sequence[Hours | None], day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """From when to when, in UTC, a day is open; None where a clock change leaves nothing of it."""
    hours = week[day.weekday()]
    if hours is None:
        return None
    opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (hours.opens, hours.closes))
    return (opens, closes) if opens < closes else None
