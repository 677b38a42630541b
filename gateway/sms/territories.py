"""Which clock a destination lives by."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

#: Where most people live, for wide countries that the zone table does not begin with it.
_MOST_PEOPLE = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}


@cache
def zone_of(destination: str) -> ZoneInfo | None:
    """The time zone of a country or overseas territory (ISO 3166), of its most populous part; None when unknown.

    A mobile number does not tell where in its country the phone is.
    """
    name = _MOST_PEOPLE.get(destination) or _first_zones().get(destination)
    return ZoneInfo(name) if name else None


@cache
def _first_zones() -> dict[str, str]:
    """The first zone of each code in the table of the tz database: code, coordinates, zone, comment, by tabs."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    zones: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            zones.setdefault(code, zone)
    return zones
