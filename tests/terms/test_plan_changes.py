"""The terms on changing and leaving a formula (special term 6): pro rata on the next invoice, no refund."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.changes import cancel, change, switch_to_year
from plans.invoices import LineKind
from plans.money import NOTHING, Money, total
from plans.periods import Interval, Period, period_from
from plans.prices import Formula
from plans.proration import Change
from plans.refusals import Refusal, Refused
from plans.subscription import ChangeInvoiced, Ended, FormulaChanged, State
from tests.terms.shop import (
    CATALOGUE,
    MONTH,
    PRICES,
    YEAR,
    at,
    day,
    done,
    euros,
    happened,
    invoices,
    paying,
    trial,
    until,
)

TIERS = {name: history.on(day("2026-11-23")) for name, history in CATALOGUE.tiers.items()}
SOLO, BUSINESS, ENTERPRISE = (Formula(name, MONTH) for name in TIERS)


def pro_rata(old: str, new: str, when: str, period: tuple[str, str], interval: Interval = MONTH) -> Money:
    prices = TIERS[old].price(interval), TIERS[new].price(interval)
    return Change(day(when), old, new, *prices, Period(day(period[0]), day(period[1]))).amount


@pytest.mark.parametrize(
    ("old", "new", "when", "period", "share", "amount"),
    [
        ("SOLO", "BUSINESS", "2026-11-25", ("2026-11-10", "2026-12-10"), (15, 30), "6.00"),
        ("SOLO", "BUSINESS", "2026-12-25", ("2026-12-10", "2027-01-10"), (16, 31), "6.19"),
        ("SOLO", "ENTERPRISE", "2027-02-15", ("2027-01-31", "2027-02-28"), (13, 28), "14.86"),
        ("SOLO", "ENTERPRISE", "2028-02-15", ("2028-01-31", "2028-02-29"), (14, 29), "15.45"),
        ("BUSINESS", "ENTERPRISE", "2026-12-09", ("2026-11-10", "2026-12-10"), (1, 30), "0.67"),
        ("SOLO", "BUSINESS", "2027-03-28", ("2027-03-10", "2027-04-10"), (13, 31), "5.03"),  # 743 hours
        ("SOLO", "BUSINESS", "2026-11-20", ("2026-11-10", "2026-12-10"), (20, 30), "8.00"),
        ("BUSINESS", "ENTERPRISE", "2026-11-30", ("2026-11-10", "2026-12-10"), (10, 30), "6.67"),
    ],
)
def test_the_pro_rata_of_a_month_counts_days(
    *, old: str, new: str, when: str, period: tuple[str, str], share: tuple[int, int], amount: str
) -> None:
    """R12, A8, special term 6: the difference for the days that remain, the day of the change among them."""
    whole = Period(day(period[0]), day(period[1]))
    assert (whole.remaining(day(when)), whole.days) == share
    assert pro_rata(old, new, when, period) == euros(amount)


@pytest.mark.parametrize(
    ("old", "new", "when", "period", "amount"),
    [
        ("SOLO", "BUSINESS", "2027-03-01", ("2026-11-23", "2027-11-23"), "84.12"),
        ("SOLO", "BUSINESS", "2028-03-01", ("2027-11-23", "2028-11-23"), "83.89"),
        ("BUSINESS", "ENTERPRISE", "2028-08-31", ("2028-02-29", "2029-02-28"), "94.22"),
    ],
)
def test_the_pro_rata_of_a_year_counts_days(
    old: str, new: str, when: str, period: tuple[str, str], amount: str
) -> None:
    """R12, A8: 267/365, 267/366 in a leap year, 181/365."""
    assert pro_rata(old, new, when, period, YEAR) == euros(amount)


def test_the_pro_rata_is_on_the_next_invoice() -> None:
    """R11, R12, A8: BUSINESS in place of SOLO on 25 November: at once, and 19.99 + 6.00 on 10 December."""
    changed = change(paying("SOLO", "2026-11-10"), BUSINESS, at("2026-11-25T15:00"), PRICES)
    assert happened(changed) == (FormulaChanged(at("2026-11-25T15:00"), SOLO, BUSINESS),)
    ((invoiced_at, invoice),) = invoices(until(done(changed), "2026-12-31")[1])
    assert (invoiced_at, invoice.net) == (at("2026-12-10"), euros("25.99"))
    assert [(each.kind, str(each.net)) for each in invoice.lines] == [
        (LineKind.SUBSCRIPTION, "19.99"),
        (LineKind.PRO_RATA_OLD, "-4.00"),
        (LineKind.PRO_RATA_NEW, "10.00"),
    ]


def test_two_lines_that_were_rounded_apart_would_be_a_cent_off_in_808_cases() -> None:
    """A8: of 2,565 pairs of formulas, lengths of period and days; the lines that are shown always add up."""
    lengths = [(MONTH, days) for days in (28, 29, 30, 31)] + [(YEAR, days) for days in (365, 366)]
    pairs = [("SOLO", "BUSINESS"), ("SOLO", "ENTERPRISE"), ("BUSINESS", "ENTERPRISE")]
    start, off, cases = day("2026-01-01"), 0, 0
    for interval, days in lengths:
        period = Period(start, start.fromordinal(start.toordinal() + days))
        for old, new in pairs:
            for gone in range(days + 1):
                when = start.fromordinal(start.toordinal() + gone)
                made = Change(when, old, new, TIERS[old].price(interval), TIERS[new].price(interval), period)
                alone = Change(when, old, old, NOTHING, TIERS[old].price(interval), period).amount
                cases += 1
                off += made.shown[1] - alone != made.amount
                assert total(made.shown) == made.amount
    assert (off, cases) == (808, 2565)


def test_every_change_costs_its_own_days_alone() -> None:
    """A8: BUSINESS on 20 November and ENTERPRISE on the 30th: 8.00 + 6.67, nothing is prorated again."""
    business = done(change(paying("SOLO", "2026-11-10"), BUSINESS, at("2026-11-20"), PRICES))
    enterprise = done(change(business, ENTERPRISE, at("2026-11-30"), PRICES))
    assert [str(each.amount) for each in enterprise.changes] == ["8.00", "6.67"]
    ((_, invoice),) = invoices(until(enterprise, "2026-12-10")[1])
    assert invoice.net == euros("54.66")


@given(gone=st.integers(0, 29), anchor=st.dates(day("2026-01-01"), day("2030-01-01")))
def test_steps_of_one_day_cost_what_the_whole_way_costs(gone: int, anchor: object) -> None:
    """A8: SOLO to BUSINESS to ENTERPRISE on one day is SOLO to ENTERPRISE, to the cent."""
    began = paying("SOLO", str(anchor))
    period = began.period
    assert period is not None
    when = at(str(period.start.fromordinal(period.start.toordinal() + min(gone, period.days - 1))) + "T15:00")
    direct = done(change(began, ENTERPRISE, when, PRICES))
    steps = done(change(done(change(began, BUSINESS, when, PRICES)), ENTERPRISE, when, PRICES))
    assert steps.changes == direct.changes


def test_a_change_and_a_cancellation_end_with_a_closing_invoice() -> None:
    """A15: SOLO 10 November, BUSINESS the 11th (29/30), cancelled the 12th: 11.60 + 2.32 = 13.92 on 10 December."""
    business = done(change(paying("SOLO", "2026-11-10"), BUSINESS, at("2026-11-11"), PRICES))
    ended, events = until(done(cancel(business, at("2026-11-12"))), "2027-12-31")
    ((closed_at, invoice),) = invoices(events)
    assert closed_at == at("2026-12-10")
    assert (invoice.net, invoice.tax, invoice.gross) == (euros("11.60"), euros("2.32"), euros("13.92"))
    assert (ended.state, ended.changes) == (State.ENDED, ())


def test_the_pro_rata_of_a_year_waits_for_the_next_year() -> None:
    """A16: annual SOLO 23 November 2026, ENTERPRISE next day: 304.16; then 380.00 + 304.16 = 684.16 (820.99)."""
    changed = done(change(paying("SOLO", "2026-11-23", YEAR), Formula("ENTERPRISE", YEAR), at("2026-11-24"), PRICES))
    assert [str(each.amount) for each in changed.changes] == ["304.16"]
    ((invoiced_at, invoice),) = invoices(until(changed, "2027-11-23")[1])
    assert (invoiced_at, invoice.net, invoice.gross) == (at("2027-11-23"), euros("684.16"), euros("820.99"))


@pytest.mark.parametrize(("above", "now"), [("304.15", ["304.16"]), ("304.16", [])])
def test_a_high_pro_rata_may_be_invoiced_at_once(above: str, now: list[str]) -> None:
    """A16: the option "invoice now above" takes it off the next invoice."""
    annual, wanted = paying("SOLO", "2026-11-23", YEAR), Formula("ENTERPRISE", YEAR)
    changed = change(annual, wanted, at("2026-11-24"), PRICES, invoice_above=euros(above))
    assert [str(each.change.amount) for each in happened(changed) if isinstance(each, ChangeInvoiced)] == now
    assert [str(invoice.net) for _, invoice in invoices(happened(changed))] == now
    ((_, renewed),) = invoices(until(done(changed), "2027-11-23")[1])
    assert renewed.net == (euros("380.00") if now else euros("684.16"))


def test_a_smaller_formula_waits_for_the_end_of_the_period() -> None:
    """A17, R13: SOLO to BUSINESS on the 20th (8.00), SOLO asked on the 25th: 7.99 + 8.00 = 15.99, 19.19 with tax."""
    business = done(change(paying("SOLO", "2026-11-10"), BUSINESS, at("2026-11-20"), PRICES))
    asked = done(change(business, SOLO, at("2026-11-25"), PRICES))
    assert asked.ordered.formula == BUSINESS
    after, events = until(asked, "2026-12-10")
    ((_, invoice),) = invoices(events)
    assert (invoice.net, invoice.gross) == (euros("15.99"), euros("19.19"))
    assert events[0] == FormulaChanged(at("2026-12-10"), BUSINESS, SOLO)
    assert after.ordered.formula == SOLO


def test_a_later_upgrade_forgets_the_smaller_formula() -> None:
    """A17: BUSINESS, SOLO scheduled, then ENTERPRISE: nothing is scheduled any more."""
    asked = done(change(paying("BUSINESS", "2026-11-10"), SOLO, at("2026-11-15"), PRICES))
    upgraded = done(change(asked, ENTERPRISE, at("2026-11-20"), PRICES))
    assert (upgraded.ordered.formula, upgraded.scheduled) == (ENTERPRISE, None)


def test_asking_for_the_formula_in_force_forgets_what_was_scheduled() -> None:
    """A17, R11: a client who stays asks for what there is; a second time there is nothing to do."""
    asked = done(change(paying("BUSINESS", "2026-11-10"), SOLO, at("2026-11-15"), PRICES))
    stays = done(change(asked, BUSINESS, at("2026-11-16"), PRICES))
    assert stays == paying("BUSINESS", "2026-11-10")
    assert change(stays, BUSINESS, at("2026-11-17"), PRICES) == Refused(Refusal.SAME_FORMULA)


@given(gone=st.integers(0, 29), names=st.tuples(st.sampled_from(list(TIERS)), st.sampled_from(list(TIERS))))
def test_no_pro_rata_is_ever_paid_out(gone: int, names: tuple[str, str]) -> None:
    """R13, special term 6: whatever the prices, a change costs nothing or more."""
    period = period_from(day("2026-11-10"), 0, MONTH)
    when = period.start.fromordinal(period.start.toordinal() + gone)
    made = Change(when, *names, TIERS[names[0]].month, TIERS[names[1]].month, period)
    assert made.amount >= NOTHING
    assert total(made.shown) == made.amount


def test_month_to_year_waits_for_the_next_anchor() -> None:
    """A18: BUSINESS by month, the year asked on 25 November: 190.00 on 10 December, no pro rata."""
    asked = done(change(paying("BUSINESS", "2026-11-10"), Formula("BUSINESS", YEAR), at("2026-11-25"), PRICES))
    after, events = until(asked, "2026-12-10")
    ((_, invoice),) = invoices(events)
    assert invoice.net == euros("190.00")
    assert after.period == Period(day("2026-12-10"), day("2027-12-10"))


def test_month_to_year_at_once_takes_off_what_is_unused() -> None:
    """A18: BUSINESS 10 November to 10 December, switched on 25 November: 190.00 - 10.00 = 180.00, 216.00 with tax."""
    switched = switch_to_year(paying("BUSINESS", "2026-11-10"), at("2026-11-25"), PRICES)
    ((invoiced_at, invoice),) = invoices(happened(switched))
    assert (invoiced_at, invoice.net, invoice.gross) == (at("2026-11-25"), euros("180.00"), euros("216.00"))
    assert done(switched).period == Period(day("2026-11-25"), day("2027-11-25"))


def test_an_upgrade_before_the_switch_is_paid_with_it() -> None:
    """A18, A8: SOLO 10 November, BUSINESS and the year on the 25th: 190.00 + 6.00 - 10.00 = 186.00."""
    business = done(change(paying("SOLO", "2026-11-10"), BUSINESS, at("2026-11-25"), PRICES))
    ((_, invoice),) = invoices(happened(switch_to_year(business, at("2026-11-25"), PRICES)))
    assert invoice.net == euros("186.00")


def test_only_a_paid_month_is_replaced_at_once() -> None:
    """A18: a year already runs, or a trial has paid nothing."""
    yearly = paying("SOLO", "2026-11-10", YEAR)
    business = done(change(yearly, Formula("BUSINESS", MONTH), at("2026-11-15"), PRICES))
    assert switch_to_year(business, at("2026-11-25"), PRICES) == Refused(Refusal.NOT_MONTHLY)
    assert switch_to_year(yearly, at("2026-11-25"), PRICES) == Refused(Refusal.SAME_FORMULA)
    assert switch_to_year(trial("SOLO", "2026-11-10"), at("2026-11-25"), PRICES) == Refused(Refusal.NOT_MONTHLY)


def test_year_to_month_waits_for_the_end_of_the_commitment() -> None:
    """A18: an annual SOLO of 10 November 2026 becomes monthly on 10 November 2027."""
    asked = done(change(paying("SOLO", "2026-11-10", YEAR), SOLO, at("2026-11-25"), PRICES))
    after, events = until(asked, "2027-11-10")
    assert [(when, str(invoice.net)) for when, invoice in invoices(events)] == [(at("2027-11-10"), "7.99")]
    assert after.period == Period(day("2027-11-10"), day("2027-12-10"))


def test_a_larger_tier_comes_at_once_and_its_other_interval_at_the_end() -> None:
    """A18, A8: SOLO by month to BUSINESS by year: 6.00 pro rata now counted, 190.00 from 10 December."""
    asked = done(change(paying("SOLO", "2026-11-10"), Formula("BUSINESS", YEAR), at("2026-11-25"), PRICES))
    assert asked.ordered.formula == BUSINESS
    ((_, invoice),) = invoices(until(asked, "2026-12-10")[1])
    assert invoice.net == euros("196.00")


def test_cancelling_refunds_nothing_and_lasts_to_the_end_of_the_period() -> None:
    """R13, special term 6: what was paid runs out, and no more invoice follows."""
    cancelled = done(cancel(paying("BUSINESS", "2026-11-10"), at("2026-11-12")))
    assert until(cancelled, "2027-12-31")[1] == (Ended(at("2026-12-10")),)


def test_a_year_that_is_cancelled_runs_to_the_end_of_its_commitment() -> None:
    """R2, R13: the commitment is 12 months."""
    cancelled = done(cancel(paying("SOLO", "2026-11-23", YEAR), at("2026-11-25")))
    assert until(cancelled, "2028-12-31")[1] == (Ended(at("2027-11-23")),)


def test_what_is_cancelled_cannot_be_changed() -> None:
    """R11, R13: not by another formula, a switch or a second cancellation, before its end or after."""
    cancelled = done(cancel(paying("SOLO", "2026-11-10"), at("2026-11-12")))
    for over in (cancelled, until(cancelled, "2027-01-01")[0]):
        refused = Refused(Refusal.SUBSCRIPTION_ENDING)
        assert change(over, BUSINESS, at("2026-11-13"), PRICES) == refused
        assert switch_to_year(over, at("2026-11-13"), PRICES) == refused
        assert cancel(over, at("2026-11-13")) == refused


@pytest.mark.parametrize(
    ("since", "interval", "starts"),
    [
        ("2027-01-31", MONTH, ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
        ("2028-01-31", MONTH, ["2028-02-29", "2028-03-31"]),
        ("2028-02-29", YEAR, ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
    ],
)
def test_a_month_end_comes_back(since: str, interval: Interval, starts: list[str]) -> None:
    """A7: the day of the anchor, or the last one of a month that lacks it; never counted from the day before."""
    _, events = until(paying("SOLO", since, interval), starts[-1])
    assert [when for when, _ in invoices(events)] == [at(start) for start in starts]


def test_a_change_of_interval_keeps_the_anchor() -> None:
    """A7, A18: by month from 31 January 2027, by year from 28 February: the year ends on 29 February 2028."""
    asked = done(change(paying("SOLO", "2027-01-31"), Formula("SOLO", YEAR), at("2027-02-10"), PRICES))
    assert until(asked, "2027-02-28")[0].period == Period(day("2027-02-28"), day("2028-02-29"))
