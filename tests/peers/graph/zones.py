"""Time zones as Exchange names them.

``outlook.timezone`` and ``timeZone`` take names of Windows and of the IANA; what Outlook itself writes down is a name
of Windows. The table is the one of Unicode's CLDR, as the icalendar library ships it.
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tests.peers.graph.answers import Refused

Json = dict[str, Any]

_OLSON_TO_WINDOWS = {olson: windows for windows, olson in WINDOWS_TO_OLSON.items()}


def zone_of(name: str) -> ZoneInfo:
    """The zone that a name of Windows or of the IANA stands for; ``Refused`` for any other."""
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused("TimeZoneNotSupportedException", f"A valid TimeZone value must be specified: {name}") from None


def windows_name(name: str) -> str:
    """As Outlook would write it down."""
    return _OLSON_TO_WINDOWS.get(name, name)


def wall(moment: Json) -> datetime:
    """The wall-clock time of a ``dateTimeTimeZone``, naive."""
    return datetime.fromisoformat(moment["dateTime"][:26]).replace(tzinfo=None)


def instant(moment: Json) -> datetime:
    """The instant of a ``dateTimeTimeZone``."""
    return wall(moment).replace(tzinfo=zone_of(moment.get("timeZone", "UTC"))).astimezone(UTC)


def told(at: datetime, name: str) -> Json:
    """An instant as ``dateTimeTimeZone`` in a zone."""
    return {"dateTime": f"{at.astimezone(zone_of(name)):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": name}


def zulu(at: datetime) -> str:
    """An instant as ``DateTimeOffset`` with the seven digits that Exchange likes."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond:06}0Z"
