"""Another title for one occurrence in an iCalendar text, every other line of which stays as it is.

An occurrence of a series that has no component of its own gets one: a copy of its series with a RECURRENCE-ID (RFC
5545, 3.8.4.4). The text was screened and read before, in the process that reads.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.calendar.feeds.occurrences import known_zone, occurrence_name
from gateway.calendar.feeds.port import Retitled, Title

_HEAD = re.compile(r'([\w-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)', re.DOTALL)  # name, parameters, value
_ZONE = re.compile(r';TZID="?([^";:]+)"?', re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_REPEATS = frozenset({"RRULE", "RDATE", "EXDATE", "EXRULE"})
_MOVES = frozenset({"DTSTART", "DTEND", "DUE"})
_LONGEST_LINE = 75  # octets, without its end (RFC 5545, 3.1)
_LARGEST = 1_000_000  # characters of one event with all its exceptions
_EVENT_DEPTH = 2  # in its VCALENDAR


def retitled(text: str, original: str, title: Title, zone: str) -> str | Retitled:
    """The text with the title that ``title`` makes, or why it cannot be had; ``DONE`` where it is there already.

    ``original`` names the occurrence in its series, "" where there is none; ``zone`` (IANA) is for times without one.
    """
    if len(text) > _LARGEST:
        return Retitled.REFUSED
    lines = _numbered(_unfolded(text))
    events = list(_events(lines))
    target = next((each for each in events if each.is_named(original, zone)), None)
    source = target or next((each for each in events if original and each.repeats), None)
    if source is None:
        return Retitled.GONE
    before = source.title
    if (after := title(before)) == before:
        return Retitled.DONE
    if any(each.get("ATTENDEE") for each in events):
        return Retitled.GUESTS  # a server that sends invitations writes to them whatever it is asked (RFC 6638, 3.2)
    changed = target or _exception(events, source, original, zone)
    if changed is None:
        return Retitled.REFUSED
    end = max(each.last for each in events) + 1
    first, last = (target.first, target.last + 1) if target else (end, end)
    return _written([*lines[:first], *changed.titled(after), *lines[last:]])


@dataclass(frozen=True, slots=True)
class _Line:
    """A property, or the beginning or end of a component."""

    written: str  # as it stands, folds and all
    name: str
    parameters: str
    value: str
    depth: int = 0  # of the component that it belongs to

    def saying(self, value: str, name: str = "") -> "_Line":
        """The same with another value."""
        name = name or self.name
        return replace(self, written=_folded(f"{name}{self.parameters}:{value}"), name=name, value=value)


@dataclass(frozen=True, slots=True)
class _Event:
    """A VEVENT: its lines, and where in the text the first and the last of them are."""

    lines: Sequence[_Line]
    first: int
    last: int

    def get(self, name: str) -> _Line | None:
        """A property of its own, not of one of its alarms."""
        return next((each for each in self.lines if (each.name, each.depth) == (name, _EVENT_DEPTH)), None)

    @property
    def repeats(self) -> bool:
        """Whether it is a series."""
        return self.get("RECURRENCE-ID") is None and any(self.get(each) for each in _REPEATS)

    @property
    def title(self) -> str:
        """What SUMMARY says (RFC 5545, 3.3.11)."""
        summary = self.get("SUMMARY")
        return _ESCAPED.sub(lambda each: "\n" if each[1] in "nN" else each[1], summary.value) if summary else ""

    def is_named(self, original: str, zone: str) -> bool:
        """Whether it is the one occurrence of this name."""
        place = self.get("RECURRENCE-ID")
        if place is None or not original:
            return place is None and not original and not self.repeats
        moment = _moment(place, zone)
        return moment is not None and occurrence_name(moment) == original

    def titled(self, title: str) -> list[_Line]:
        """Its lines with another SUMMARY, which keeps its place and its parameters."""
        value = re.sub(r"([\\;,])", r"\\\1", title).replace("\n", "\\n")
        summary = self.get("SUMMARY")
        if summary is None:
            added = _Line("", "SUMMARY", "", "", _EVENT_DEPTH).saying(value)
            return [*self.lines[:-1], added, self.lines[-1]]
        return [each.saying(value) if each is summary else each for each in self.lines]


def _exception(events: Sequence[_Event], series: _Event, original: str, zone: str) -> _Event | None:
    """The occurrence of a series that this name is for, at the time that the series has for it.

    None where another exception goes for all that follow it, or in a zone that nobody knows.
    """
    places = [each.get("RECURRENCE-ID") for each in events]
    start = series.get("DTSTART")
    first = _moment(start, zone) if start else None
    at = _named_moment(original, first)
    ranged = any(each and "RANGE=" in each.parameters.upper() for each in places)
    if start is None or first is None or at is None or ranged:
        return None
    by = _wall(at) - _wall(first)
    kept = [each for each in series.lines if each.depth != _EVENT_DEPTH or each.name not in _REPEATS]
    moved = [_shifted(each, by) if each.depth == _EVENT_DEPTH and each.name in _MOVES else each for each in kept]
    place = _shifted(start, by)
    return replace(series, lines=[moved[0], place.saying(place.value, "RECURRENCE-ID"), *moved[1:]])


def _named_moment(original: str, first: date | None) -> date | None:
    """The moment that names an occurrence, on the clock of its series; None where these do not fit together."""
    if isinstance(first, datetime):
        return datetime.fromisoformat(original).astimezone(first.tzinfo) if "T" in original else None
    return None if first is None or "T" in original else date.fromisoformat(original)


def _moment(line: _Line, zone: str) -> date | None:
    """A time with its zone, or a date; None where it cannot be read, or its zone is unknown."""
    try:
        moment = datetime.fromisoformat(line.value) if "T" in line.value else date.fromisoformat(line.value)
    except ValueError:
        return None
    if not isinstance(moment, datetime) or moment.tzinfo:
        return moment
    named = _ZONE.search(line.parameters)
    known = known_zone(named[1]) if named else zone
    return moment.replace(tzinfo=ZoneInfo(known)) if known else None


def _wall(moment: date) -> datetime:
    """What a clock on the wall shows."""
    clock = moment.time() if isinstance(moment, datetime) else time.min
    return datetime.combine(moment, clock)


def _shifted(line: _Line, by: timedelta) -> _Line:
    """So much later on the same clock, in the same form."""
    if "T" not in line.value:
        return line.saying(f"{date.fromisoformat(line.value) + by:%Y%m%d}")
    later = datetime.fromisoformat(line.value) + by
    return line.saying(f"{later:%Y%m%dT%H%M%S}{'Z' if later.tzinfo else ''}")


def _events(lines: Sequence[_Line]) -> Iterator[_Event]:
    first = None
    for number, line in enumerate(lines):
        if line.depth == _EVENT_DEPTH and line.value.strip().upper() == "VEVENT":
            if line.name == "BEGIN":
                first = number
            elif line.name == "END" and first is not None:
                yield _Event(lines[first : number + 1], first, number)


def _numbered(written: Iterable[str]) -> list[_Line]:
    """The lines, each with how deep in components it stands."""
    lines: list[_Line] = []
    depth = 0
    for each in written:
        head = _HEAD.fullmatch(re.sub(r"\r?\n[ \t]", "", each))
        name, parameters, value = (head[1].upper(), head[2], head[3]) if head else ("", "", "")
        depth += name == "BEGIN"
        lines.append(_Line(each, name, parameters, value, depth))
        depth -= name == "END"
    return lines


def _unfolded(text: str) -> Iterator[str]:
    """The lines of a text, each with those that go on with it (RFC 5545, 3.1)."""
    return (each for each in re.split(r"\r?\n(?![ \t])", text) if each)


def _folded(line: str) -> str:
    """A line in pieces that are short enough, none of which ends within a character."""
    pieces, piece = list[str](), ""
    for each in line:
        if len(f"{piece}{each}".encode()) > _LONGEST_LINE:
            pieces.append(piece)
            piece = " "
        piece += each
    return "\r\n".join([*pieces, piece])


def _written(lines: Iterable[_Line]) -> str:
    return "".join(f"{each.written}\r\n" for each in lines).replace("\r\n", "\n").replace("\n", "\r\n")
