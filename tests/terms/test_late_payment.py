"""The terms on late payment (article 5.3): penalties, the flat fee, and what stops when."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.arrears import declined, paid
from plans.changes import cancel, change
from plans.dated import NotInForce
from plans.invoices import LineKind, invoice_of, sum_line
from plans.late import (
    LateCharges,
    days_late,
    late_charges,
    penalty_rate,
    price_after_discount,
    suspended_from,
    suspends_orders,
    suspends_service,
)
from plans.money import NOTHING, Money
from plans.prices import Formula
from plans.refusals import Refusal, Refused
from plans.subscription import Ended, Pause, PeriodStarted, RetryDue, State, Subscription, Suspended, pause
from plans.vat import INDEMNITY
from tests.terms.shop import CONDITIONS, LEGAL, MONTH, PRICES, at, day, done, euros, happened, paying, until

TERMS = CONDITIONS.payment
FLAT = LEGAL.recovery_fee.on(day("2026-06-01"))
RATE = penalty_rate(day("2026-06-01"), LEGAL.interest, TERMS)


def owed(gross: str, days: int, proven: Money = NOTHING) -> LateCharges | None:
    return late_charges(euros(gross), days, RATE, FLAT, proven)


def test_the_penalty_is_three_times_the_legal_rate_of_the_invoice_date() -> None:
    """R43, article 5.3: 2.62 % in the first half of 2026 makes 7.86 % a year, whenever the money comes."""
    assert Fraction("0.0786") == RATE


def test_a_half_year_without_a_legal_rate_is_an_error_that_names_it() -> None:
    """R43: the second half of 2026 has to be filled in; no penalty is guessed."""
    with pytest.raises(NotInForce, match="the legal interest rate has no entry for 2026-07-01"):
        penalty_rate(day("2026-07-01"), LEGAL.interest, TERMS)


@pytest.mark.parametrize(
    ("gross", "days", "penalty"), [("478.80", 17, "1.75"), ("9.59", 1, "0.00"), ("100.00", 365, "7.86")]
)
def test_the_penalty_runs_by_days_on_the_amount_with_tax(gross: str, days: int, penalty: str) -> None:
    """R43, R44, A26: 478.80 for 17 days is 1.75, 9.59 for a day is 0.00; each with 40.00 on top."""
    assert owed(gross, days) == LateCharges(euros(penalty), euros("40.00"))


def test_proven_costs_above_the_flat_fee_take_its_place() -> None:
    """R44, article 5.3: more than 40.00 only where it is proven."""
    assert [owed("9.59", 1, euros(costs)) for costs in ("39.99", "62.50")] == [
        LateCharges(euros("0.00"), euros("40.00")),
        LateCharges(euros("0.00"), euros("62.50")),
    ]


def test_penalties_run_from_the_day_after_the_payment_date() -> None:
    """R49, article 5.3: without a reminder; on the payment date itself nothing is owed."""
    due = day("2026-06-10")
    assert [days_late(due, day(today)) for today in ("2026-06-01", "2026-06-10", "2026-06-11")] == [0, 0, 1]
    assert owed("9.59", days_late(due, due)) is None


def test_penalties_bear_no_tax() -> None:
    """A26: 1.75 and 40.00 are indemnities: 41.75 to pay."""
    charges = owed("478.80", 17)
    assert charges is not None
    invoice = invoice_of(
        [
            sum_line(LineKind.PENALTY, "F-2026-1", charges.penalty, INDEMNITY),
            sum_line(LineKind.RECOVERY_FEE, "F-2026-1", charges.recovery_fee, INDEMNITY),
        ]
    )
    assert (invoice.tax, invoice.due) == (NOTHING, euros("41.75"))


@given(cents=st.integers(0, 10**8), days=st.integers(1, 3650))
def test_a_penalty_never_shrinks_with_time(cents: int, days: int) -> None:
    """R43: a day more costs the same or more."""
    today, tomorrow = (late_charges(Money(cents), each, RATE, FLAT, NOTHING) for each in (days, days + 1))
    assert today is not None
    assert tomorrow is not None
    assert NOTHING <= today.penalty <= tomorrow.penalty


def test_one_day_late_stops_other_orders() -> None:
    """R45, article 5.3: any lateness, at once."""
    assert [suspends_orders(day("2026-12-10"), day(today)) for today in ("2026-12-10", "2026-12-11")] == [False, True]


def test_more_than_thirty_days_late_may_stop_the_service() -> None:
    """R46, A25, article 5.3: due 10 December 2026, 9 January is day 30 and still on, 10 January is not."""
    due = day("2026-12-10")
    assert [suspends_service(due, day(today), TERMS) for today in ("2027-01-09", "2027-01-10")] == [False, True]
    assert suspended_from(due, TERMS) == day("2027-01-10")


def test_a_late_payer_loses_its_discount() -> None:
    """R47, article 5.3: 10 % off 19.99 is 17.99, and 19.99 again when a payment is late."""
    prices = [price_after_discount(euros("19.99"), Fraction(1, 10), late=late) for late in (False, True)]
    assert prices == [euros("17.99"), euros("19.99")]


def unpaid(*, hopeless: bool = False) -> Subscription:
    """SOLO, paid in November and declined on 10 December."""
    first, _ = paid(paying("SOLO", "2026-11-10"), at("2026-11-10"), PRICES)
    renewed, _ = until(first, "2026-12-10")
    return declined(renewed, day("2026-12-10"), at("2026-12-10T06:00"), hopeless=hopeless)


def test_a_declined_renewal_goes_on_until_it_is_thirty_days_late() -> None:
    """A6, R46, A25: reminders run to 9 January, retries after 1, 3, 7, 14 and 21 days; it stops on the 10th."""
    late, events = until(unpaid(), "2027-01-09T23:59:59")
    assert [type(each) for each in events] == [RetryDue] * 5
    assert (late.state, pause(late)) == (State.PAST_DUE, None)
    suspended, (stopped,) = until(late, "2027-12-31")
    assert stopped == Suspended(at("2027-01-10"))
    assert (suspended.state, pause(suspended)) == (State.PAST_DUE, Pause.PAYMENT_LATE)


def test_a_hard_decline_is_not_tried_again() -> None:
    """A6: where the bank says that it is of no use; another decline later does not make it useful."""
    again = declined(unpaid(hopeless=True), day("2026-12-12"), at("2026-12-12"), hopeless=False)
    assert again == unpaid(hopeless=True)
    assert until(again, "2027-12-31")[1] == (Suspended(at("2027-01-10")),)


def test_no_period_is_invoiced_while_payment_is_late() -> None:
    """R46: what is not served is not sold; only the open invoice is owed."""
    assert not [each for each in until(unpaid(), "2028-12-31")[1] if isinstance(each, PeriodStarted)]


def test_who_pays_within_the_period_goes_on_as_before() -> None:
    """R45, R46: the next period begins on its day, 10 January."""
    settled, events = paid(until(unpaid(), "2026-12-20")[0], at("2026-12-20"), PRICES)
    assert events == ()
    (renewed,) = until(settled, "2027-01-10")[1]
    assert renewed.at == at("2027-01-10")


def test_who_pays_as_the_period_ends_keeps_the_anchor() -> None:
    """R46, A7: paid at midnight of 28 February, the next periods begin on that day and on 31 March."""
    began = paying("SOLO", "2027-01-31")
    late = declined(began, day("2027-01-31"), at("2027-01-31T06:00"), hopeless=True)
    settled, events = paid(late, at("2027-02-28"), PRICES)
    assert events == ()
    assert [event.at for event in until(settled, "2027-03-31")[1]] == [at("2027-02-28"), at("2027-03-31")]


def test_who_pays_after_the_period_begins_a_new_one_that_day() -> None:
    """R46: the days without service cost nothing; paid on 20 January, periods count from there."""
    suspended, _ = until(unpaid(), "2027-01-20")
    settled, (renewed,) = paid(suspended, at("2027-01-20T09:00"), PRICES)
    assert isinstance(renewed, PeriodStarted)
    assert (renewed.period.start, renewed.period.end) == (day("2027-01-20"), day("2027-02-20"))
    assert (settled.state, pause(settled)) == (State.ACTIVE, None)


def test_a_late_payer_cannot_change_but_can_leave() -> None:
    """R45: a change is an order; leaving is not, and ends with the period."""
    business = Formula("BUSINESS", MONTH)
    assert change(unpaid(), business, at("2026-12-20"), PRICES) == Refused(Refusal.LATE_PAYMENT)
    ended, events = until(done(cancel(unpaid(), at("2026-12-20"))), "2027-12-31")
    assert events[-1] == Ended(at("2027-01-10"))
    assert ended.state is State.ENDED


def test_who_leaves_after_the_last_paid_day_leaves_at_once() -> None:
    """R46: no period is in hand any more."""
    suspended, _ = until(unpaid(), "2027-02-01")
    assert happened(cancel(suspended, at("2027-02-01"))) == (Ended(at("2027-02-01")),)
