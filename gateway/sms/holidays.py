"""The public holidays of a destination."""

from datetime import date
from functools import lru_cache


def is_holiday(destination: str, region: str | None, day: date) -> bool:
    """Whether ``day`` is a public holiday there; False for a destination whose holidays are not known.

    ``destination`` is ISO 3166 of a country or overseas territory. ``region`` narrows it as far as the library
    ``holidays`` does: "57" or "Moselle" and "6AE" or "Alsace" for France; a region it does not know is left aside.
    """
    return day in _holidays(destination, region, day.year)


@lru_cache(maxsize=1024)
def _holidays(destination: str, region: str | None, year: int) -> frozenset[date]:
    import holidays  # 45 MB and half a second: only a service that sends marketing pays for them

    try:
        return frozenset(holidays.country_holidays(destination, subdiv=region, years=year))
    except NotImplementedError:  # it knows not the region, or not the country
        return frozenset() if region is None else _holidays(destination, None, year)
