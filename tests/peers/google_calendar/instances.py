"""Instances of recurring events, reckoned: the pure half of ``singleEvents=true``.

Source: https://developers.google.com/workspace/calendar/api/concepts/events-calendars (instances and exceptions) and
the property descriptions of ``Event`` in the discovery document.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.peers.stage.series import Series

Json = dict[str, Any]

#: Fields of a series that its instances do not carry.
_OF_THE_SERIES = {"recurrence", "id", "start", "end"}


@dataclass(frozen=True)
class Span:
    """A window: events whose end lies after ``after`` and whose start lies before ``before`` (both not included)."""

    after: datetime
    before: datetime

    def holds(self, event: Json) -> bool:
        """Whether a resource with a start lies in it."""
        zone = ZoneInfo("UTC")
        return instant(event["end"], zone) > self.after and instant(event["start"], zone) < self.before


def instant(moment: Json, zone: ZoneInfo) -> datetime:
    """The instant of an ``EventDateTime``; a date begins at midnight of ``zone``."""
    if "date" in moment:
        return datetime.combine(date.fromisoformat(moment["date"]), datetime.min.time(), zone).astimezone(UTC)
    told = datetime.fromisoformat(moment["dateTime"])
    own = ZoneInfo(moment["timeZone"]) if "timeZone" in moment else zone
    return (told if told.tzinfo else told.replace(tzinfo=own)).astimezone(UTC)


def expanded(family: Sequence[Json], span: Span, zone: str) -> dict[str, Json]:
    """The instances of a series by id, exceptions in place of what they replace, cancelled ones included.

    An exception counts whether it lies in the window or not, as long as it belongs to the series; a single event is
    its own only instance.
    """
    root, exceptions = family[0], {each["id"]: each for each in family[1:]}
    if "recurrence" not in root:
        return {root["id"]: root}
    if root["status"] == "cancelled":
        return {}
    series = series_of(root, zone)
    found = {each["id"]: each for each in _regular(root, series, span, zone)}
    found |= {name: each for name, each in exceptions.items() if _wall_of(_stamp(name, root), series)}
    return dict(sorted(found.items()))


def single(root: Json, exceptions: dict[str, Json], event_id: str, zone: str) -> Json | None:
    """One instance by its id, if the series has it."""
    series = series_of(root, zone)
    wall = _wall_of(_stamp(event_id, root), series)
    return None if wall is None else exceptions.get(event_id) or _instance(root, series, wall, zone)


def series_of(root: Json, zone: str) -> Series:
    """The rules of a recurring event."""
    own = ZoneInfo(root["start"].get("timeZone", zone))
    if "date" in root["start"]:
        first = datetime.fromisoformat(root["start"]["date"])
    else:
        first = instant(root["start"], own).astimezone(own).replace(tzinfo=None)
    return Series(first, own, tuple(root["recurrence"]))


def tombstone(instance: Json) -> Json:
    """A cancelled instance with no more than is promised of it: id, series and original start."""
    promised = ("kind", "etag", "id", "recurringEventId", "originalStartTime")
    return {"status": "cancelled", **{name: instance[name] for name in promised if name in instance}}


def _regular(root: Json, series: Series, span: Span, zone: str) -> Iterator[Json]:
    length = _length(root)
    for start in series.starts(span.after - length, span.before):
        instance = _instance(root, series, start, zone)
        if span.holds(instance):
            yield instance


def _instance(root: Json, series: Series, start: datetime, zone: str) -> Json:
    all_day = "date" in root["start"]
    begins, stamp = _told(start, series, zone, all_day=all_day)
    # what a clock change does to the length of one instance is left to the wall clock, as calendars do
    ends, _ = _told(start + _length(root), series, zone, all_day=all_day)
    return {
        **{name: value for name, value in root.items() if name not in _OF_THE_SERIES},
        "id": f"{root['id']}_{stamp}",
        "start": begins,
        "end": ends,
        "recurringEventId": root["id"],
        "originalStartTime": begins,
    }


def _told(wall: datetime, series: Series, zone: str, *, all_day: bool) -> tuple[Json, str]:
    """A wall-clock time as ``EventDateTime``, and as the tail of an instance's id."""
    if all_day:
        return {"date": f"{wall:%Y-%m-%d}"}, f"{wall:%Y%m%d}"
    at = wall.replace(tzinfo=series.zone).astimezone(UTC)
    told = at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    return {"dateTime": told, "timeZone": series.zone.key}, f"{at:%Y%m%dT%H%M%SZ}"


def _length(root: Json) -> timedelta:
    if "date" in root["start"]:
        return date.fromisoformat(root["end"]["date"]) - date.fromisoformat(root["start"]["date"])
    zone = ZoneInfo(root["start"].get("timeZone", "UTC"))
    return instant(root["end"], zone) - instant(root["start"], zone)


def _stamp(event_id: str, root: Json) -> str:
    return event_id.removeprefix(f"{root['id']}_")


def _wall_of(stamp: str, series: Series) -> datetime | None:
    """The start that the tail of an id names, on the wall clock of its series; None where the series has none such.

    A start that a clock change leaves out is told an hour late, and found again here.
    """
    try:
        if len(stamp) == len("20261127"):
            starts = [datetime.strptime(stamp, "%Y%m%d")]  # noqa: DTZ007 - the wall clock of the series
        else:
            at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(series.zone)
            starts = [at.replace(tzinfo=None) - timedelta(hours=late) for late in (0, 1)]
    except ValueError:
        return None
    return next((start for start in starts if series.holds(start) and _names(start, stamp, series)), None)


def _names(start: datetime, stamp: str, series: Series) -> bool:
    at = start.replace(tzinfo=series.zone).astimezone(UTC)
    return len(stamp) == len("20261127") or f"{at:%Y%m%dT%H%M%SZ}" == stamp
