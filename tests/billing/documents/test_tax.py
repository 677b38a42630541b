"""The tax of an invoice in the categories of EN 16931."""

import pytest

from gateway.billing.documents.tax import Breakdown, Category, breakdowns, category_of
from plans.invoices import Invoice, LineKind, invoice_of, sum_line
from plans.money import Money
from plans.vat import INDEMNITY, Treatment, Vat
from tests.billing.documents.sample import ABROAD, FULL, GUYANE, ISLANDS, REVERSE

WHY = {treatment: f"{treatment}." for treatment in set(Treatment) - {Treatment.TAXED}}


def invoice_with(*vats: Vat) -> Invoice:
    return invoice_of([sum_line(LineKind.FEE, "", Money(10_000), vat) for vat in vats])


@pytest.mark.parametrize(
    ("vat", "category"),
    [
        (FULL, Category.STANDARD),
        (ISLANDS, Category.STANDARD),
        (GUYANE, Category.EXEMPT),
        (REVERSE, Category.REVERSE_CHARGE),
        (ABROAD, Category.OUTSIDE),
        (INDEMNITY, Category.OUTSIDE),
    ],
)
def test_each_treatment_has_its_category(vat: Vat, category: Category) -> None:
    assert category_of(vat.treatment, invoice_with(vat)) is category


def test_what_is_outside_the_scope_is_written_as_exempt_beside_anything_else() -> None:
    """EN 16931 lets category O stand only alone (BR-O-11 to 14)."""
    assert category_of(Treatment.INDEMNITY, invoice_with(FULL, INDEMNITY)) is Category.EXEMPT


def test_each_rate_has_its_breakdown() -> None:
    told = breakdowns(invoice_with(FULL, ISLANDS, FULL), WHY)
    assert [(each.base, each.amount, each.reason) for each in told] == [
        (Money(20_000), Money(4_000), None),
        (Money(10_000), Money(850), None),
    ]


def test_treatments_that_share_a_category_share_a_breakdown_with_both_reasons() -> None:
    """EN 16931 wants exactly one breakdown of exempt amounts (BR-E-1)."""
    invoice = invoice_with(GUYANE, INDEMNITY)
    told = breakdowns(invoice, WHY)
    assert told == (
        Breakdown(Category.EXEMPT, GUYANE.rate, Money(20_000), Money(0), "not_applicable. indemnity.", None),
    )


def test_reverse_charge_and_what_is_outside_have_reason_codes() -> None:
    codes = [breakdowns(invoice_with(vat), WHY)[0].reason_code for vat in (REVERSE, ABROAD)]
    assert codes == ["VATEX-EU-AE", "VATEX-EU-O"]
