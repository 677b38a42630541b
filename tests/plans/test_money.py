"""The laws of amounts: whole cents, exact unit prices, and a half that goes away from zero."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.checked import RuleError, Section
from plans.money import NOTHING, Money, Rate, money_in, percent_in, rate_in, round_half_up, total, unit_rate


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 10, 1), (4, 10, 0), (15, 10, 2), (25, 10, 3), (-5, 10, -1), (-4, 10, 0), (-15, 10, -2), (0, 3, 0), (7, 1, 7)],
)
def test_a_half_goes_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert round_half_up(numerator, denominator) == rounded


@given(numerator=st.integers(-(10**12), 10**12), denominator=st.integers(1, 10**6))
def test_the_nearest_whole_number_is_taken(numerator: int, denominator: int) -> None:
    rounded = round_half_up(numerator, denominator)
    assert abs(rounded - Fraction(numerator, denominator)) <= Fraction(1, 2)
    assert round_half_up(-numerator, denominator) == -rounded


@given(cents=st.integers(-(10**10), 10**10))
def test_rounding_agrees_with_the_decimal_module(cents: int) -> None:
    exact = Decimal(cents) / Decimal(100)
    assert round_half_up(cents, 100) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("denominator", [0, -1])
def test_nothing_is_rounded_over_zero_or_less(denominator: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        round_half_up(1, denominator)


def test_amounts_are_added_taken_off_and_compared() -> None:
    assert Money(799) + Money(1) - Money(300) == Money(500)
    assert -Money(5) < NOTHING < Money(5)
    assert total([Money(1), Money(2)]) == Money(3)
    assert total([]) == NOTHING


@pytest.mark.parametrize(("cents", "text"), [(799, "7.99"), (-5, "-0.05"), (0, "0.00"), (-12345, "-123.45")])
def test_an_amount_is_shown_in_euros_and_cents(cents: int, text: str) -> None:
    assert str(Money(cents)) == text


def test_an_amount_times_a_ratio_is_rounded_once() -> None:
    """A third of a cent three times over is a cent: 0.01 x 1/3 x 3."""
    assert Money(1).times(Fraction(1, 3) * 3) == Money(1)
    assert Money(1999).times(Fraction(15, 30)) == Money(1000)


def test_a_unit_price_is_finer_than_a_cent() -> None:
    assert Rate(45_000).of(4200) == Money(18_900)
    assert Rate(4_999).of(1) == NOTHING
    assert Rate(5_000).of(1) == Money(1)
    assert Rate(55_000) - Rate(50_000) == Rate(5_000)
    assert unit_rate(Money(799)).of(3) == Money(2397)


def test_configuration_is_read_exactly() -> None:
    section = Section({"price": "7.99", "rate": "0.045", "percent": "8.5"}, "x")
    assert money_in(section, "price") == Money(799)
    assert rate_in(section, "rate") == Rate(45_000)
    assert percent_in(section, "percent") == Fraction(85, 1000)


@pytest.mark.parametrize(
    "written", ["7.9", "7,99", "-7.99", "7.999", "1e3", "99999999999.00", "\u0667.\u0669\u0669", " 7.99"]
)
def test_an_amount_that_is_not_euros_and_cents_is_refused(written: str) -> None:
    with pytest.raises(RuleError, match=r'x\.price must be euros and cents such as "7.99", in quotes'):
        money_in(Section({"price": written}, "x"), "price")


@pytest.mark.parametrize("written", ["-1", "1e-3", "0.0000001", "1/3"])
def test_a_rate_or_percentage_that_is_no_plain_number_is_refused(written: str) -> None:
    with pytest.raises(RuleError, match="must be euros a unit"):
        rate_in(Section({"rate": written}), "rate")
    with pytest.raises(RuleError, match="must be a percentage"):
        percent_in(Section({"percent": written}), "percent")


def test_a_price_without_quotes_is_refused() -> None:
    """A float of TOML cannot hold 7.99 exactly."""
    with pytest.raises(RuleError, match="price must be a text"):
        money_in(Section({"price": 7.99}), "price")
