"""The laws of the pro rata: one rounding a change, and changes of one day are one."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.money import NOTHING, Money, total
from plans.periods import Period
from plans.proration import Change, added, unused

START = date(2026, 11, 10)
NOVEMBER = Period(START, date(2026, 12, 10))
prices = st.integers(0, 100_000).map(Money)


def change(day: int, old: str, new: str, prices: tuple[int, int] = (799, 1999)) -> Change:
    return Change(START + timedelta(days=day), old, new, Money(prices[0]), Money(prices[1]), NOVEMBER)


@given(old=prices, new=prices, length=st.integers(1, 366), gone=st.integers(0, 366))
def test_two_lines_always_add_up_to_the_one_amount(old: Money, new: Money, length: int, gone: int) -> None:
    period = Period(START, START + timedelta(days=length))
    made = Change(START + timedelta(days=min(gone, length)), "A", "B", old, new, period)
    assert total(made.shown) == made.amount
    assert NOTHING <= made.amount <= max(new - old, NOTHING)


def test_a_change_on_the_first_day_costs_the_whole_difference_and_on_the_end_nothing() -> None:
    assert change(0, "A", "B").amount == Money(1200)
    assert change(30, "A", "B").amount == NOTHING


def test_changes_of_one_day_are_one_and_the_others_stay() -> None:
    first, second = change(1, "A", "B", (1, 2)), change(5, "B", "C", (2, 3))
    third = change(5, "C", "D", (3, 4))
    assert added((), first) == (first,)
    assert added((first,), second) == (first, second)
    assert added((first, second), third) == (first, change(5, "B", "D", (2, 4)))


@given(steps=st.lists(prices, min_size=2, max_size=5), day=st.integers(0, 30))
def test_any_number_of_steps_in_a_day_telescopes(steps: list[Money], day: int) -> None:
    """From the first price to the last, as if there had been nothing between."""
    changes: tuple[Change, ...] = ()
    for old, new in pairwise(steps):
        changes = added(changes, change(day, "A", "B", (old.cents, new.cents)))
    assert changes == (change(day, "A", "B", (steps[0].cents, steps[-1].cents)),)


@pytest.mark.parametrize(("day", "cents"), [(0, 1999), (15, 1000), (29, 67), (30, 0)])
def test_what_is_unused_counts_the_day_itself(day: int, cents: int) -> None:
    assert unused(Money(1999), NOVEMBER, START + timedelta(days=day)) == Money(cents)
