"""The laws of open hours: back to the last open moment, forward to the next, half-open, in every zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.schedule.hours import last_open, next_open
from plans.windows import Hours
from tests.calendar.schedule.test_rules import INSTANTS, ZONES, local

PARIS = ZoneInfo("Europe/Paris")
DAYTIME = (*[Hours(time(8), time(20))] * 6, None)  # no Sundays
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
HOURS = st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Hours(*pair))
WEEKS = st.lists(st.none() | HOURS, min_size=7, max_size=7).map(tuple)


def is_open(week: tuple[Hours | None, ...], instant: datetime, zone: ZoneInfo) -> bool:
    wall = instant.astimezone(zone)
    hours = week[wall.weekday()]
    return hours is not None and hours.opens <= wall.time() < hours.closes


@pytest.mark.parametrize(
    ("at", "back", "ahead"),
    [
        ("2026-12-01 08:00", "2026-12-01 08:00", "2026-12-01 08:00"),
        ("2026-12-01 19:59", "2026-12-01 19:59", "2026-12-01 19:59"),
        ("2026-12-01 20:00", "2026-12-01 19:45", "2026-12-02 08:00"),  # half-open
        ("2026-12-02 06:30", "2026-12-01 19:45", "2026-12-02 08:00"),
        ("2026-12-06 12:00", "2026-12-05 19:45", "2026-12-07 08:00"),  # a Sunday
        ("2027-03-28 12:00", "2027-03-27 19:45", "2027-03-29 08:00"),  # on which the clock changes
    ],
)
def test_a_quiet_moment_has_an_open_one_before_and_after(at: str, back: str, ahead: str) -> None:
    assert last_open(DAYTIME, local(at), PARIS) == local(back)
    assert next_open(DAYTIME, local(at), PARIS) == local(ahead)


def test_what_is_shifted_back_into_a_short_opening_leaves_when_it_opens() -> None:
    week = (Hours(time(9), time(9, 5)), *[None] * 6)
    assert last_open(week, local("2026-12-02 12:00"), PARIS) == local("2026-11-30 09:00")


def test_a_week_without_an_open_hour_has_no_open_moment() -> None:
    assert last_open((None,) * 7, local("2026-12-02 12:00"), PARIS) is None
    assert next_open((None,) * 7, local("2026-12-02 12:00"), PARIS) is None


def test_no_week_at_all_is_always_open() -> None:
    at = local("2026-12-02 03:00")
    assert last_open((), at, PARIS) == next_open((), at, PARIS) == at


def test_an_opening_that_a_clock_change_leaves_out_is_none() -> None:
    week = (*[None] * 6, Hours(time(2, 10), time(2, 50)))  # 02:00 to 03:00 is left out on 28 March 2027
    assert next_open(week, local("2027-03-27 12:00"), PARIS) == local("2027-03-28 03:10")
    assert last_open(week, local("2027-03-27 12:00"), PARIS) == local("2027-03-21 02:35")


@given(week=WEEKS, instant=INSTANTS, zone=ZONES)
def test_what_is_found_lies_on_its_side(week: tuple[Hours | None, ...], instant: datetime, zone: ZoneInfo) -> None:
    back, ahead = last_open(week, instant, zone), next_open(week, instant, zone)
    assert back is None or back <= instant
    assert ahead is None or ahead >= instant
    assert (back == instant) == (ahead == instant)


@given(week=WEEKS, instant=INSTANTS, zone=st.sampled_from([ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")]))
def test_what_is_found_is_open(week: tuple[Hours | None, ...], instant: datetime, zone: ZoneInfo) -> None:
    for found in (last_open(week, instant, zone), next_open(week, instant, zone)):
        assert found is None or is_open(week, found, zone) or found.astimezone(zone).hour in {2, 3}  # clock changes
