"""The laws of clocks: each destination has one."""

from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from gateway.sms.territories import zone_of


@pytest.mark.parametrize(
    ("destination", "zone"),
    [
        ("FR", "Europe/Paris"),
        ("RE", "Indian/Reunion"),
        ("YT", "Indian/Mayotte"),
        ("GP", "America/Guadeloupe"),
        ("MQ", "America/Martinique"),
        ("GF", "America/Cayenne"),
        ("PM", "America/Miquelon"),
        ("BL", "America/St_Barthelemy"),
        ("MF", "America/Marigot"),
        ("NC", "Pacific/Noumea"),
        ("PF", "Pacific/Tahiti"),
        ("WF", "Pacific/Wallis"),
        ("BE", "Europe/Brussels"),
    ],
)
def test_a_territory_lives_by_its_own_clock(destination: str, zone: str) -> None:
    assert zone_of(destination) == ZoneInfo(zone)


@pytest.mark.parametrize(
    ("destination", "zone"),
    [("US", "America/New_York"), ("CA", "America/Toronto"), ("RU", "Europe/Moscow"), ("AU", "Australia/Sydney")],
)
def test_a_wide_country_lives_by_the_clock_of_most_of_its_people(destination: str, zone: str) -> None:
    assert zone_of(destination) == ZoneInfo(zone)


def test_every_destination_that_a_number_may_have_has_a_clock() -> None:
    """All but three small ones, which then take the account's."""
    unknown = {region for region in phonenumbers.SUPPORTED_REGIONS if zone_of(region) is None}
    assert unknown == {"AC", "TA", "XK"}
