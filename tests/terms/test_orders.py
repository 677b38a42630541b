"""The terms on orders (articles 1, 2, 5, 7, special term 2): who may order, when it is usable, who may withdraw."""

from dataclasses import replace

import pytest

from plans.catalogue import Pack
from plans.destinations import Rates, part_price
from plans.invoices import invoice_of
from plans.lots import Draw, Lot, draw
from plans.orders import (
    AdvanceUse,
    Payment,
    PaymentMeans,
    Standing,
    order_refusal,
    sub_account_refusal,
    usable_from,
)
from plans.postpaid import consumption_lines
from plans.refusals import Refusal, Refused
from plans.withdrawal import Circumstances, cancellation_refusal, withdrawal_end
from plans.words import LotKind, Origin
from tests.terms.shop import CATALOGUE, CONDITIONS, VAT_20, at, day, euros

IN_ORDER = Standing(accepted_terms="2023-09-27", current_terms="2023-09-27", late=False, blocked=False)
ACCEPTED, RECEIVED = at("2026-11-23T10:00"), at("2026-11-26T09:00")
SIGNED_OUTSIDE = Circumstances(
    day("2026-11-23"), online=False, off_premises=True, main_activity=False, staff=5, executed=False
)


def test_the_means_of_payment_are_four() -> None:
    """R29, article 5.1, special term 2: card, PayPal, transfer, cheque."""
    assert [str(means) for means in PaymentMeans] == ["card", "paypal", "transfer", "cheque"]


def test_a_card_makes_units_usable_at_once() -> None:
    """R25, special term 2: at the transaction, days before the money is there."""
    assert usable_from(Payment(PaymentMeans.CARD, ACCEPTED, RECEIVED)) == ACCEPTED
    assert usable_from(Payment(PaymentMeans.CARD)) is None


@pytest.mark.parametrize("means", [PaymentMeans.PAYPAL, PaymentMeans.TRANSFER, PaymentMeans.CHEQUE])
def test_any_other_means_waits_for_the_money(means: PaymentMeans) -> None:
    """R26, special term 2: usable when it is on the company's account, however early it was promised."""
    assert usable_from(Payment(means, accepted_at=ACCEPTED)) is None
    assert usable_from(Payment(means, ACCEPTED, RECEIVED)) == RECEIVED


def test_units_before_the_money_need_an_agreement_and_a_signature() -> None:
    """R27, special term 2: both, and then from the later of the two."""
    unpaid = Payment(PaymentMeans.TRANSFER)
    agreed, signed = at("2026-11-24"), at("2026-11-25")
    assert usable_from(unpaid, AdvanceUse(agreed, None)) is None
    assert usable_from(unpaid, AdvanceUse(None, signed)) is None
    assert usable_from(unpaid, AdvanceUse(agreed, signed)) == signed
    assert usable_from(replace(unpaid, received_at=at("2026-11-24T12:00")), AdvanceUse(agreed, signed)) == at(
        "2026-11-24T12:00"
    )


def test_an_order_needs_the_terms_in_force_to_be_accepted() -> None:
    """Article 1: the version of the order day; an older acceptance does not do."""
    assert order_refusal(IN_ORDER) is None
    for version in (None, "2022-01-01"):
        refusal = order_refusal(replace(IN_ORDER, accepted_terms=version))
        assert refusal == Refused(Refusal.TERMS_NOT_ACCEPTED)


def test_a_late_payment_stops_other_orders() -> None:
    """R45, article 5.3: at once, whatever else is in order."""
    assert order_refusal(replace(IN_ORDER, late=True)) == Refused(Refusal.LATE_PAYMENT)


def test_a_problem_of_the_account_stops_orders_until_it_is_solved() -> None:
    """R48, article 5.1: non-payment, wrong information or another problem."""
    assert order_refusal(replace(IN_ORDER, blocked=True)) == Refused(Refusal.ACCOUNT_PROBLEM)


def test_a_sub_account_reaches_what_its_parent_ordered_and_paid() -> None:
    """R31, article 2: and nothing else."""
    assert sub_account_refusal("reminders", {"reminders", "routing"}) is None
    assert sub_account_refusal("reminders", {"routing"}) == Refused(Refusal.NOT_ORDERED)


def test_an_account_that_sends_nothing_costs_nothing() -> None:
    """R28, special term 2: an account is free apart from its SMS: no use, no line."""
    assert consumption_lines({}, {}, CONDITIONS.postpaid.default_rate, VAT_20) == []
    assert invoice_of([]).gross == euros("0.00")


def test_email_to_sms_costs_what_any_message_costs() -> None:
    """R32, special term 5: included in every pack; the price of a part knows no origin, nor does a pack."""
    pack = Lot(1, LotKind.PACK, 10, at("2027-11-23"))
    assert {draw([pack], 2, ACCEPTED, origin) for origin in Origin} == {(Draw(1, 2),)}
    assert part_price("FR", "FR", {}, Rates({"FR": 1}, default=3, surcharge=1), surcharges=False) == 1


def test_test_units_are_offered_before_a_pack_is_bought() -> None:
    """R33, special term 5: the catalogue has some to give on any day of sale, free."""
    assert CATALOGUE.test_credit.on(day("2026-11-23")).units > 0


def test_every_pack_of_the_catalogue_lives_twelve_months() -> None:
    """R22, special term 2: whichever is bought."""
    packs: list[Pack] = [history.on(day("2026-11-23")) for history in CATALOGUE.packs.values()]
    assert {pack.months for pack in packs} == {12}


def test_who_signed_outside_for_a_side_activity_has_fourteen_days() -> None:
    """R83, A24, article 7: 14 calendar days, weekends too; at most 5 staff, off-premises, no main activity."""
    terms = CONDITIONS.withdrawal
    assert withdrawal_end(SIGNED_OUTSIDE, terms) == day("2026-12-07")
    assert cancellation_refusal(SIGNED_OUTSIDE, day("2026-12-07"), terms) is None
    assert cancellation_refusal(SIGNED_OUTSIDE, day("2026-12-08"), terms) == Refused(Refusal.NO_CANCELLATION)


@pytest.mark.parametrize(
    "order",
    [
        replace(SIGNED_OUTSIDE, online=True),
        replace(SIGNED_OUTSIDE, off_premises=False),
        replace(SIGNED_OUTSIDE, main_activity=True),
        replace(SIGNED_OUTSIDE, staff=6),
        replace(SIGNED_OUTSIDE, executed=True),
    ],
    ids=["online", "on premises", "main activity", "six staff", "executed"],
)
def test_any_other_accepted_order_cannot_be_cancelled(order: Circumstances) -> None:
    """R34, R83, A24, articles 5.1 and 7: not even on its day; an online order never was off-premises."""
    assert withdrawal_end(order, CONDITIONS.withdrawal) is None
    refusal = cancellation_refusal(order, order.signed_on, CONDITIONS.withdrawal)
    assert refusal == Refused(Refusal.NO_CANCELLATION)


def test_a_pack_is_not_refunded_by_cancelling_it() -> None:
    """R24, special term 2: in full or in part, whatever the means of payment; the online order stands."""
    bought = replace(SIGNED_OUTSIDE, online=True, off_premises=False)
    refusal = cancellation_refusal(bought, bought.signed_on, CONDITIONS.withdrawal)
    assert refusal == Refused(Refusal.NO_CANCELLATION)
