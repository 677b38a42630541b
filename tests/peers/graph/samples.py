"""Events as people write them down in Outlook."""

from typing import Any

Json = dict[str, Any]

PARIS = "Romance Standard Time"


def at(day: str, hour: str = "09:00", zone: str = PARIS) -> Json:
    """A time on the wall clock."""
    return {"dateTime": f"{day}T{hour}:00", "timeZone": zone}


def appointment(day: str = "2026-11-27", begins: str = "09:00", ends: str = "10:00", **more: Any) -> Json:
    """An appointment."""
    return {"subject": "Martin 06 12 34 56 78", "start": at(day, begins), "end": at(day, ends), **more}


def weekly(count: int = 4, **more: Any) -> Json:
    """A series of one appointment on every Tuesday, over the end of summer time."""
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]}
    span = {"type": "numbered", "startDate": "2026-10-20", "numberOfOccurrences": count}
    return appointment("2026-10-20", recurrence={"pattern": pattern, "range": span}, **more)
