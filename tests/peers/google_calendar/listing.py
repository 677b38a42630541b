"""``events.list``: what is told, in which pages, and what a sync token stands for.

Sources: the parameter descriptions of ``calendar.events.list`` in the discovery document, and
https://developers.google.com/workspace/calendar/api/guides/sync. Where they leave something open, ``Manners`` has
both readings, and the default is the one that is harder on clients.
"""

import base64
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from tests.peers.google_calendar.answers import Refused
from tests.peers.google_calendar.calendars import Calendar, zulu
from tests.peers.google_calendar.instances import Span, expanded, instant, tombstone

Json = dict[str, Any]

EVER = Span(datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))

#: Not allowed together with a sync token.
FORBIDDEN: tuple[str, ...] = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty")
FORBIDDEN += ("timeMin", "timeMax", "updatedMin")

#: With these, a list ends without a sync token.
_WITHOUT_TOKEN = frozenset(FORBIDDEN) - {"timeMin", "timeMax"}
_MUST_STAY = ("singleEvents", "eventTypes", "showHiddenInvitations")
_DEFAULT_PAGE, _LARGEST_PAGE = 250, 2500


@dataclass
class Manners:
    """What the documents leave open, as tests want it."""

    sparse_tombstones: bool = True  # a deleted event is told with what is promised only, or with all that it was
    window_after_sync: bool = False  # instances outside of the first request's window are left out of later ones
    series_tombstone: bool = False  # a deleted series is told by its own id, or instance by instance
    largest_page: int = _LARGEST_PAGE  # "may be less than this value, or none at all"
    lose_notifications: bool = False
    longest_channel_s: int = 7 * 24 * 3600
    horizon_days: int = 366  # how far an endless series is told where nothing bounds it


@dataclass(frozen=True)
class SyncPoint:
    """What a sync token stands for."""

    calendar_id: str
    version: int
    query: Mapping[str, str]

    def token(self) -> str:
        """Opaque to clients."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def of(cls, token: str) -> "SyncPoint":
        """What was given out; ``Refused`` for anything else."""
        try:
            return cls(**json.loads(base64.urlsafe_b64decode(token)))
        except (ValueError, TypeError):
            raise Refused("invalid", "Invalid sync token value.", "syncToken") from None


@dataclass
class Listing:
    """Answers lists; the pages of a list show one moment, whatever happens meanwhile."""

    manners: Manners = field(default_factory=Manners)
    _pages: "OrderedDict[str, tuple[str, Sequence[Json], str | None]]" = field(default_factory=OrderedDict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def answer(self, calendar: Calendar, query: Mapping[str, str]) -> Json:
        """The page that was asked for."""
        check(query)
        if token := query.get("pageToken"):
            if token not in self._pages or self._pages[token][0] != calendar.calendar_id:
                raise Refused("invalid", "Invalid page token value.", "pageToken")
            _, rows, sync_token = self._pages[token]
        elif token := query.get("syncToken"):
            rows = self._since(calendar, SyncPoint.of(token), query)
            sync_token = SyncPoint(calendar.calendar_id, calendar.version, SyncPoint.of(token).query).token()
        else:
            rows = self._all(calendar, query)
            sync_token = SyncPoint(calendar.calendar_id, calendar.version, dict(query)).token()
            if any(name in query for name in _WITHOUT_TOKEN):
                sync_token = None
        return self._page(calendar, rows, sync_token, query)

    def _page(self, calendar: Calendar, rows: Sequence[Json], sync_token: str | None, query: Mapping[str, str]) -> Json:
        size = min(int(query.get("maxResults", _DEFAULT_PAGE)), self.manners.largest_page, _LARGEST_PAGE)
        zone = query.get("timeZone", calendar.zone)
        answer: Json = {
            "kind": "calendar#events",
            "etag": f'"p{calendar.version}"',
            "summary": calendar.summary,
            "updated": zulu(calendar.clock.now),
            "timeZone": zone,
            "accessRole": calendar.role,
            "defaultReminders": [],
            "items": [told(row, zone) for row in rows[:size]],
        }
        if len(rows) > size:
            answer["nextPageToken"] = self._keep(calendar, rows[size:], sync_token)
        elif sync_token:
            answer["nextSyncToken"] = sync_token
        return answer

    def _keep(self, calendar: Calendar, rows: Sequence[Json], sync_token: str | None) -> str:
        token = f"page-{next(self._numbers)}"
        self._pages[token] = (calendar.calendar_id, rows, sync_token)
        while len(self._pages) > 1000:
            self._pages.popitem(last=False)
        return token

    def _all(self, calendar: Calendar, query: Mapping[str, str]) -> Sequence[Json]:
        span, single = span_of(query, calendar.zone), query.get("singleEvents") == "true"
        horizon = self._bounded(calendar, span)
        rows: list[Json] = []
        for name in calendar.families():
            family = calendar.family(name)
            instances = expanded(family, horizon, calendar.zone)
            if single:
                rows += [each for each in instances.values() if _lies(each, span)]
            elif any(_lies(each, span) for each in instances.values()) or family[0]["status"] == "cancelled":
                rows += family
        rows = [each for each in rows if _wanted(each, query, keep_cancelled=not single)]
        if query.get("orderBy") == "startTime":
            rows.sort(key=lambda each: instant(each["start"], ZoneInfo(calendar.zone)))
        elif query.get("orderBy") == "updated":
            rows.sort(key=lambda each: str(each["updated"]))
        return rows

    def _since(self, calendar: Calendar, point: SyncPoint, query: Mapping[str, str]) -> Sequence[Json]:
        if point.calendar_id != calendar.calendar_id:
            raise Refused("invalid", "Invalid sync token value.", "syncToken")
        if point.version < calendar.oldest_token:
            raise Refused("fullSyncRequired")
        if any(point.query.get(name) != query.get(name) for name in _MUST_STAY):
            raise Refused("invalid", "The sync token was given for other parameters.", "syncToken")
        if query.get("singleEvents") != "true":
            changed = (each for name in calendar.changed_since(point.version) for each in calendar.family(name))
            before = {name: calendar.at(name, point.version) for name in calendar.history}
            return [self._dead_or_alive(each) for each in changed if each != before[each["id"]]]
        kept = span_of(point.query, calendar.zone) if self.manners.window_after_sync else EVER
        return [
            row for name in calendar.changed_since(point.version) for row in self._news(calendar, name, point, kept)
        ]

    def _news(self, calendar: Calendar, family: str, point: SyncPoint, span: Span) -> Iterable[Json]:
        """The instances that are not what they were."""
        horizon = self._bounded(calendar, span)
        was = calendar.family(family, point.version)
        before = expanded(was, horizon, calendar.zone) if was else {}
        now = calendar.family(family)
        if self.manners.series_tombstone and "recurrence" in now[0] and now[0]["status"] == "cancelled":
            yield self._dead_or_alive(now[0])
            return
        after = expanded(now, horizon, calendar.zone)
        for name in sorted(before.keys() - after.keys()):
            if before[name]["status"] != "cancelled":
                yield tombstone(before[name])
        for name, each in after.items():
            if name not in before or before[name]["etag"] != each["etag"]:
                yield self._dead_or_alive(each)

    def _dead_or_alive(self, event: Json) -> Json:
        return tombstone(event) if event["status"] == "cancelled" and self.manners.sparse_tombstones else event

    def _bounded(self, calendar: Calendar, span: Span) -> Span:
        horizon = calendar.clock.now + timedelta(days=self.manners.horizon_days)
        return Span(span.after, span.before if span.before < EVER.before else horizon)


def check(query: Mapping[str, str]) -> None:
    """Refuse what the documents forbid."""
    if "syncToken" in query:
        for name in FORBIDDEN:
            if name in query:
                raise Refused("invalid", f"Sync token cannot be used with {name}.", "syncToken")
        if query.get("showDeleted") == "false":
            raise Refused("invalid", "Sync token cannot be used without deleted events.", "showDeleted")
    if query.get("orderBy") == "startTime" and query.get("singleEvents") != "true":
        raise Refused("invalid", "The requested ordering is not available for the particular query.", "orderBy")
    if not query.get("maxResults", "1").isdecimal() or query.get("maxResults") == "0":
        raise Refused("invalidParameter", "Invalid integer value.", "maxResults")


def span_of(query: Mapping[str, str], zone: str) -> Span:
    """The window of a list."""
    span = Span(_bound(query, "timeMin") or EVER.after, _bound(query, "timeMax") or EVER.before)
    if span.after >= span.before:
        raise Refused("timeRangeEmpty", "The specified time range is empty.", "timeMax")
    return span


def told(event: Json, zone: str) -> Json:
    """An event with its times in a zone."""
    times = ("start", "end", "originalStartTime")
    return event | {name: _in_zone(event[name], zone) for name in times if name in event}


def _in_zone(moment: Json, zone: str) -> Json:
    if "date" in moment:
        return moment
    at = instant(moment, ZoneInfo(zone)).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    return moment | {"dateTime": at.replace("+00:00", "Z")}


def _bound(query: Mapping[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        bound = datetime.fromisoformat(query[name])
    except ValueError:
        raise Refused("badRequest", "Bad Request", name) from None
    if bound.tzinfo is None:
        raise Refused("badRequest", "Bad Request", name)
    return bound.astimezone(UTC)


def _lies(event: Json, span: Span) -> bool:
    return "start" not in event or span.holds(event)


def _wanted(event: Json, query: Mapping[str, str], *, keep_cancelled: bool) -> bool:
    """Whether an event passes the filters; cancelled exceptions pass where series are told as such."""
    shown = query.get("showDeleted") == "true" or "updatedMin" in query
    kept = keep_cancelled and "recurringEventId" in event
    if event["status"] == "cancelled" and not shown and not kept:
        return False
    texts = " ".join(str(event.get(name, "")) for name in ("summary", "description", "location"))
    return (
        query.get("q", "").casefold() in texts.casefold()
        and query.get("iCalUID", event["iCalUID"]) == event["iCalUID"]
        and query.get("eventTypes", event["eventType"]) == event["eventType"]
        and query.get("updatedMin", "") <= event["updated"]
    )
