"""Amounts, rates, days and countries as people read them in each language."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from gateway.wording import Language
from plans.invoices import Line
from plans.money import Money, Rate

_LOCALES = {Language.FR: Locale("fr", "FR"), Language.EN: Locale("en", "GB")}
_PRICES = {Language.FR: "#,##0.00####\N{NO-BREAK SPACE}¤", Language.EN: "¤#,##0.00####"}
_PERCENTS = {Language.FR: "#,##0.####\N{NARROW NO-BREAK SPACE}%", Language.EN: "#,##0.####%"}


def money(amount: Money, language: Language) -> str:
    """Euros and cents: 1 234,56 € or €1,234.56."""
    return format_currency(euros(amount), "EUR", locale=_LOCALES[language])


def price(rate: Rate, language: Language) -> str:
    """The price of a unit with as many decimals as it has, at least two and at most six."""
    return format_currency(
        unit_euros(rate), "EUR", format=_PRICES[language], locale=_LOCALES[language], currency_digits=False
    )


def percent(rate: Fraction, language: Language) -> str:
    """A rate in percent: 8,5 % or 8.5%."""
    return format_percent(
        Decimal(rate.numerator) / rate.denominator, format=_PERCENTS[language], locale=_LOCALES[language]
    )


def quantity(count: int, language: Language) -> str:
    """A count with its thousands apart."""
    return format_decimal(count, locale=_LOCALES[language])


def day(when: date, language: Language) -> str:
    """A day with its month in full."""
    return format_date(when, "long", locale=_LOCALES[language])


def short_day(when: date, language: Language) -> str:
    """A day with its month abbreviated."""
    return format_date(when, "medium", locale=_LOCALES[language])


def country(code: str, language: Language) -> str:
    """The name of a country or territory; an unknown code stands for itself."""
    return str(_LOCALES[language].territories.get(code, code))


def signed_quantity(line: Line) -> tuple[int, Rate]:
    """Quantity and unit price with the sign in the quantity: on paper as in EN 16931 (BR-27) no price is below zero."""
    sign = -1 if line.unit_price < Rate(0) else 1
    return sign * line.quantity, Rate(sign * line.unit_price.micros)


def euros(amount: Money) -> Decimal:
    """An amount as a decimal with its two places."""
    return Decimal(amount.cents).scaleb(-2)


def unit_euros(rate: Rate) -> Decimal:
    """A unit price as a decimal with its six places."""
    return Decimal(rate.micros).scaleb(-6)


def percent_points(rate: Fraction) -> Decimal:
    """A rate in percent, as a decimal: 8.5."""
    return Decimal(100 * rate.numerator) / rate.denominator
