"""The tax of an invoice in the terms of EN 16931: categories, and one breakdown for each with its rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from plans.invoices import Invoice, TaxGroup
from plans.money import Money, total
from plans.vat import Treatment


class Category(StrEnum):
    """The codes of EN 16931 for why an amount bears the tax that it bears (UNTDID 5305)."""

    STANDARD = "S"
    REVERSE_CHARGE = "AE"
    EXEMPT = "E"
    OUTSIDE = "O"


_OUTSIDE = frozenset({Treatment.OUT_OF_SCOPE, Treatment.INDEMNITY})
_CATEGORIES = {
    Treatment.TAXED: Category.STANDARD,
    Treatment.REVERSE_CHARGE: Category.REVERSE_CHARGE,
    Treatment.NOT_APPLICABLE: Category.EXEMPT,
}
#: Reasons that have a code of their own (CEF list VATEX); the others are told in words.
_REASON_CODES = {Category.REVERSE_CHARGE: "VATEX-EU-AE", Category.OUTSIDE: "VATEX-EU-O"}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The tax of one category and rate."""

    category: Category
    rate: Fraction
    base: Money
    amount: Money
    reason: str | None  # why there is none
    reason_code: str | None


def is_outside(invoice: Invoice) -> bool:
    """Whether nothing in the invoice is within the scope of the tax."""
    return all(each.vat.treatment in _OUTSIDE for each in invoice.tax_groups)


def category_of(treatment: Treatment, invoice: Invoice) -> Category:
    """The category of a treatment in this invoice.

    What is outside the scope stands alone in an electronic invoice (EN 16931, BR-O-11 to 14); beside anything else it
    is written as exempt, with its own reason.
    """
    if treatment in _OUTSIDE:
        return Category.OUTSIDE if is_outside(invoice) else Category.EXEMPT
    return _CATEGORIES[treatment]


def breakdowns(invoice: Invoice, explanations: Mapping[Treatment, str]) -> tuple[Breakdown, ...]:
    """One breakdown for each category and rate: treatments that share both are told together (BR-E-1, BR-O-1)."""
    groups: dict[tuple[Category, Fraction], list[TaxGroup]] = {}
    for each in invoice.tax_groups:
        groups.setdefault((category_of(each.vat.treatment, invoice), each.vat.rate), []).append(each)
    return tuple(_breakdown(category, rate, each, explanations) for (category, rate), each in groups.items())


def _breakdown(
    category: Category, rate: Fraction, groups: list[TaxGroup], explanations: Mapping[Treatment, str]
) -> Breakdown:
    reasons = [explanations[each.vat.treatment] for each in groups if each.vat.treatment in explanations]
    return Breakdown(
        category=category,
        rate=rate,
        base=total(each.base for each in groups),
        amount=total(each.amount for each in groups),
        reason=" ".join(reasons) or None,
        reason_code=_REASON_CODES.get(category),
    )
