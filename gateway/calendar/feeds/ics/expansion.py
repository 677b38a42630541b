"""From iCalendar text to the occurrences of a window; run in a capped process, for the text may be hostile."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

from gateway.calendar.feeds.ics.mending import mend, moment
from gateway.calendar.feeds.ics.screening import fault_of
from gateway.calendar.feeds.ics.wire import Expanded
from gateway.calendar.feeds.occurrences import place
from gateway.calendar.feeds.port import FeedError, FeedEvent, Window
from gateway.calendar.words import EventStatus, FeedFault

MOST_OCCURRENCES = 20_000
_DURATION = re.compile(  # RFC 5545, 3.3.6
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,5})M)?(?:(?P<seconds>\d{1,6})S)?)?"
)
_LONGEST_TEXT = 8_000
_LONGEST_ID = 200

#: What Outlook calls UTC; without quotes its colon breaks the line that it stands in.
_MICROSOFT_UTC = re.compile(rb"(\"?)tzone://Microsoft/Utc\1")

_STATUS = {"CANCELLED": EventStatus.CANCELLED, "TENTATIVE": EventStatus.TENTATIVE}


def expand(text: bytes, window: Window, zone: str) -> Expanded:
    """The occurrences in ``window``; ``zone`` (IANA) is for times that name none. Raises ``FeedError``."""
    if fault := fault_of(text):
        raise FeedError(fault)
    try:
        calendar = Calendar.from_ical(_MICROSOFT_UTC.sub(b"UTC", _in_utf8(text)))
    except (ValueError, IndexError, KeyError) as error:
        raise FeedError(FeedFault.UNREADABLE, type(error).__name__) from None
    undated = sum(moment(each, "DTSTART") is None for each in calendar.walk("VEVENT"))
    mend(calendar)
    series = _Series(calendar, zone)
    found, skipped = _occurrences(calendar, window)
    if len(found) > MOST_OCCURRENCES:
        raise FeedError(FeedFault.TOO_LARGE, "occurrences")
    events = [series.event(each) for each in found]
    return Expanded(events, _text(calendar.get("X-WR-CALNAME"), 200), _poll_after(calendar), skipped + undated)


def _in_utf8(text: bytes) -> bytes:
    """The text as RFC 5545 wants it; old programs write the letters of Windows, which the parser would drop."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace").encode()
    return text


def _occurrences(calendar: Calendar, window: Window) -> tuple[list[Component], int]:
    """Those of all series; where one makes no sense, each series by itself, and how many had to be left out."""
    try:
        return recurring_ical_events.of(calendar).between(window.start, window.end), 0
    except Exception:  # noqa: BLE001 - the text is hostile, and the parsers raise whatever comes
        return _one_by_one(calendar, window)


def _one_by_one(calendar: Calendar, window: Window) -> tuple[list[Component], int]:
    others = [each for each in calendar.subcomponents if each.name != "VEVENT"]
    by_uid: dict[str, list[Component]] = {}
    for each in calendar.walk("VEVENT"):
        by_uid.setdefault(str(each.get("UID", "")), []).append(each)
    found: list[Component] = []
    skipped = 0
    for events in by_uid.values():
        calendar.subcomponents = [*others, *events]
        try:
            found += recurring_ical_events.of(calendar).between(window.start, window.end)
        except Exception:  # noqa: BLE001 - as above; this series is left out
            skipped += 1
    return found, skipped


class _Series:
    """What is known of the events before they are expanded."""

    def __init__(self, calendar: Calendar, zone: str) -> None:
        named = _known_zone(calendar.get("X-WR-TIMEZONE"))
        if named is None:
            calendar.pop("X-WR-TIMEZONE", None)  # one that nobody knows would make every event senseless
        self._zone = ZoneInfo(place(named) or zone)
        self._recurring: set[str] = set()
        self._guessed: set[str] = set()
        self._shifts: dict[tuple[str, date], timedelta] = {}  # of what was moved together with all that follow
        for each in calendar.walk("VEVENT"):
            uid = _uid(each)
            if any(name in each for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
                self._recurring.add(uid)
            if _is_floating(each) and (_names_zone(each) or named is None):
                self._guessed.add(uid)
            if shifted := _shift(each):
                self._shifts[uid, shifted[0]] = shifted[1]

    def event(self, each: Component) -> FeedEvent:
        """An occurrence as the port wants it."""
        uid, start, end = _uid(each), moment(each, "DTSTART"), moment(each, "DTEND")
        assert start is not None  # noqa: S101 - an event without a start was dropped
        original = _stamp(self._instant(self._first_start(uid, each, start))) if uid in self._recurring else ""
        return FeedEvent(
            event_id=f"{uid}/{original}" if original else uid,
            uid=uid,
            original_start=original,
            start=self._instant(start),
            end=self._instant(end) if end else None,
            zone=place(_zone_name(start)) or self._zone.key,
            status=_STATUS.get(str(each.get("STATUS", "")).upper(), EventStatus.CONFIRMED),
            title=_text(each.get("SUMMARY"), _LONGEST_TEXT),
            location=_text(each.get("LOCATION"), _LONGEST_TEXT),
            description=_text(each.get("DESCRIPTION"), _LONGEST_TEXT),
            created_at=_created(each),
            revision=_revision(each),
            zone_guessed=uid in self._guessed,
        )

    def _first_start(self, uid: str, each: Component, start: date) -> date:
        """Where an occurrence stood in its series before anybody moved it.

        One that was moved together with all that follow gives each of those its own place (RFC 5545, 3.8.4.4).
        """
        named = moment(each, "RECURRENCE-ID")
        if named is None:
            return start
        shift = self._shifts.get((uid, named))
        return named if shift is None else start - shift

    def _instant(self, when: date) -> datetime | date:
        """In UTC, by way of which a local time that a clock change leaves out becomes one that exists."""
        if not isinstance(when, datetime):
            return when
        return (when if when.tzinfo else when.replace(tzinfo=self._zone)).astimezone(UTC)


def _shift(event: Component) -> tuple[date, timedelta] | None:
    """The place of an occurrence that was moved with all that follow, and by how much; None for any other."""
    named, start = moment(event, "RECURRENCE-ID"), moment(event, "DTSTART")
    if named is None or start is None or "RANGE" not in event["RECURRENCE-ID"].params:
        return None
    try:
        return named, start - named
    except TypeError:  # one has a zone, or an hour, and the other none
        return None


def _is_floating(event: Component) -> bool:
    start = moment(event, "DTSTART")
    return isinstance(start, datetime) and start.tzinfo is None


def _names_zone(event: Component) -> bool:
    return "TZID" in getattr(event.get("DTSTART"), "params", ())


def _known_zone(name: Any) -> str | None:
    try:
        return ZoneInfo(str(name)).key if name else None
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a folder
        return None


def _zone_name(start: date) -> str | None:
    """The IANA zone of a local time; one that the text itself defines has no name."""
    zone = start.tzinfo if isinstance(start, datetime) else None
    return zone.key if isinstance(zone, ZoneInfo) else None


def _uid(event: Component) -> str:
    """The UID; one that is longer than any real one is stood in for by a digest."""
    uid = str(event.get("UID"))
    return uid if len(uid) <= _LONGEST_ID else hashlib.sha256(uid.encode()).hexdigest()


def _stamp(start: datetime | date) -> str:
    return start.strftime("%Y%m%dT%H%M%SZ" if isinstance(start, datetime) else "%Y%m%d")


def _revision(event: Component) -> str:
    """A digest of all but DTSTAMP, which some servers set anew at every fetch."""
    event.pop("DTSTAMP", None)
    return hashlib.sha256(event.to_ical()).hexdigest()[:32]


def _text(value: Any, longest: int) -> str | None:
    first = value[0] if isinstance(value, list) else value  # written down twice
    return str(first)[:longest] if first else None


def _created(event: Component) -> datetime | None:
    created = moment(event, "CREATED")
    return created.astimezone(UTC) if isinstance(created, datetime) and created.tzinfo else None


def _poll_after(calendar: Calendar) -> timedelta | None:
    wanted = map(_duration, (calendar.get("REFRESH-INTERVAL"), calendar.get("X-PUBLISHED-TTL")))
    return next((each for each in wanted if each), None)


def _duration(value: Any) -> timedelta | None:
    """A property that holds a duration, whether the parser knows that or takes it for a text."""
    given = getattr(value, "dt", None)
    if isinstance(given, timedelta):
        return given
    match = _DURATION.fullmatch(str(value or ""))
    return timedelta(**{unit: int(number) for unit, number in match.groupdict("0").items()}) if match else None
