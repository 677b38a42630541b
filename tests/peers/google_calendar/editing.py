"""Writing events: single ones, series, and instances, of which a written one becomes an exception of its series.

Sources: the method descriptions of ``calendar.events`` in the discovery document, and
https://developers.google.com/workspace/calendar/api/guides/recurringevents.
"""

import re
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tests.peers.google_calendar.answers import Refused
from tests.peers.google_calendar.calendars import Calendar
from tests.peers.google_calendar.instances import instant, single

Json = dict[str, Any]

_numbers = count(1)


def find(calendar: Calendar, event_id: str) -> Json:
    """An event, an exception or an instance, cancelled ones too."""
    if (kept := calendar.at(event_id)) is not None:
        return kept
    root_id, separator, _ = event_id.rpartition("_")
    root = calendar.at(root_id) if separator else None
    if root is None or "recurrence" not in root:
        raise Refused("notFound")
    found = single(root, {}, event_id, calendar.zone)
    if found is None:
        raise Refused("notFound")
    return found


def insert(calendar: Calendar, body: Json) -> Json:
    """A new event."""
    event_id = body.get("id") or f"peer{next(_numbers):022}"
    if not re.fullmatch(r"[a-v0-9]{5,1024}", event_id):
        raise Refused("invalid", "Invalid resource id value.", "id")
    if calendar.at(event_id) is not None:
        raise Refused("duplicate", "The requested identifier already exists.", "id", 409)
    person = {"email": calendar.owner, "self": True}
    defaults: Json = {
        "status": "confirmed",
        "iCalUID": f"{event_id}@google.com",
        "eventType": "default",
        "creator": person,
        "organizer": person,
        "reminders": {"useDefault": True},
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
    }
    return calendar.keep(_checked(calendar, defaults | body | {"id": event_id}))


def patch(calendar: Calendar, event_id: str, body: Json) -> Json:
    """Change fields; ``null`` clears one. A cancelled event whose status is set to confirmed is back."""
    before = find(calendar, event_id)
    return _kept(calendar, before, _merged(before, body))


def update(calendar: Calendar, event_id: str, body: Json) -> Json:
    """Put a whole resource in place of an event: what is not given is gone."""
    before = find(calendar, event_id)
    always = ("id", "iCalUID", "eventType", "creator", "organizer", "created", "recurringEventId", "originalStartTime")
    kept = {name: before[name] for name in always if name in before}
    return _kept(calendar, before, {"status": "confirmed"} | body | kept)


def delete(calendar: Calendar, event_id: str) -> None:
    """Cancel an event, a series with all that belongs to it, or one instance."""
    before = find(calendar, event_id)
    if before["status"] == "cancelled":
        raise Refused("deleted")
    calendar.keep(before | {"status": "cancelled"})


def move(source: Calendar, destination: Calendar, event_id: str) -> Json:
    """Give an event to another calendar: its id and iCalendar UID go with it."""
    root = find(source, event_id)
    if "recurringEventId" in root:
        raise Refused("cannotChangeOrganizerOfInstance", "Cannot change the organizer of an instance.", "eventId")
    organizer = {"organizer": {"email": destination.owner, "self": True}}
    moved = [destination.keep(each | organizer) for each in source.family(event_id)]
    source.keep(root | {"status": "cancelled"})
    return moved[0]


def _kept(calendar: Calendar, before: Json, after: Json) -> Json:
    """Keep a new version; of a series at other times, exceptions that name no start of it any more are forgotten."""
    kept = calendar.keep(_checked(calendar, after))
    if "recurrence" in kept and any(kept[name] != before.get(name) for name in ("start", "end", "recurrence")):
        for name in list(calendar.children[kept["id"]]):
            if single(kept, {}, name, calendar.zone) is None:
                calendar.forget(kept["id"], name)
    return kept


def _merged(before: Json, change: Json) -> Json:
    merged = dict(before)
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(before.get(name), dict):
            merged[name] = _merged(before[name], value)
        else:
            merged[name] = value
    return merged


def _checked(calendar: Calendar, event: Json) -> Json:
    """An event that makes sense, with the zones that were not given; ``Refused`` for another one."""
    for name in ("start", "end"):
        if not event.get(name):
            raise Refused("required", f"Missing {name} time.", name)
    timed = "dateTime" in event["start"]
    if timed != ("dateTime" in event["end"]):
        raise Refused("invalid", "Invalid start or end time.", "start")
    if timed and "recurrence" in event and "timeZone" not in event["start"]:
        raise Refused("required", "Missing time zone definition for start time.", "start")
    if timed:
        zoned = {name: {"timeZone": calendar.zone} | event[name] for name in ("start", "end")}
        event = event | zoned
    zone = ZoneInfo(calendar.zone)
    if instant(event["end"], zone) < instant(event["start"], zone):
        raise Refused("timeRangeEmpty", "The specified time range is empty.", "end")
    return event
