"""When a calendar is polled next."""

from datetime import timedelta

import pytest

from gateway.calendar.polling import Pace
from gateway.calendar.words import Provider

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("wanted", "interval"),
    [(None, 15 * MINUTE), (MINUTE, 15 * MINUTE), (HOUR, HOUR), (timedelta(weeks=52), 6 * HOUR)],
)
def test_a_feed_is_asked_as_seldom_as_it_likes_within_reason(wanted: timedelta | None, interval: timedelta) -> None:
    """One that is read once a year would tell of every appointment when it is over."""
    assert Pace().interval(Provider.ICS, pushed=False, at_most=wanted) == interval


def test_a_calendar_that_tells_of_changes_is_polled_seldom() -> None:
    assert Pace().interval(Provider.GOOGLE, pushed=True) == 6 * HOUR
