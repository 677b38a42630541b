"""Graph's events and calendars in our words: pure functions of the resources of its API.

https://learn.microsoft.com/graph/api/resources/event
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.calendar.feeds.occurrences import known_zone, occurrence_name, place
from gateway.calendar.feeds.outlook.uids import shared_uid
from gateway.calendar.feeds.port import FeedEvent, RemoteCalendar
from gateway.calendar.words import EventStatus

Json = Mapping[str, Any]

#: All that is read of an event, where Graph lets one choose; in a delta it does not.
FIELDS = (
    "id,type,seriesMasterId,iCalUId,start,end,isAllDay,originalStart,originalStartTimeZone,isCancelled,responseStatus,"
    "subject,location,locations,body,createdDateTime,changeKey"
)

_UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, OverflowError)

_ANSWERS = {"declined": EventStatus.DECLINED, "tentativelyAccepted": EventStatus.TENTATIVE}


@dataclass(slots=True)
class Rows:
    """The rows of a delta, sorted: events as they came, series, and ids of what is gone."""

    events: list[Json] = field(default_factory=list)
    series: dict[str, Json] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    @property
    def touched(self) -> set[str]:
        """The series that something in the delta belongs to."""
        return set(self.series) | {str(each["seriesMasterId"]) for each in self.events if each.get("seriesMasterId")}


def sort_out(rows: Iterable[Json]) -> Rows:
    """Sort the rows of a delta; of something removed there is only an id."""
    found = Rows()
    for row in rows:
        match row:
            case {"id": str(gone), "@removed": _}:
                found.removed.add(gone)
            case {"id": str(series), "type": "seriesMaster"}:
                found.series[series] = row
            case {"id": str()}:
                found.events.append(row)
    return found


def is_thin(row: Json) -> bool:
    """Whether a row of a delta is an occurrence with its times and nothing else: the rest is that of its series."""
    return row.get("type") == "occurrence" and not {"iCalUId", "subject"} <= row.keys()


def filled(row: Json, series: Json) -> Json:
    """A thin occurrence with what its series says."""
    return {**series, "originalStart": None, **{name: value for name, value in row.items() if value is not None}}


def read_events(rows: Iterable[Json]) -> tuple[list[FeedEvent], set[str]]:
    """The events, and the ids of those that cannot be read, which count as gone: no reminder of them could be right."""
    events, unreadable = list[FeedEvent](), set[str]()
    for row in rows:
        event = read_event(row)
        if event:
            events.append(event)
        else:
            unreadable.add(str(row.get("id")))
    return events, unreadable


def read_event(row: Json) -> FeedEvent | None:
    """An event; None for one that cannot be read."""
    try:
        return _event(row)
    except _UNREADABLE:
        return None


def read_calendars(rows: Iterable[Json]) -> list[RemoteCalendar]:
    """The calendars that can be chosen; who owns the default one is the user."""
    listed = list(rows)
    user = next((_owner(each) for each in listed if each.get("isDefaultCalendar")), None)
    return [
        RemoteCalendar(
            str(each["id"]),
            str(each.get("name") or ""),
            owned=user is None or _owner(each) == user,
            primary=bool(each.get("isDefaultCalendar")),
            writable=bool(each.get("canEdit", True)),
        )
        for each in listed
    ]


def _event(row: Json) -> FeedEvent:
    zone = known_zone(row.get("originalStartTimeZone") or "")
    all_day = bool(row.get("isAllDay"))
    start = _time(row["start"], all_day=all_day)
    return FeedEvent(
        event_id=row["id"],
        uid=shared_uid(row["iCalUId"]),
        original_start=_name(row, start, zone or "UTC") if row.get("seriesMasterId") else "",
        start=start,
        end=_time(row["end"], all_day=all_day) if row.get("end") else None,
        zone=place(zone) or "",
        status=_status(row),
        title=row.get("subject"),
        location=_location(row),
        description=(row.get("body") or {}).get("content"),  # a preview would end after 255 characters
        created_at=datetime.fromisoformat(row["createdDateTime"]) if row.get("createdDateTime") else None,
        revision=str(row.get("changeKey") or row.get("@odata.etag") or ""),
        series_id=row.get("seriesMasterId") or "",
        zone_guessed=zone is None,
    )


def _time(value: Json, *, all_day: bool) -> datetime | date:
    """An instant as asked for in UTC; a day goes from midnight to midnight in whatever zone."""
    wall = datetime.fromisoformat(value["dateTime"])
    if all_day:
        return wall.date()
    return wall.replace(tzinfo=ZoneInfo(known_zone(value["timeZone"]) or "UTC")).astimezone(UTC)


def _name(row: Json, start: datetime | date, zone: str) -> str:
    """The name of an occurrence; one that was never moved is named by its start."""
    if not row.get("originalStart"):
        return occurrence_name(start)
    original = datetime.fromisoformat(row["originalStart"])
    original = original if original.tzinfo else original.replace(tzinfo=UTC)
    return occurrence_name(original if isinstance(start, datetime) else original.astimezone(ZoneInfo(zone)).date())


def _status(row: Json) -> EventStatus:
    if row.get("isCancelled"):
        return EventStatus.CANCELLED
    return _ANSWERS.get((row.get("responseStatus") or {}).get("response", ""), EventStatus.CONFIRMED)


def _location(row: Json) -> str | None:
    """The places of an event, each once."""
    places = [row.get("location") or {}, *(row.get("locations") or ())]
    return "\n".join(dict.fromkeys(each["displayName"] for each in places if each.get("displayName"))) or None


def _owner(row: Json) -> str:
    return str((row.get("owner") or {}).get("address", "")).lower()
