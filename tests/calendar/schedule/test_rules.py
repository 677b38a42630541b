"""The laws of due times: days by the wall clock, hours by the stopwatch, over every clock change."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.refusals import Refused
from gateway.calendar.schedule import FURTHEST, Before, DayBefore, Lead
from gateway.calendar.schedule.rules import Rule, moment, reach

PARIS = ZoneInfo("Europe/Paris")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Europe/Paris",
            "America/New_York",
            "America/Martinique",
            "Indian/Reunion",
            "Australia/Lord_Howe",  # its clock changes by half an hour
            "Pacific/Apia",  # it left out 30 December 2011
            "Africa/Casablanca",  # its clock changes around Ramadan
            "America/Santiago",  # its clock changes at midnight: days that begin at 01:00
        )
    ]
)
INSTANTS = st.datetimes(datetime(2011, 6, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone here
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
MINUTES = st.integers(1, FURTHEST // timedelta(minutes=1))
DAYS = st.integers(0, FURTHEST.days)
BEFORE = st.one_of(
    st.builds(lambda count: Before(minutes=count), MINUTES),
    st.builds(lambda count: Before(days=count), st.integers(1, FURTHEST.days)),
    st.builds(lambda count, at: Before(minutes=count, earliest=at), MINUTES, TIMES),
    st.builds(lambda count, at, late: Before(minutes=count, earliest=at, evening=late), MINUTES, TIMES, TIMES),
)


def local(text: str, zone: ZoneInfo = PARIS) -> datetime:
    """A wall-clock time, the first of two."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(rule: Rule, start: datetime, booked_at: datetime | None = None) -> str | None:
    """The wall-clock time at which a rule is due."""
    found = moment(rule, start, booked_at)
    return None if found is None else f"{found.astimezone(start.tzinfo):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        (Before(minutes=24 * 60), "2026-10-25 10:00", "2026-10-24 11:00"),  # 25 hours lie between the two tens
        (Before(days=1), "2026-10-25 10:00", "2026-10-24 10:00"),
        (Before(minutes=24 * 60), "2027-03-28 10:00", "2027-03-27 09:00"),
        (Before(days=1), "2027-03-28 10:00", "2027-03-27 10:00"),
        (Before(days=1), "2027-03-29 02:30", "2027-03-28 03:30"),  # 02:30 was left out on the 28th
        (Before(minutes=120), "2027-03-28 04:00", "2027-03-28 01:00"),
        (DayBefore(1, time(18)), "2027-03-28 10:00", "2027-03-27 18:00"),
        (DayBefore(0, time(2, 30)), "2027-03-28 10:00", "2027-03-28 03:30"),
        (DayBefore(3, time(9)), "2026-03-02 08:15", "2026-02-27 09:00"),
    ],
)
def test_days_follow_the_wall_clock_and_hours_the_stopwatch(rule: Rule, start: str, expected: str) -> None:
    assert due(rule, local(start)) == expected


def test_an_hour_that_comes_twice_counts_the_first_time() -> None:
    found = moment(DayBefore(1, time(2, 30)), local("2026-10-26 09:00"), None)
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-12-02 14:00", "2026-12-02 12:00"),
        ("2026-12-02 10:00", "2026-12-02 08:00"),
        ("2026-12-02 09:00", "2026-12-02 08:00"),  # at the hour: an hour is left
        ("2026-12-02 08:00", "2026-12-01 18:00"),  # at the hour it begins: the evening before
        ("2026-12-02 07:00", "2026-12-01 18:00"),
        ("2026-12-02 01:00", "2026-12-01 23:00"),  # it is not early on the day before
    ],
)
def test_what_may_not_come_before_an_hour_comes_at_it_or_the_evening_before(start: str, expected: str) -> None:
    assert due(Before(minutes=120, earliest=time(8)), local(start)) == expected


def test_an_evening_that_is_named_stands_in_for_every_early_hour() -> None:
    rule = Before(minutes=120, earliest=time(8), evening=time(19, 30))
    assert due(rule, local("2026-12-02 09:30")) == "2026-12-01 19:30"
    assert due(rule, local("2026-12-02 10:00")) == "2026-12-02 08:00"


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        (None, "2026-12-18 13:00"),
        ("2026-12-01 09:00", "2026-12-18 13:00"),
        ("2026-12-12 23:59", "2026-12-18 13:00"),  # 8 days
        ("2026-12-13 00:00", "2026-12-19 13:00"),  # 7 days are not more than 7
        ("2026-12-18 20:00", "2026-12-19 13:00"),
        ("2026-12-19 08:00", "2026-12-19 08:10"),
        ("2026-12-20 09:00", "2026-12-20 09:10"),
    ],
)
def test_a_rule_by_booking_follows_how_long_ahead_it_was(booked: str | None, expected: str) -> None:
    assert due(Lead(), local("2026-12-20 15:00"), None if booked is None else local(booked)) == expected


def test_a_rule_by_booking_may_leave_out_what_was_booked_last_minute() -> None:
    assert due(Lead(soon=None), local("2026-12-20 15:00"), local("2026-12-20 09:00")) is None


@given(zone=ZONES, instant=INSTANTS, count=MINUTES)
def test_minutes_are_exact_in_every_zone(zone: ZoneInfo, instant: datetime, count: int) -> None:
    assert moment(Before(minutes=count), instant.astimezone(zone), None) == instant - timedelta(minutes=count)


@given(zone=ZONES, instant=INSTANTS, days=DAYS, at=TIMES)
def test_an_hour_of_a_day_is_that_hour_wherever_the_day_has_it(
    zone: ZoneInfo, instant: datetime, days: int, at: time
) -> None:
    start = instant.astimezone(zone)
    wall = datetime.combine(start.date() - timedelta(days=days), at, zone)
    found = moment(DayBefore(days, at), start, None)
    assert found is not None
    shown = found.astimezone(zone)
    exists = wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
    assert not exists or (shown.date(), shown.time()) == (wall.date(), at)
    assert exists or shown.replace(tzinfo=None) > wall.replace(tzinfo=None)  # the clock has passed it


@given(zone=ZONES, instant=INSTANTS, rule=BEFORE)
def test_a_length_of_time_before_is_before_and_within_reach(zone: ZoneInfo, instant: datetime, rule: Before) -> None:
    found = moment(rule, instant.astimezone(zone), None)
    assert found is not None
    assert instant - reach(rule) <= found < instant


@given(zone=ZONES, instant=INSTANTS, minutes=MINUTES, earliest=TIMES)
def test_nothing_comes_before_its_hour_but_an_evening(
    zone: ZoneInfo, instant: datetime, minutes: int, earliest: time
) -> None:
    found = moment(Before(minutes=minutes, earliest=earliest), instant.astimezone(zone), None)
    assert found is not None
    wall = found.astimezone(zone).time().replace(second=0, microsecond=0)
    assert wall >= min(earliest, time(18))


@given(zone=ZONES, instant=INSTANTS, ahead=st.integers(0, 400 * 24 * 60))
def test_a_rule_by_booking_never_comes_before_the_booking_by_much(
    zone: ZoneInfo, instant: datetime, ahead: int
) -> None:
    start = instant.astimezone(zone)
    found = moment(Lead(), start, instant - timedelta(minutes=ahead))
    assert found is not None
    assert instant - reach(Lead()) <= found <= instant + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Before, {}),
        (Before, {"days": 1, "minutes": 1}),
        (Before, {"days": 2, "minutes": -1}),
        (Before, {"minutes": -5}),
        (Before, {"days": FURTHEST.days + 1}),
        (Before, {"minutes": 60, "evening": time(18)}),
        (DayBefore, {"days": -1, "at": time(9)}),
        (DayBefore, {"days": 61, "at": time(9)}),
        (Lead, {"far": 1}),
        (Lead, {"near_days": 0}),
        (Lead, {"soon": -1}),
        (Lead, {"far": 90, "far_days": 61}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_what_would(
    kind: Callable[..., Rule], values: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refusal:
        kind(**values)
    assert refusal.value.cure.startswith("Write ")


def test_days_are_those_of_the_appointment_not_of_the_server() -> None:
    reunion = ZoneInfo("Indian/Reunion")
    start = datetime(2026, 12, 1, 21, 0, tzinfo=UTC).astimezone(reunion)  # 01:00 on the 2nd there
    assert start.date() == date(2026, 12, 2)
    assert due(DayBefore(1, time(18)), start) == "2026-12-01 18:00"
