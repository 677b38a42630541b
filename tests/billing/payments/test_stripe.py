"""Stripe's own ways: accidents on the line, requests it will not take, and what it tells of other things."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gateway.billing.payments.outcomes import (
    ClientStep,
    Customer,
    Declined,
    InDoubt,
    NeedsAuthentication,
    Paid,
    PaymentMethod,
    RefundRefused,
    SetupFailed,
    Unknown,
)
from gateway.billing.payments.port import ChargeRequest, Payer, PaymentMisuse
from gateway.billing.payments.stripe import StripeGateway
from gateway.billing.payments.stripe_secrets import StripeSecrets
from gateway.billing.payments.webhooks import SetupNews
from plans.money import Money
from tests.clock import MONDAY_MORNING
from tests.peers.stripe.peer import StripePeer
from tests.peers.stripe.server import API_KEY
from tests.peers.stripe.state import WEBHOOK_SECRET

ALICE = Payer("17", "Alice's clinic", "alice@client.example")


@pytest.fixture
async def stripe(stripe_peer: StripePeer) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(StripeSecrets(API_KEY, WEBHOOK_SECRET), website="https://sms.example/", api=stripe_peer.url)
    yield gateway
    await gateway.close()


async def request(stripe: StripeGateway, method_ref: str = "pm_card_visa", cents: int = 4799) -> ChargeRequest:
    customer = await stripe.register(ALICE)
    assert isinstance(customer, Customer)
    return ChargeRequest("invoice 1", customer.customer_ref, method_ref, Money(cents), "BUSINESS, one month")


@pytest.mark.parametrize(
    ("method_ref", "code"),
    [
        ("pm_busy", "RateLimitError"),
        ("pm_badGateway", "APIError"),
        ("pm_linePulledAfter", "APIConnectionError"),
        ("pm_linePulledBefore", "APIConnectionError"),
    ],
)
async def test_an_accident_on_the_line_is_in_doubt_and_never_an_error(
    stripe: StripeGateway, method_ref: str, code: str
) -> None:
    assert await stripe.charge(await request(stripe, method_ref)) == InDoubt(code)


async def test_a_charge_that_takes_too_long_is_in_doubt_and_found_later(
    stripe: StripeGateway, stripe_peer: StripePeer
) -> None:
    impatient = StripeGateway(StripeSecrets(API_KEY, WEBHOOK_SECRET), api=stripe_peer.url, timeout_s=0.5)
    slow = await request(stripe, "pm_slow")
    outcome = await impatient.charge(slow)
    stripe_peer.release()
    await impatient.close()
    assert isinstance(outcome, InDoubt)
    assert isinstance(await stripe.lookup(slow.customer_ref, slow.key), Paid)


async def test_nobody_at_home_is_in_doubt_for_every_call() -> None:
    away = StripeGateway(StripeSecrets(API_KEY, WEBHOOK_SECRET), api="http://127.0.0.1:9", timeout_s=5)
    charge = ChargeRequest("invoice 1", "cus_1", "pm_card_visa", Money(4799), "BUSINESS")
    answers = await asyncio.gather(
        away.register(ALICE),
        away.begin_setup("cus_1", "setup 1"),
        away.finish_setup("seti_1"),
        away.charge(charge),
        away.lookup("cus_1", "invoice 1"),
        away.withdraw("cus_1", "invoice 1"),
        away.refund("pi_1", Money(1), "refund 1"),
    )
    await away.close()
    assert answers == [InDoubt("APIConnectionError")] * 7


async def test_an_api_key_that_is_not_good_any_more_is_in_doubt(stripe_peer: StripePeer) -> None:
    """Nothing was taken, and the operator can mend it: then the same key charges."""
    stranger = StripeGateway(StripeSecrets("sk_test_old", WEBHOOK_SECRET), api=stripe_peer.url)
    assert await stranger.register(ALICE) == InDoubt("AuthenticationError")
    await stranger.close()


async def test_an_amount_below_what_stripe_takes_is_declined_for_good(stripe: StripeGateway) -> None:
    assert await stripe.charge(await request(stripe, cents=49)) == Declined("amount_too_small", hard=True)


async def test_a_customer_that_is_gone_is_declined_for_good(stripe: StripeGateway) -> None:
    gone = replace(await request(stripe), customer_ref="cus_gone")
    assert await stripe.charge(gone) == Declined("resource_missing", hard=True)


async def test_a_setup_for_nobody_is_a_mistake(stripe: StripeGateway) -> None:
    with pytest.raises(PaymentMisuse, match="resource_missing"):
        await stripe.begin_setup("cus_gone", "setup 1")


@pytest.mark.parametrize(
    ("method_ref", "outcome"),
    [
        ("pm_card_chargeDeclinedExpiredCard", Declined("expired_card", hard=True)),
        ("pm_card_advisedAgainst", Declined("generic_decline", hard=True)),
    ],
)
async def test_a_decline_is_told_with_what_the_networks_advise(
    stripe: StripeGateway, method_ref: str, outcome: Declined
) -> None:
    assert await stripe.charge(await request(stripe, method_ref)) == outcome


async def test_a_charge_is_found_behind_many_others(stripe: StripeGateway, stripe_peer: StripePeer) -> None:
    """On the second page and on the last that is looked at; what lies behind that is in doubt, not unknown."""
    first = await request(stripe)
    paid = await stripe.charge(first)
    assert isinstance(paid, Paid)
    found = []
    for more in (150, 849, 1):
        stripe_peer.crowd(paid.ref, more)
        found.append(await stripe.lookup(first.customer_ref, first.key))
    assert found == [paid, paid, InDoubt("too_many_payments")]


async def test_a_client_that_stripe_does_not_know_is_in_doubt(stripe: StripeGateway) -> None:
    """He may have been removed by hand: that says nothing of his charges."""
    assert await stripe.lookup("cus_gone", "invoice 1") == InDoubt("resource_missing")


async def test_a_decline_before_anything_was_made_is_one_all_the_same(stripe: StripeGateway) -> None:
    declined = await request(stripe, "pm_card_declinedAtOnce")
    assert await stripe.charge(declined) == Declined("generic_decline", hard=False)
    assert await stripe.lookup(declined.customer_ref, declined.key) == Unknown()


async def test_a_request_that_stripe_finds_wrong_is_a_mistake(stripe: StripeGateway) -> None:
    """Not a decline: a client must not be told that his card is bad."""
    with pytest.raises(PaymentMisuse, match="invalid_request_error"):
        await stripe.charge(await request(stripe, "pm_requestWithoutForm"))


async def test_a_charge_that_is_paid_while_it_is_withdrawn_is_paid(stripe: StripeGateway) -> None:
    shy = await request(stripe, "pm_card_paysMeanwhile")
    assert isinstance(await stripe.charge(shy), NeedsAuthentication)
    assert isinstance(await stripe.withdraw(shy.customer_ref, shy.key), Paid)


async def test_what_was_declined_once_cannot_be_paid_after_it_was_withdrawn(stripe: StripeGateway) -> None:
    declined = await request(stripe, "pm_card_visa_chargeDeclinedInsufficientFunds")
    await stripe.charge(declined)
    gone = Declined("canceled", hard=False)
    assert await stripe.withdraw(declined.customer_ref, declined.key) == gone
    assert await stripe.lookup(declined.customer_ref, declined.key) == gone


async def test_a_refund_of_nothing_known_is_refused(stripe: StripeGateway) -> None:
    assert await stripe.refund("pi_gone", Money(100), "refund 1") == RefundRefused("resource_missing")


async def test_a_setup_that_went_on_is_told_by_its_reference(stripe: StripeGateway, stripe_peer: StripePeer) -> None:
    step = await stripe.begin_setup((await request(stripe)).customer_ref, "setup 1")
    assert isinstance(step, ClientStep)
    stripe_peer.enter_details(step.reference, "pm_card_visa")
    event = stripe.read_webhook(*stripe_peer.deliveries()[-1], MONDAY_MORNING)
    assert event.news == SetupNews(step.reference)
    assert await stripe.finish_setup(step.reference) == PaymentMethod("pm_card_visa", "visa 4242")


async def test_a_page_that_nobody_filled_in_ends(stripe: StripeGateway, stripe_peer: StripePeer) -> None:
    step = await stripe.begin_setup((await request(stripe)).customer_ref, "setup 1")
    assert isinstance(step, ClientStep)
    stripe_peer.expire(step.reference)
    assert stripe.read_webhook(*stripe_peer.deliveries()[-1], MONDAY_MORNING).news == SetupNews(step.reference)
    assert await stripe.finish_setup(step.reference) == SetupFailed("expired")


@pytest.mark.parametrize("kind", ["payment_intent.created", "charge.dispute.created", "customer.updated"])
async def test_events_that_settle_nothing_are_taken_and_left(
    stripe: StripeGateway, stripe_peer: StripePeer, kind: str
) -> None:
    paid = await stripe.charge(await request(stripe))
    assert isinstance(paid, Paid)
    stripe_peer.tell(paid.ref, type=kind)
    assert stripe.read_webhook(*stripe_peer.deliveries()[-1], MONDAY_MORNING).news is None


async def test_nothing_of_a_client_and_no_secret_is_logged(
    stripe: StripeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await stripe.charge(await request(stripe))
        await stripe.charge(replace(await request(stripe, "pm_card_visa_chargeDeclinedLostCard"), key="invoice 2"))
    words = (API_KEY, WEBHOOK_SECRET, "Alice", "alice@", "4799", "invoice")
    assert [word for word in words if word in caplog.text] == []
