"""The laws of public holidays: the destination's own, narrowed by region."""

from datetime import date

import pytest

from gateway.sms.holidays import is_holiday


@pytest.mark.parametrize(
    ("destination", "day"),
    [
        ("FR", date(2026, 12, 25)),
        ("FR", date(2027, 3, 29)),  # Easter Monday
        ("FR", date(2027, 5, 6)),  # Ascension
        ("RE", date(2026, 12, 20)),
        ("RE", date(2027, 7, 14)),
        ("BE", date(2027, 7, 21)),
    ],
)
def test_a_destination_keeps_its_own_holidays(destination: str, day: date) -> None:
    assert is_holiday(destination, None, day)


def test_another_destinations_holiday_is_an_ordinary_day() -> None:
    assert not is_holiday("FR", None, date(2026, 12, 20))
    assert not is_holiday("FR", None, date(2027, 7, 21))


@pytest.mark.parametrize("region", ["57", "Moselle", "6AE", "Alsace"])
def test_a_region_adds_its_holidays(region: str) -> None:
    boxing_day = date(2026, 12, 26)
    assert is_holiday("FR", region, boxing_day)
    assert not is_holiday("FR", None, boxing_day)


def test_a_region_that_is_not_known_is_left_aside() -> None:
    assert is_holiday("FR", "Atlantis", date(2026, 12, 25))
    assert not is_holiday("FR", "Atlantis", date(2026, 12, 26))


def test_a_destination_that_is_not_known_has_none() -> None:
    assert not is_holiday("TA", None, date(2026, 12, 25))
    assert not is_holiday("TA", "57", date(2026, 12, 25))
