"""Euros to the cent, exact prices below the cent, and the one way to round."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from plans.checked import RuleError, Section

_EUROS = re.compile(r"[0-9]{1,9}\.[0-9]{2}", re.ASCII)
_RATE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole cents of a euro; below zero it is owed to the client."""

    cents: int

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents)

    def __neg__(self) -> "Money":
        return Money(-self.cents)

    def __str__(self) -> str:
        euros, cents = divmod(abs(self.cents), 100)
        return f"{'-' if self.cents < 0 else ''}{euros}.{cents:02}"

    def times(self, ratio: Fraction) -> "Money":
        """The amount times an exact ratio, rounded once."""
        return Money(round_half_up(self.cents * ratio.numerator, ratio.denominator))


NOTHING = Money(0)


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """An exact price of one unit, in millionths of a euro: SMS cost less than a cent's precision can say."""

    micros: int

    def of(self, units: int) -> Money:
        """What ``units`` cost, rounded once."""
        return Money(round_half_up(self.micros * units, 10_000))

    def __sub__(self, other: "Rate") -> "Rate":
        return Rate(self.micros - other.micros)


def round_half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to the ratio; a half goes away from zero, so that a credit note mirrors its invoice."""
    if denominator <= 0:
        raise ValueError("a ratio is rounded over a denominator above zero")
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def total(amounts: Iterable[Money]) -> Money:
    """The sum of amounts; nothing where there are none."""
    return Money(sum(each.cents for each in amounts))


def unit_rate(amount: Money) -> Rate:
    """An amount in cents as the exact price of one unit."""
    return Rate(amount.cents * 10_000)


def money_in(section: Section, key: str) -> Money:
    """Euros and cents as configuration writes them: "7.99"."""
    return Money(int(_written(section, key, _EUROS, 'euros and cents such as "7.99"').replace(".", "")))


def rate_in(section: Section, key: str) -> Rate:
    """The price of one unit as configuration writes it: "0.045"; at most six decimals."""
    return Rate(int(Fraction(_written(section, key, _RATE, 'euros a unit such as "0.045"')) * 1_000_000))


def percent_in(section: Section, key: str) -> Fraction:
    """A percentage as configuration writes it: "8.5" is 85/1000."""
    return Fraction(_written(section, key, _PERCENT, 'a percentage such as "8.5"')) / 100


def _written(section: Section, key: str, form: re.Pattern[str], meant: str) -> str:
    text = section.text(key)
    if not form.fullmatch(text):
        raise RuleError(f"{section.name(key)} must be {meant}, in quotes")
    return text
