"""What rows keep of values reads back the same."""

import json
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.stored import from_stored, to_stored
from plans.arrears import declined
from plans.changes import change
from plans.invoices import Invoice, LineKind, invoice_of, line
from plans.money import Money, Rate
from plans.periods import Period
from plans.prices import Formula
from plans.subscription import Subscription
from tests.terms.shop import MONTH, PRICES, VAT_20, YEAR, at, day, done, paying


@given(since=st.dates(day("2024-01-01"), day("2040-12-31")))
def test_a_subscription_in_every_kind_of_trouble_reads_back_the_same(since: date) -> None:
    begun = paying("SOLO", f"{since}", MONTH)
    changed = done(change(begun, Formula("BUSINESS", YEAR), begun.ends_at - timedelta(days=2), PRICES))
    late = declined(changed, day("2026-11-10"), at("2026-11-10"), hopeless=False)
    for each in (begun, changed, late):
        assert from_stored(Subscription, json.loads(json.dumps(to_stored(each)))) == each


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_an_invoice_reads_back_the_same(quantity: int, micros: int) -> None:
    sold = line(
        LineKind.PACK, "PACK", quantity, Rate(micros), VAT_20, period=Period(day("2026-11-23"), day("2027-11-23"))
    )
    invoice = invoice_of([sold], Money(5))
    assert from_stored(Invoice, json.loads(json.dumps(to_stored(invoice)))) == invoice
