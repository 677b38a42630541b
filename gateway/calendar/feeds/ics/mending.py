"""What is put right in an iCalendar text before its series are expanded: what many programs get wrong."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from icalendar import Calendar, Component, vDDDTypes

_YEARS = range(1900, 2201)  # outside of them arithmetic ends in errors, or a daily rule takes seconds

#: What tells two events apart that have no UID. No stamps: some servers set them anew at every fetch.
_TELLING = ("DTSTART", "RECURRENCE-ID", "RRULE", "SUMMARY", "LOCATION")


def mend(calendar: Calendar) -> None:
    """Leave out what lies in no year that is worth a look, and have the rest named as RFC 5545 wants it."""
    calendar.subcomponents = [each for each in calendar.subcomponents if each.name != "VEVENT" or _is_near(each)]
    _give_uids(calendar)
    _give_hours(calendar)


def moment(event: Component, name: str) -> date | None:
    """A time of an event; None where it has none, or something else under its name."""
    try:
        found = getattr(event.get(name), "dt", None)
    except ValueError:  # it cannot be read
        return None
    return found if isinstance(found, date) else None


def _is_near(event: Component) -> bool:
    """Whether it lies in a year that is worth a look; birthdays are written down from 1604 on."""
    start = moment(event, "DTSTART")
    return start is not None and (start.year in _YEARS or (start.year < _YEARS.start and _is_yearly(event)))


def _is_yearly(event: Component) -> bool:
    rule = event.get("RRULE")
    return isinstance(rule, Mapping) and dict(rule).get("FREQ") == ["YEARLY"]


def _give_uids(calendar: Calendar) -> None:
    """Give events without a UID one that stays; the parser would make a single series of them all."""
    for each in calendar.walk("VEVENT"):
        if not each.get("UID"):
            values = (each.get(name) for name in _TELLING)
            told = b"\0".join(each.to_ical() if hasattr(each, "to_ical") else b"" for each in values)
            each["UID"] = hashlib.sha256(told).hexdigest()


def _give_hours(calendar: Calendar) -> None:
    """An exception that names its occurrence by the day alone means the one of that day; else it would be another."""
    masters = {str(each["UID"]): moment(each, "DTSTART") for each in calendar.walk("VEVENT") if "RRULE" in each}
    for each in calendar.walk("VEVENT"):
        day, start = moment(each, "RECURRENCE-ID"), masters.get(str(each["UID"]))
        if day is not None and not isinstance(day, datetime) and isinstance(start, datetime):
            each["RECURRENCE-ID"] = vDDDTypes(datetime.combine(day, start.timetz()))
