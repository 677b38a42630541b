"""Postpaid: who it is for, what its agreement must hold, and what a month costs (terms, special term 1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from plans.checked import Section
from plans.invoices import Line, LineKind, line
from plans.money import Money, Rate, rate_in
from plans.refusals import Refusal, Refused
from plans.vat import Vat


@dataclass(frozen=True, slots=True)
class PostpaidTerms:
    """From how much use postpaid is open, and the published rate of countries without a negotiated one."""

    units_a_month: int
    trailing_months: int
    default_rate: Rate  # before tax, per unit


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Advice for whoever signs; the agreement decides, and using less later revokes nothing."""

    mean: Fraction  # units a month
    by_mean: bool
    each_month: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a client and the company agreed on; None is what they have not."""

    rates: Mapping[str, Rate]  # by destination, before tax, per unit
    estimate: Money | None  # of a month, before tax
    provision: Money | None  # paid in advance and taken off each month, with tax
    debit_mandate: str | None  # the reference of the direct debit
    due_days: int | None  # from the invoice to its payment date


@dataclass(frozen=True, slots=True)
class Consumption:
    """Units that a message used, as the platform counted them."""

    at: datetime
    destination: str
    units: int


def eligibility(months: Sequence[int], terms: PostpaidTerms) -> Eligibility:
    """Judge the units of the last months, the latest last; months before the trailing ones are left out."""
    trailing = months[-terms.trailing_months :]
    mean = Fraction(sum(trailing), terms.trailing_months)
    reached = len(trailing) == terms.trailing_months and min(trailing) >= terms.units_a_month
    return Eligibility(mean, mean >= terms.units_a_month, reached)


def agreement_refusal(agreement: Agreement) -> Refused | None:
    """Why an agreement does not open postpaid, naming what it lacks; None where it is whole."""
    parts = {
        "rates": bool(agreement.rates),
        "estimate": agreement.estimate is not None,
        "provision": agreement.provision is not None,
        "debit_mandate": bool(agreement.debit_mandate),
        "due_days": agreement.due_days is not None,
    }
    lacking = ", ".join(name for name, there in parts.items() if not there)
    return Refused(Refusal.AGREEMENT_INCOMPLETE, {"lacking": lacking}) if lacking else None


def beyond_reserve(consumed: Iterable[Consumption], reserve: int) -> dict[str, int]:
    """The units to invoice, by destination: what was used after the prepaid ``reserve``, in the order of use."""
    invoiced: dict[str, int] = {}
    for each in sorted(consumed, key=lambda each: (each.at, each.destination)):
        covered = min(each.units, reserve)
        reserve -= covered
        if each.units > covered:
            invoiced[each.destination] = invoiced.get(each.destination, 0) + each.units - covered
    return invoiced


def consumption_lines(units: Mapping[str, int], rates: Mapping[str, Rate], default: Rate, vat: Vat) -> list[Line]:
    """One line a destination, at the negotiated rate or else the published default."""
    return [
        line(LineKind.CONSUMPTION, destination, count, rates.get(destination, default), vat)
        for destination, count in sorted(units.items())
    ]


def provision_used(provision: Money, gross: Money) -> Money:
    """How much of a provision a month takes; the rest is left for the next one."""
    return min(provision, gross)


def postpaid_from(section: Section) -> PostpaidTerms:
    """Read from how much use postpaid is open; ``RuleError`` names a key that is missing or wrong."""
    section.only({"units_a_month", "trailing_months", "default_rate"})
    return PostpaidTerms(
        units_a_month=section.count("units_a_month", least=1),
        trailing_months=section.count("trailing_months", least=1),
        default_rate=rate_in(section, "default_rate"),
    )
