"""The laws of periods: counted from one anchor, in local days."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.periods import Interval, Period, midnight, months_later, period_from, trial_end

PARIS = ZoneInfo("Europe/Paris")
days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@given(anchor=days, interval=st.sampled_from(Interval), count=st.integers(1, 60))
def test_periods_follow_each_other_without_gap_or_overlap(anchor: date, interval: Interval, count: int) -> None:
    periods = [period_from(anchor, number * interval.months, interval) for number in range(count)]
    assert periods[0].start == anchor
    assert all(earlier.end == later.start for earlier, later in pairwise(periods))


@given(anchor=days, months=st.integers(0, 600))
def test_the_anchor_day_comes_back_wherever_the_month_has_it(anchor: date, months: int) -> None:
    """A short month shortens its own period alone."""
    start = period_from(anchor, months, Interval.MONTH).start
    assert start.day == anchor.day or (start.day < anchor.day and (start + timedelta(days=1)).day == 1)
    assert (start.year * 12 + start.month) - (anchor.year * 12 + anchor.month) == months


def test_the_last_day_of_a_month_is_not_carried_on() -> None:
    """Chained from 28 February, 31 January would become the 28th for ever."""
    assert months_later(months_later(date(2027, 1, 31), 1), 1) == date(2027, 3, 28)
    assert months_later(date(2027, 1, 31), 2) == date(2027, 3, 31)


@given(start=days, length=st.integers(1, 366), gone=st.integers(0, 366))
def test_days_gone_and_days_remaining_make_the_period(start: date, length: int, gone: int) -> None:
    period = Period(start, start + timedelta(days=length))
    if gone <= length:
        assert period.remaining(start + timedelta(days=gone)) == period.days - gone


def test_a_day_outside_the_period_has_nothing_remaining() -> None:
    period = Period(date(2026, 11, 10), date(2026, 12, 10))
    assert (period.remaining(period.start), period.remaining(period.end)) == (30, 0)
    for outside in (date(2026, 11, 9), date(2026, 12, 11)):
        with pytest.raises(ValueError, match="outside the period"):
            period.remaining(outside)


def test_a_local_day_begins_when_its_clock_says_so() -> None:
    assert midnight(date(2026, 12, 10), PARIS) == datetime(2026, 12, 9, 23, tzinfo=UTC)
    assert midnight(date(2026, 12, 10), ZoneInfo("Indian/Reunion")) == datetime(2026, 12, 9, 20, tzinfo=UTC)


def test_a_midnight_that_a_clock_change_leaves_out_is_the_instant_after_it() -> None:
    """In Beirut the clock goes from 00:00 to 01:00 on 28 March 2027."""
    assert midnight(date(2027, 3, 28), ZoneInfo("Asia/Beirut")) == datetime(2027, 3, 27, 22, tzinfo=UTC)


def test_a_trial_that_ends_in_a_repeated_hour_ends_the_first_time() -> None:
    """On 31 October 2027 the clock in Paris shows 02:30 twice."""
    started = datetime(2027, 10, 1, 2, 30, tzinfo=PARIS)
    assert trial_end(started, 30, PARIS) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_trial_from_a_repeated_hour_to_one_left_out_ends_when_the_clock_has_passed_it() -> None:
    """In Casablanca 02:30 comes twice on 7 February 2027 and not at all on 14 March."""
    started = datetime(2027, 2, 7, 2, 30, tzinfo=ZoneInfo("Africa/Casablanca"), fold=1)
    assert trial_end(started, 35, ZoneInfo("Africa/Casablanca")) == datetime(2027, 3, 14, 2, 30, tzinfo=UTC)


@given(started=st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis gives the zone
def test_a_trial_lasts_thirty_days_give_or_take_a_clock_change(started: datetime) -> None:
    assert abs(trial_end(started, 30, PARIS) - started - timedelta(days=30)) <= timedelta(hours=1)
