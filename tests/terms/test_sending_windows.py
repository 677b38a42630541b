"""The terms on when marketing may be sent (article 6.2), on the clock and calendar of the recipient."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.accounts.words import AccountState, ForeignPolicy
from gateway.sms.policy import Rules, Standing, next_departure
from plans.words import MessageClass

PARIS = ZoneInfo("Europe/Paris")

FRENCH = Standing(
    state=AccountState.ACTIVE,
    country="FR",
    holiday_region=None,
    zone=PARIS,
    foreign_policy=ForeignPolicy.BLOCK,
    opened={},
    stop_in_alerts=False,
)
MOSELLE = replace(FRENCH, holiday_region="57")
ALSACE = replace(FRENCH, holiday_region="6AE")


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def leaves(rules: Rules, asked: datetime, standing: Standing = FRENCH, destination: str = "FR") -> datetime:
    return next_departure(destination, MessageClass.MARKETING, standing, rules, asked.astimezone(UTC))


@pytest.mark.parametrize(
    ("asked", "leaving"),
    [
        ("2026-11-23T07:59:59", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "2026-11-23T08:00"),
        ("2026-11-27T19:59:59", "2026-11-27T19:59:59"),
        ("2026-11-28T09:59:59", "2026-11-28T10:00"),
        ("2026-11-28T19:59:59", "2026-11-28T19:59:59"),
    ],
)
def test_marketing_leaves_on_weekdays_from_8_to_20_and_saturdays_from_10(
    rules: Rules, asked: str, leaving: str
) -> None:
    """R50, R51, article 6.2: Monday to Friday 08:00-20:00, Saturday 10:00-20:00."""
    assert leaves(rules, at(asked)) == at(leaving)


@pytest.mark.parametrize("day", ["2026-11-29", "2026-12-25", "2027-01-01", "2027-05-06", "2027-07-14", "2026-11-11"])
def test_marketing_never_leaves_on_sundays_and_holidays(rules: Rules, day: str) -> None:
    """R52, article 6.2: never on Sundays or public holidays, although the operators tolerate Sundays."""
    assert all(leaves(rules, at(f"{day}T{hour:02}:00")).astimezone(PARIS).date() > at(day).date() for hour in range(24))


@pytest.mark.parametrize(
    ("asked", "leaving", "hours"),
    [
        ("2026-11-27T20:00", "2026-11-28T10:00", 14),
        ("2026-11-28T20:00", "2026-11-30T08:00", 36),
        ("2026-10-24T20:30", "2026-10-26T08:00", 36.5),  # autumn change
        ("2027-03-27T20:30", "2027-03-30T08:00", 58.5),  # Sunday, spring change, Easter Monday
        ("2026-12-24T20:00", "2026-12-26T10:00", 38),
        ("2027-03-25T20:00", "2027-03-26T08:00", 12),
        ("2027-04-30T20:00", "2027-05-03T08:00", 60),  # 1 May is a Saturday
        ("2027-10-30T20:00", "2027-11-02T08:00", 61),  # the longest to the end of 2028: Sunday and All Saints
    ],
)
def test_what_comes_outside_the_hours_leaves_at_the_next_opening(
    rules: Rules, asked: str, leaving: str, hours: float
) -> None:
    """R53, A22: a campaign started outside is sent in the next permitted period, over both clock changes."""
    assert leaves(rules, at(asked)) == at(leaving)
    assert leaves(rules, at(asked)) - at(asked).astimezone(UTC) == timedelta(hours=hours)


def test_no_closure_of_metropolitan_france_is_longer_than_61_hours(rules: Rules) -> None:
    """A22: to the end of 2028, asked at every closing hour."""
    closings = [at("2026-11-23T20:00") + timedelta(days=ahead) for ahead in range(768)]
    waits = {asked: leaves(rules, asked) - asked.astimezone(UTC) for asked in closings}
    assert max(waits.values()) == timedelta(hours=61)
    assert waits[at("2027-10-30T20:00")] == timedelta(hours=61)


@pytest.mark.parametrize("standing", [MOSELLE, ALSACE], ids=["Moselle", "Alsace"])
@pytest.mark.parametrize(
    ("asked", "leaving"),
    [("2026-12-24T20:00", "2026-12-28T08:00"), ("2027-03-25T20:00", "2027-03-27T10:00")],
)
def test_alsace_moselle_keeps_its_own_holidays(rules: Rules, standing: Standing, asked: str, leaving: str) -> None:
    """A22: Saint Stephen's and Good Friday, by the account's region, since a mobile number cannot tell."""
    assert leaves(rules, at(asked), standing) == at(leaving)


def test_the_recipients_clock_counts(rules: Rules) -> None:
    """A22: Monday 18:00 in Paris is 21:00 in Réunion: held to Tuesday 08:00 there, 04:00 UTC."""
    assert leaves(rules, at("2026-11-23T18:00"), destination="RE") == datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("destination", "holiday", "zone"),
    [
        ("RE", "2027-12-20", "Indian/Reunion"),  # a Monday; the end of slavery, as in each of these
        ("MQ", "2028-05-22", "America/Martinique"),
        ("GP", "2027-05-27", "America/Guadeloupe"),
        ("GF", "2027-06-10", "America/Cayenne"),
        ("YT", "2027-04-27", "Indian/Mayotte"),
    ],
)
def test_overseas_territories_keep_their_own_holidays(rules: Rules, destination: str, holiday: str, zone: str) -> None:
    """A22: the recipient's territory tells its holidays; in Paris the same noon is open."""
    noon = at(f"{holiday}T12:00", zone)
    assert leaves(rules, noon, destination=destination) > noon
    assert leaves(rules, at(f"{holiday}T12:00")) == at(f"{holiday}T12:00")


def test_the_accounts_region_says_nothing_about_other_destinations(rules: Rules) -> None:
    """A22: a client in Moselle writes to Réunion on Good Friday, an ordinary day there."""
    noon = at("2027-03-26T12:00", "Indian/Reunion")
    assert leaves(rules, noon, MOSELLE, "RE") == noon


def test_alerts_leave_at_any_hour(rules: Rules) -> None:
    """R50-R52 bind marketing alone: an alert leaves at three on a Sunday night."""
    asked = at("2026-11-29T03:00")
    assert next_departure("FR", MessageClass.ALERT, FRENCH, rules, asked) == asked
