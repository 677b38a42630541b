"""How an occurrence is named, and which zones are known."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from gateway.calendar.feeds.occurrences import known_zone, occurrence_name, place

PARIS = ZoneInfo("Europe/Paris")


def test_an_occurrence_is_named_by_its_first_start_in_utc() -> None:
    assert occurrence_name(datetime(2026, 11, 27, 10, 0, tzinfo=PARIS)) == "20261127T090000Z"
    assert occurrence_name(datetime(2026, 11, 27, 4, 0, tzinfo=timezone(timedelta(hours=-5)))) == "20261127T090000Z"


def test_an_occurrence_that_lasts_all_day_is_named_by_its_date() -> None:
    assert occurrence_name(date(2026, 11, 27)) == "20261127"


def test_a_naive_instant_names_nothing() -> None:
    with pytest.raises(ValueError, match="time zone"):
        occurrence_name(datetime(2026, 11, 27, 10, 0))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("Romance Standard Time", "Europe/Paris"),
        ("UTC", "UTC"),
        ("Customized Time Zone", None),
        ("", None),
        ("../../etc/passwd", None),
        ("Europe", None),
        ("/etc/localtime", None),
        ("a" * 5000, None),
    ],
)
def test_a_zone_goes_by_its_iana_or_its_windows_name(name: str, zone: str | None) -> None:
    assert known_zone(name) == zone


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("UTC", None),
        ("Etc/UTC", None),
        ("Etc/GMT-1", None),
        ("GMT", None),
        (None, None),
    ],
)
def test_utc_is_no_place(zone: str | None, found: str | None) -> None:
    assert place(zone) == found
