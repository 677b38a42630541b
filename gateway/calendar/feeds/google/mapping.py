"""Google's events and calendars in our words: pure functions of the resources of its API.

https://developers.google.com/workspace/calendar/api/v3/reference/events
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from gateway.calendar.feeds.occurrences import known_zone, occurrence_name, place
from gateway.calendar.feeds.port import FeedEvent, RemoteCalendar, Window
from gateway.calendar.words import EventStatus

Json = Mapping[str, Any]

#: All that is read of an event. Of attendees only our user's own answer: a list longer than one is cut down to it.
FIELDS = (
    "id,status,eventType,iCalUID,recurringEventId,originalStartTime,start,end,summary,location,description,created,etag,"
    "attendees(self,responseStatus)"
)

#: Nobody has an appointment then.
_NO_APPOINTMENTS = frozenset({"birthday", "workingLocation", "outOfOffice", "focusTime", "fromGmail"})

_OFFSETS = timedelta(hours=14)  # the largest of any zone

_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, OverflowError)


@dataclass(slots=True)
class Sorted:
    """Items of a list, sorted into events and what is gone."""

    events: list[FeedEvent] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    removed_series: set[str] = field(default_factory=set)


def sort_out(items: Iterable[Json], zone: str | None, window: Window) -> Sorted:
    """Sort the items of a calendar whose own zone is ``zone``.

    What cannot be read counts as gone: there is no right reminder of it. So does what now lies outside of ``window``,
    for a change of a series without end is told occurrence by occurrence, decades ahead.
    """
    found = Sorted()
    for item in items:
        event = read_event(item, zone)
        if event and _within(event, window):
            found.events.append(event)
        elif event_id := item.get("id"):
            found.removed.add(str(event_id))
            if item.get("status") == "cancelled" and "recurringEventId" not in item:
                found.removed_series.add(str(event_id))
    return found


def read_event(item: Json, zone: str | None) -> FeedEvent | None:
    """An event; None for one that is cancelled, is no appointment, or cannot be read.

    Of a cancelled exception only ``id``, ``recurringEventId`` and ``originalStartTime`` are promised.
    """
    if item.get("status") == "cancelled" or item.get("eventType") in _NO_APPOINTMENTS:
        return None
    try:
        return _event(item, zone)
    except _UNREADABLE:
        return None


def read_calendars(items: Iterable[Json]) -> list[RemoteCalendar]:
    """The calendars that can be chosen: of some others, only whether their owner is busy can be seen."""
    return [
        RemoteCalendar(
            item["id"],
            str(item.get("summaryOverride") or item.get("summary") or ""),
            place(known_zone(item.get("timeZone", ""))),
            owned=item.get("accessRole") == "owner",
            primary=item.get("primary", False),
            writable=item.get("accessRole") in ("owner", "writer"),
        )
        for item in items
        if item.get("accessRole") not in ("freeBusyReader", "none") and not item.get("deleted")
    ]


def _event(item: Json, zone: str | None) -> FeedEvent:
    told = known_zone(item["start"].get("timeZone", ""))
    written_in = told or zone
    named = written_in or "UTC"
    end = item.get("end")
    original = item.get("originalStartTime")
    return FeedEvent(
        event_id=item["id"],
        uid=item["iCalUID"],
        original_start=occurrence_name(_time(original, named)) if original else "",
        start=_time(item["start"], named),
        end=_time(end, named) if end else None,
        zone=place(told) or place(zone) or "",
        status=_status(item),
        title=item.get("summary"),
        location=item.get("location"),
        description=item.get("description"),
        created_at=_created(item),
        revision=item.get("etag", ""),
        series_id=item.get("recurringEventId", ""),
        zone_guessed=written_in is None,
    )


def _time(value: Json, zone: str) -> datetime | date:
    if "date" in value:
        return date.fromisoformat(value["date"])
    instant = datetime.fromisoformat(value["dateTime"])
    return (instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _status(item: Json) -> EventStatus:
    own = [each.get("responseStatus") for each in item.get("attendees", ()) if each.get("self")]
    if "declined" in own:
        return EventStatus.DECLINED
    return EventStatus.TENTATIVE if item.get("status") == "tentative" else EventStatus.CONFIRMED


def _created(item: Json) -> datetime | None:
    """When it was booked; imported events are sometimes said to be of the year zero."""
    try:
        return datetime.fromisoformat(item["created"]).astimezone(UTC)
    except _UNREADABLE:
        return None


def _within(event: FeedEvent, window: Window) -> bool:
    end = event.end or event.start
    return _earliest(event.start) < window.end and _latest(end) > window.start


def _earliest(time: datetime | date) -> datetime:
    """The instant; of a date the first that is this date somewhere on Earth."""
    return time if isinstance(time, datetime) else datetime.combine(time, time_of_day.min, UTC) - _OFFSETS


def _latest(time: datetime | date) -> datetime:
    return time if isinstance(time, datetime) else datetime.combine(time, time_of_day.min, UTC) + _OFFSETS
