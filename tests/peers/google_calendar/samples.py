"""Events as people write them down."""

from typing import Any

Json = dict[str, Any]


def at(day: str, hour: str = "09:00", zone: str = "Europe/Paris") -> Json:
    """A time on the wall clock."""
    return {"dateTime": f"{day}T{hour}:00", "timeZone": zone}


def appointment(day: str = "2026-11-27", begins: str = "09:00", ends: str = "10:00", **more: Any) -> Json:
    """An appointment."""
    return {"summary": "Martin 06 12 34 56 78", "start": at(day, begins), "end": at(day, ends), **more}


def weekly(day: str = "2026-10-20", count: int = 4, **more: Any) -> Json:
    """A series of one appointment a week; the default one goes over the end of summer time."""
    return appointment(day, recurrence=[f"RRULE:FREQ=WEEKLY;COUNT={count}"], **more)
