"""Figures are written as each language writes them."""

from datetime import date
from fractions import Fraction

from gateway.billing.documents.figures import country, day, money, percent, price, quantity, short_day, signed_quantity
from gateway.wording import Language
from plans.invoices import LineKind, sum_line
from plans.money import Money, Rate
from tests.billing.documents.sample import FULL

NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def test_amounts_are_written_as_in_france() -> None:
    assert money(Money(-123_456), Language.FR) == f"-1{NARROW}234,56{WIDE}€"


def test_amounts_are_written_as_in_english() -> None:
    assert money(Money(123_456), Language.EN) == "€1,234.56"


def test_a_unit_price_keeps_every_decimal_that_it_has_and_at_least_two() -> None:
    prices = [price(Rate(micros), Language.EN) for micros in (45_000, 90_000, 7_990_000, 45_001)]
    assert prices == ["€0.045", "€0.09", "€7.99", "€0.045001"]


def test_a_rate_keeps_its_decimals() -> None:
    rates = [percent(Fraction(85, 1000), language) for language in (Language.FR, Language.EN)]
    assert rates == [f"8,5{NARROW}%", "8.5%"]


def test_counts_have_their_thousands_apart() -> None:
    assert quantity(4200, Language.FR) == f"4{NARROW}200"


def test_days_are_written_in_words() -> None:
    when = date(2026, 11, 9)
    assert (day(when, Language.FR), day(when, Language.EN)) == ("9 novembre 2026", "9 November 2026")
    assert short_day(when, Language.EN) == "9 Nov 2026"


def test_countries_and_overseas_territories_have_their_names_and_an_unknown_code_stands_for_itself() -> None:
    names = [country(code, Language.FR) for code in ("BE", "GP", "??")]
    assert names == ["Belgique", "Guadeloupe", "??"]


def test_a_price_below_zero_becomes_a_quantity_below_zero() -> None:
    replaced = sum_line(LineKind.PRO_RATA_OLD, "SOLO", Money(-400), FULL)
    assert signed_quantity(replaced) == (-1, Rate(4_000_000))
