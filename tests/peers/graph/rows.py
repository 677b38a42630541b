"""Events as answers tell them, by what the request prefers.

Sources: https://learn.microsoft.com/graph/api/resources/event and .../event-get (Prefer: outlook.timezone,
outlook.body-content-type), https://learn.microsoft.com/graph/outlook-immutable-id. That the delta of a calendar view
tells occurrences with five properties only: microsoftgraph/microsoft-graph-docs-contrib, issues 34 and 5602.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from typing import Any

from starlette.requests import Request

from tests.peers.graph.items import Item, Occurrence, item_id
from tests.peers.graph.zones import instant, told, wall, zone_of, zulu

Json = dict[str, Any]

_PREVIEW = 255


@dataclass(frozen=True)
class Preferences:
    """What ``Prefer`` headers say (RFC 7240)."""

    zone: str = "UTC"
    text: bool = False
    immutable: bool = False
    page: int | None = None

    @classmethod
    def of(cls, request: Request) -> "Preferences":
        """From a request; ``Refused`` for an unknown zone."""
        given = ",".join(request.headers.getlist("Prefer"))
        found = {name.lower(): value for name, value in re.findall(r'([\w.-]+)\s*=\s*"?([^",;]+)"?', given)}
        zone = found.get("outlook.timezone", "UTC")
        zone_of(zone)
        return cls(
            zone,
            found.get("outlook.body-content-type", "").lower() == "text",
            found.get("idtype", "").lower() == "immutableid",
            int(found["odata.maxpagesize"]) if "odata.maxpagesize" in found else None,
        )


def full(occurrence: Occurrence, prefer: Preferences) -> Json:
    """A single event, occurrence or exception with everything."""
    item, day = occurrence.item, occurrence.day
    series = {} if day is None else {"seriesMasterId": item_id(item, None, immutable=prefer.immutable)}
    if day is not None:
        original = occurrence.original.replace(tzinfo=zone_of(item.fields["start"].get("timeZone", "UTC")))
        series["originalStart"] = f"{original.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    row = _told(item, day, occurrence.fields, prefer) | {"type": occurrence.kind, "recurrence": None} | series
    return row | _times(occurrence.fields, prefer)


def master(item: Item, prefer: Preferences) -> Json:
    """A series as itself; its times are those of its first occurrence."""
    row = _told(item, None, item.fields, prefer) | {"type": "seriesMaster", "recurrence": _pattern(item)}
    return row | _times(item.fields, prefer)


def thin(occurrence: Occurrence, prefer: Preferences) -> Json:
    """An occurrence as the delta tells it: whatever it shares with its series is told there."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": etag(occurrence.item),
        "seriesMasterId": item_id(occurrence.item, None, immutable=prefer.immutable),
        "type": "occurrence",
        "id": item_id(occurrence.item, occurrence.day, immutable=prefer.immutable),
        **_times(occurrence.fields, prefer),
    }


def removed(item: Item, day: date | None, prefer: Preferences) -> Json:
    """Something that the view does not hold, or does not hold any more."""
    return {
        "@odata.type": "#microsoft.graph.event",
        "id": item_id(item, day, immutable=prefer.immutable),
        "@removed": {"reason": "deleted"},
    }


def _told(item: Item, day: date | None, fields: Json, prefer: Preferences) -> Json:
    name = item_id(item, day, immutable=prefer.immutable)
    text = _text(fields["body"])
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": etag(item),
        "id": name,
        "createdDateTime": zulu(item.created),
        "lastModifiedDateTime": zulu(item.changed),
        "changeKey": item.change_key,
        "categories": fields["categories"],
        "transactionId": None,
        "originalStartTimeZone": fields["originalStartTimeZone"],
        "originalEndTimeZone": fields["originalEndTimeZone"],
        "iCalUId": item.ical_uid(day),
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": True,
        "hasAttachments": False,
        "subject": fields["subject"],
        "bodyPreview": text[:_PREVIEW],
        "importance": fields["importance"],
        "sensitivity": fields["sensitivity"],
        "isAllDay": fields["isAllDay"],
        "isCancelled": fields["isCancelled"],
        "isOrganizer": True,
        "responseRequested": True,
        "seriesMasterId": None,
        "showAs": fields["showAs"],
        "webLink": f"https://outlook.office365.com/owa/?itemid={name}&exvsurl=1&path=/calendar/item",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": False,
        "onlineMeetingProvider": "unknown",
        "onlineMeeting": None,
        "allowNewTimeProposals": True,
        "isDraft": False,
        "hideAttendees": False,
        "responseStatus": fields.get("responseStatus", {"response": "organizer", "time": "0001-01-01T00:00:00Z"}),
        "body": {"contentType": "text", "content": text} if prefer.text else _html(fields["body"]),
        "location": {"locationType": "default", "uniqueIdType": "unknown"} | fields["location"],
        "locations": [fields["location"]] if fields["location"].get("displayName") else [],
        "attendees": fields["attendees"],
        "organizer": {"emailAddress": {"name": "Camille", "address": "camille@example.com"}},
    }


def _times(fields: Json, prefer: Preferences) -> Json:
    """Start and end in the preferred zone; all-day events begin at midnight, whatever the zone."""
    if fields["isAllDay"]:
        days = {name: wall(fields[name]) for name in ("start", "end")}
        return {
            name: {"dateTime": f"{day:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": prefer.zone}
            for name, day in days.items()
        }
    return {name: told(instant(fields[name]), prefer.zone) for name in ("start", "end")}


def _pattern(item: Item) -> Json:
    """The recurrence with what Exchange fills in."""
    given = item.fields["recurrence"]
    filled = {"interval": 1, "month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first"}
    first = wall(item.fields["start"]).date()
    span = {"startDate": f"{first}", "endDate": "0001-01-01", "numberOfOccurrences": 0}
    zone = {"recurrenceTimeZone": item.fields["originalStartTimeZone"]}
    return {"pattern": filled | given["pattern"], "range": span | zone | given["range"]}


def etag(item: Item) -> str:
    """The version of an item, as ``If-Match`` names it."""
    return f'W/"{item.change_key}"'


def _html(body: Json) -> Json:
    if body["contentType"].lower() == "html":
        return {"contentType": "html", "content": body["content"]}
    lines = escape(body["content"]).replace("\n", "<br>\r\n")
    return {"contentType": "html", "content": f"<html><head></head><body>\r\n{lines}\r\n</body></html>\r\n"}


def _text(body: Json) -> str:
    if body["contentType"].lower() == "text":
        return str(body["content"])
    reader = _Reader()
    reader.feed(body["content"])
    return "".join(reader.parts).strip()


class _Reader(HTMLParser):
    """The text of HTML, a line for every break."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"br", "p", "div", "tr", "li"}:
            self.parts.append("\r\n")


def bounds(query: dict[str, str]) -> tuple[datetime, datetime] | None:
    """``startDateTime`` and ``endDateTime`` of a query, in whatever case they are written; None without them."""
    lowered = {name.lower(): value for name, value in query.items()}
    if "startdatetime" not in lowered or "enddatetime" not in lowered:
        return None
    try:
        start, end = (_bound(lowered[name]) for name in ("startdatetime", "enddatetime"))
    except ValueError:
        return None
    return (start, end) if end - start <= timedelta(days=1825) else None


def _bound(value: str) -> datetime:
    """Of a time without an offset: UTC; with more digits than Python reads: the first six."""
    at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
