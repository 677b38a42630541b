"""The pro rata of a change within a period: in local days, rounded once."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from plans.money import NOTHING, Money
from plans.periods import Period


@dataclass(frozen=True, slots=True)
class Change:
    """A higher formula taken on a day of a period, with both prices of a whole period, before tax."""

    day: date
    old_tier: str
    new_tier: str
    old: Money
    new: Money
    period: Period

    @property
    def amount(self) -> Money:
        """What the change costs: the difference for the days that remain, the day of the change among them.

        Never below zero: the terms refund nothing (special term 6).
        """
        return max((self.new - self.old).times(_share(self.period, self.day)), NOTHING)

    @property
    def shown(self) -> tuple[Money, Money]:
        """The same as two lines, for the left formula (below zero) and for the new one.

        Rounding each by itself would be a cent off in every third case, so the first is what makes them add up.
        """
        new = self.new.times(_share(self.period, self.day))
        return self.amount - new, new


def unused(price: Money, period: Period, day: date) -> Money:
    """What the days from ``day`` on cost in a period that was paid in full; that day counts as unused."""
    return price.times(_share(period, day))


def added(changes: tuple[Change, ...], change: Change) -> tuple[Change, ...]:
    """Changes of one period with one more: several on one day are one, so steps cost what the whole way costs."""
    if changes and changes[-1].day == change.day:
        first = changes[-1]
        joined = Change(change.day, first.old_tier, change.new_tier, first.old, change.new, change.period)
        return (*changes[:-1], joined)
    return (*changes, change)


def _share(period: Period, day: date) -> Fraction:
    return Fraction(period.remaining(day), period.days)
