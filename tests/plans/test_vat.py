"""The laws of tax: inside or on top of an amount, and which amounts no net price reaches."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.checked import RuleError, Section
from plans.money import Money
from plans.vat import INDEMNITY, Treatment, Vat, net_inside, vat_rules_from

VAT_20 = Vat(Treatment.TAXED, Fraction(20, 100))
rates = st.sampled_from([Fraction(20, 100), Fraction(85, 1000), Fraction(0), Fraction(21, 1000), Fraction(55, 1000)])


@given(cents=st.integers(0, 10**8), rate=rates)
def test_what_tax_puts_on_comes_off_again(cents: int, rate: Fraction) -> None:
    net = Money(cents)
    assert net_inside(net + Vat(Treatment.TAXED, rate).on(net), rate) == net


@given(cents=st.integers(0, 10**6), rate=rates)
def test_an_unreachable_price_has_no_net_near_it(cents: int, rate: Fraction) -> None:
    """Told from every candidate within 2 cents, not from the one that is computed."""
    gross = Money(cents)
    guess = int(cents / (1 + rate))
    reaching = [net for net in range(guess - 2, guess + 3) if Money(net) + Money(net).times(rate) == gross]
    found = net_inside(gross, rate)
    assert ([found.cents] if found else []) == reaching


def test_one_price_in_six_is_unreachable_at_twenty_percent() -> None:
    unreachable = [cents for cents in range(6000) if net_inside(Money(cents), VAT_20.rate) is None]
    assert len(unreachable) == 1000


def test_an_indemnity_bears_no_tax() -> None:
    assert INDEMNITY.on(Money(4000)) == Money(0)


def document(**changes: object) -> Section:
    rate = {"territories": ["FR"], "percent": "20", "since": date(2014, 1, 1)}
    return Section({"home": "FR", "union": ["DE"], "rate": [rate]} | changes, "vat")


def test_a_home_without_a_rate_is_refused() -> None:
    with pytest.raises(RuleError, match=r"vat\.home: BE has no rate"):
        vat_rules_from(document(home="BE"))
