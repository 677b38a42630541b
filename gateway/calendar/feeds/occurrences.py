"""How an occurrence of a series is named, the same in every kind of calendar, and which zones are known."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo


def occurrence_name(original_start: datetime | date) -> str:
    """The name of an occurrence by its first start: UTC "20261127T090000Z", or "20261127" where it lasts all day.

    So it is written in a RECURRENCE-ID of iCalendar (RFC 5545, 3.8.4.4). ``ValueError`` for a naive instant.
    """
    if not isinstance(original_start, datetime):
        return f"{original_start:%Y%m%d}"
    if original_start.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return f"{original_start.astimezone(UTC):%Y%m%dT%H%M%SZ}"


#: Other names of UTC in the zone database, besides those that begin with "Etc/".
_NOWHERE = frozenset({"GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "UCT", "UTC", "Universal", "Zulu"})


@lru_cache(1024)
def known_zone(name: str) -> str | None:
    """The IANA name of a zone that goes by its IANA or its Windows name; None for any other."""
    if not name:
        return None
    if _is_zone(name):
        return name
    zone = _windows_zones().get(name, "")
    return zone if _is_zone(zone) else None


def place(zone: str | None) -> str | None:
    """A zone (IANA) whose clocks hang on somebody's wall; None for UTC and the like, which programs write down.

    What a booking platform enters at "09:00 UTC" is at 10:00 for everybody in Paris.
    """
    return None if zone is None or zone in _NOWHERE or zone.startswith("Etc/") else zone


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # not a name; no path inside the zones; a folder of them
        return False
    return True


@cache
def _windows_zones() -> Mapping[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # late: it takes a moment

    return WINDOWS_TO_OLSON
