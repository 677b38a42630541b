"""Late payment: what it costs the client and what it stops."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from plans.checked import RuleError, Section
from plans.dated import Dated
from plans.money import Money

_YEAR = 365  # days, leap years too: the formula of the terms, article 5.3


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What follows a payment that does not come (terms, article 5.3)."""

    due_days: int  # from an invoice that no card pays at once to its payment date
    penalty_factor: int  # times the legal interest rate
    suspend_after_days: int  # later than this, the service itself may be suspended
    retry_days: tuple[int, ...]  # days after a decline on which a charge is tried again


@dataclass(frozen=True, slots=True)
class LateCharges:
    """What a late payer owes besides the invoice; an indemnity, so it bears no VAT."""

    penalty: Money
    recovery_fee: Money


def days_late(due_on: date, today: date) -> int:
    """Full days since the payment date; 0 on that day and before."""
    return max((today - due_on).days, 0)


def penalty_rate(issued_on: date, interest: Dated[Fraction], terms: PaymentTerms) -> Fraction:
    """The yearly rate for an invoice issued on this day; ``NotInForce`` where the legal rate is not known."""
    return terms.penalty_factor * interest.on(issued_on)


def late_charges(gross: Money, days: int, rate: Fraction, flat_fee: Money, proven_costs: Money) -> LateCharges | None:
    """What is owed ``days`` after the payment date, or None in time; no reminder is needed.

    Interest on the amount with tax, half up at the end; the flat fee whatever the delay, or the costs of recovery
    where they were higher and proven.
    """
    if days < 1:
        return None
    return LateCharges(gross.times(rate * days / _YEAR), max(flat_fee, proven_costs))


def suspends_orders(due_on: date, today: date) -> bool:
    """Whether every other order of the client may wait: from the first day late."""
    return days_late(due_on, today) > 0


def suspends_service(due_on: date, today: date, terms: PaymentTerms) -> bool:
    """Whether the service itself may stop, without further notice."""
    return days_late(due_on, today) > terms.suspend_after_days


def suspended_from(due_on: date, terms: PaymentTerms) -> date:
    """The first day on which ``suspends_service`` holds."""
    return due_on + timedelta(days=terms.suspend_after_days + 1)


def price_after_discount(price: Money, discount: Fraction, *, late: bool) -> Money:
    """A price with its discount, which a client that pays late loses (terms, article 5.3)."""
    return price if late else price - price.times(discount)


def payment_from(section: Section) -> PaymentTerms:
    """Read what follows a late payment; ``RuleError`` names a key that is missing or wrong."""
    section.only({"due_days", "penalty_factor", "suspend_after_days", "retry_days"})
    retries = section.counts("retry_days", least=1)
    if list(retries) != sorted(set(retries)):
        raise RuleError(f"{section.name('retry_days')} must rise")
    return PaymentTerms(
        due_days=section.count("due_days", least=0),
        penalty_factor=section.count("penalty_factor", least=1),
        suspend_after_days=section.count("suspend_after_days", least=0),
        retry_days=retries,
    )
