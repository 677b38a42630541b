"""The laws of the warnings before units end."""

from datetime import UTC, datetime, timedelta

import pytest

from plans.alerts import AlertTerms, alerts_from, due_alert, next_alert
from plans.checked import RuleError, Section

TERMS = AlertTerms((30, 7, 1))
END = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_left", "due"),
    [(31.0, None), (30.0, 30), (8.0, 30), (7.0, 7), (1.5, 7), (1.0, 1), (0.1, 1), (0.0, None), (-1.0, None)],
)
def test_the_closest_warning_that_fell_due_is_the_one_that_is_true(days_left: float, due: int | None) -> None:
    assert due_alert(END, END - timedelta(days=days_left), TERMS) == due


@pytest.mark.parametrize(("days_left", "next_one"), [(31, 30), (30, 7), (7, 1), (1, None), (0, None)])
def test_the_next_warning_comes_when_its_days_are_left(days_left: int, next_one: int | None) -> None:
    expected = None if next_one is None else END - timedelta(days=next_one)
    assert next_alert(END, END - timedelta(days=days_left), TERMS) == expected


def test_the_delays_are_read_as_written() -> None:
    assert alerts_from(Section({"days_before_end": [30, 7, 1]})) == TERMS


@pytest.mark.parametrize("days", [[1, 7, 30], [7, 7]])
def test_delays_that_do_not_fall_are_refused(days: list[int]) -> None:
    with pytest.raises(RuleError, match="days_before_end must fall"):
        alerts_from(Section({"days_before_end": days}))
