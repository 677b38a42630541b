"""The terms on postpaid (special term 1) and on incidents (article 6.2)."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.dated import Entry, dated
from plans.incidents import Incident, invoice_relief, is_wasted, unused_advance
from plans.invoices import LineKind, invoice_of, problems
from plans.money import NOTHING, Rate, total
from plans.postpaid import (
    Agreement,
    Consumption,
    agreement_refusal,
    beyond_reserve,
    consumption_lines,
    eligibility,
    provision_used,
)
from plans.refusals import Refusal, Refused
from tests.terms.shop import CONDITIONS, VAT_20, at, day, euros

TERMS = CONDITIONS.postpaid
FRENCH = {"FR": Rate(45_000)}
AGREEMENT = Agreement(FRENCH, euros("200.00"), euros("100.00"), "RUM-1", 30)
START = at("2026-11-01")


def used(units: int, destination: str = "FR", *, hours: int = 0) -> Consumption:
    return Consumption(START + timedelta(hours=hours), destination, units)


def test_postpaid_is_open_from_three_thousand_a_month() -> None:
    """R35, special term 1: clients who send 3,000 SMS a month."""
    assert TERMS.units_a_month == 3000
    exactly = eligibility([3000, 3000, 3000], TERMS)
    assert (exactly.by_mean, exactly.each_month) == (True, True)
    assert not eligibility([2999, 2999, 2999], TERMS).by_mean


def test_eligibility_is_advice_on_the_mean_of_three_months() -> None:
    """A19: 3,100, 2,900 and 3,050 are 3,016.7 a month: eligible by the mean, not in each month."""
    advice = eligibility([9_999_999, 3100, 2900, 3050], TERMS)
    assert (advice.mean, advice.by_mean, advice.each_month) == (Fraction(9050, 3), True, False)


def test_a_client_of_two_months_has_not_sent_for_three() -> None:
    """A19: a month that was not there counts as none."""
    advice = eligibility([4000, 4000], TERMS)
    assert (advice.by_mean, advice.each_month) == (False, False)


@pytest.mark.parametrize(
    ("agreement", "lacking"),
    [
        (replace(AGREEMENT, rates={}), "rates"),
        (replace(AGREEMENT, estimate=None), "estimate"),
        (replace(AGREEMENT, provision=None), "provision"),
        (replace(AGREEMENT, debit_mandate=None), "debit_mandate"),
        (replace(AGREEMENT, due_days=None, debit_mandate=""), "debit_mandate, due_days"),
    ],
)
def test_an_agreement_must_hold_everything(agreement: Agreement, lacking: str) -> None:
    """R36, special term 1: rates per country, estimate, provision, direct debit, payment date."""
    assert agreement_refusal(AGREEMENT) is None
    assert agreement_refusal(agreement) == Refused(Refusal.AGREEMENT_INCOMPLETE, {"lacking": lacking})


def test_a_month_is_invoiced_by_the_counter_after_the_reserve() -> None:
    """R37, R38, R41, A20: 5,200 FR and 40 BE, 1,000 in reserve: 192.60, tax 38.52, 231.12, less 100.00 = 131.12."""
    units = beyond_reserve([used(5_200), used(40, "BE", hours=1)], reserve=1_000)
    assert units == {"FR": 4_200, "BE": 40}
    lines = consumption_lines(units, FRENCH, TERMS.default_rate, VAT_20)
    assert [(each.label, str(each.net)) for each in lines] == [("BE", "3.60"), ("FR", "189.00")]
    gross = invoice_of(lines).gross
    invoice = invoice_of(lines, provision_used(euros("100.00"), gross))
    assert [str(each) for each in (invoice.net, invoice.tax, invoice.gross, invoice.due)] == [
        "192.60",
        "38.52",
        "231.12",
        "131.12",
    ]
    assert problems(invoice) == ()


def test_the_reserve_covers_what_was_sent_first() -> None:
    """R38, A20: in the order of sending, not of the list; a message may be covered in part."""
    consumed = [used(3, hours=2), used(4, "BE", hours=0), used(3, hours=1)]
    assert beyond_reserve(consumed, reserve=5) == {"FR": 5}
    assert beyond_reserve(consumed, reserve=0) == {"BE": 4, "FR": 6}
    assert beyond_reserve(consumed, reserve=10) == {}


def test_a_provision_takes_no_more_than_the_month_costs() -> None:
    """R36, A20: what is left of it goes on to the next month."""
    assert provision_used(euros("100.00"), euros("60.00")) == euros("60.00")


def test_a_country_without_a_rate_costs_the_published_default() -> None:
    """R41, special term 1: 0.09 before tax."""
    (line,) = consumption_lines({"BE": 100}, FRENCH, TERMS.default_rate, VAT_20)
    assert line.net == euros("9.00")


consumptions = st.lists(
    st.builds(used, st.integers(1, 500), st.sampled_from(["FR", "BE", "RE"]), hours=st.integers(0, 700)), max_size=30
)


@given(data=st.data(), consumed=consumptions, reserve=st.integers(0, 5_000))
def test_the_counter_alone_decides(data: st.DataObject, consumed: list[Consumption], reserve: int) -> None:
    """R39, special term 1: the units alone, each of them once, in whatever order the rows are read."""
    invoiced = beyond_reserve(consumed, reserve)
    counted = sum(each.units for each in consumed)
    assert sum(invoiced.values()) == max(counted - reserve, 0)
    assert beyond_reserve(data.draw(st.permutations(consumed)), reserve) == invoiced


@given(consumed=consumptions)
def test_the_detail_adds_up_to_the_lines(consumed: list[Consumption]) -> None:
    """R40, special term 1: a line of the invoice has the units of its details, and their price."""
    lines = consumption_lines(beyond_reserve(consumed, 0), FRENCH, TERMS.default_rate, VAT_20)
    details = {label: sum(each.units for each in consumed if each.destination == label) for label in ("FR", "BE", "RE")}
    assert {each.label: each.quantity for each in lines} == {key: units for key, units in details.items() if units}
    assert all(each.net == each.unit_price.of(details[each.label]) for each in lines)


def test_a_reassessed_price_is_a_new_agreement_from_its_day() -> None:
    """R42, special term 1: the old one still prices what was used under it."""
    cheaper = replace(AGREEMENT, rates={"FR": Rate(40_000)})
    agreements = dated(
        "agreement", [Entry(day("2026-11-01"), None, AGREEMENT), Entry(day("2027-02-01"), None, cheaper)]
    )
    rates = [agreements.on(day(when)).rates["FR"] for when in ("2027-01-31", "2027-02-01")]
    assert rates == [Rate(45_000), Rate(40_000)]


INCIDENT = Incident("sandbox", at("2026-11-23T10:00"), at("2026-11-23T12:00"))


@pytest.mark.parametrize(
    ("carrier", "handed_over", "delivered", "refunded", "wasted"),
    [
        ("sandbox", "2026-11-23T10:00", False, False, True),
        ("sandbox", "2026-11-23T11:59:59", False, False, True),
        ("sandbox", "2026-11-23T12:00", False, False, False),
        ("sandbox", "2026-11-23T09:59:59", False, False, False),
        ("other", "2026-11-23T11:00", False, False, False),
        ("sandbox", "2026-11-23T11:00", True, False, False),
        ("sandbox", "2026-11-23T11:00", False, True, False),
    ],
)
def test_an_incident_gives_back_what_it_wasted(
    *, carrier: str, handed_over: str, delivered: bool, refunded: bool, wasted: bool
) -> None:
    """R30, A14, article 6.2: through that carrier, in that time, not delivered, and not given back already."""
    found = is_wasted(INCIDENT, carrier, at(handed_over), delivered=delivered, refunded=refunded)
    assert found is wasted


def test_postpaid_units_that_were_wasted_leave_the_last_invoice() -> None:
    """R30, article 6.2: 5,200 units used, 200 of them wasted: 225.00 at 0.045."""
    lines = consumption_lines({"FR": 5_200}, FRENCH, TERMS.default_rate, VAT_20)
    relieved = invoice_of([*lines, invoice_relief(200, FRENCH["FR"], "FR", VAT_20)])
    assert (relieved.net, relieved.lines[-1].kind) == (euros("225.00"), LineKind.INCIDENT)
    assert problems(relieved) == ()


def test_who_leaves_because_nothing_was_credited_gets_unused_advances_back() -> None:
    """R30, article 6.2: of a pack of 1,000 for 50.00, 400 are unused: 20.00."""
    assert unused_advance(euros("50.00"), 1_000, 400) == euros("20.00")
    assert unused_advance(euros("50.00"), 1_000, 0) == NOTHING
    assert total([unused_advance(euros("50.00"), 1_000, 1_000)]) == euros("50.00")
