"""The laws of what a provider tells: twice or in any order, it ends the same, and a payment stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Declined,
    InDoubt,
    NeedsAuthentication,
    Paid,
    Pending,
)
from gateway.billing.payments.settlement import concerns, is_hopeless, is_open, settled
from gateway.billing.payments.webhooks import ChargeNews
from plans.money import Money
from tests.clock import MONDAY_MORNING

PAID = Paid("pi_1", MONDAY_MORNING)
SOFT = Declined("insufficient_funds", hard=False)
HARD = Declined("lost_card", hard=True)
PENDING = Pending("pi_1")
SHY = NeedsAuthentication(ClientStep("pi_1"))
DOUBT = InDoubt("timeout")
ALL: tuple[ChargeOutcome, ...] = (DOUBT, PENDING, SHY, SOFT, PAID)


@given(news=st.lists(st.sampled_from(ALL), min_size=1))
def test_news_in_any_order_and_number_ends_the_same(news: list[ChargeOutcome]) -> None:
    known: ChargeOutcome = DOUBT
    for told in news:
        known = settled(known, told)
    assert known == max(news, key=ALL.index)


def test_the_same_news_twice_changes_nothing_more() -> None:
    assert [settled(settled(PENDING, told), told) for told in ALL] == [settled(PENDING, told) for told in ALL]


def test_a_payment_stands_whatever_comes_after() -> None:
    assert {settled(PAID, told) for told in ALL} == {PAID}


def test_a_client_may_pay_after_all_what_was_declined() -> None:
    assert settled(SOFT, PAID) == PAID


def test_what_is_open_never_takes_the_place_of_an_answer() -> None:
    assert (settled(SOFT, PENDING), settled(PENDING, SOFT)) == (SOFT, SOFT)


@pytest.mark.parametrize(
    ("key", "cents", "belongs"),
    [("invoice 1", 4799, True), ("invoice 2", 4799, False), ("invoice 1", 4798, False), ("invoice 1", 4800, False)],
)
def test_news_of_another_charge_or_amount_settles_nothing(key: str, cents: int, *, belongs: bool) -> None:
    news = ChargeNews(key, Money(cents), PAID)
    assert concerns(news, "invoice 1", Money(4799)) is belongs


def test_only_a_payment_or_a_refusal_closes_a_charge() -> None:
    """Another attempt beside an open one could be paid as well."""
    assert [each for each in (*ALL, HARD) if not is_open(each)] == [SOFT, PAID, HARD]


def test_retries_are_of_no_use_after_a_hard_decline_or_when_the_bank_wants_to_see_the_client() -> None:
    assert [each for each in (*ALL, HARD) if is_hopeless(each)] == [SHY, HARD]
