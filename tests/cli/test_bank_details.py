"""``gateway billing ask-details``, ``look-details`` and ``by-hand``: how clients will pay."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.accounts.refusals import Refused
from gateway.app import bank_details
from gateway.billing.payments.stripe import StripeGateway
from gateway.billing.payments.stripe_secrets import StripeSecrets
from gateway.settings import read_settings
from tests.cli.test_selling import PLACE, a_client
from tests.peers.stripe.peer import StripePeer
from tests.peers.stripe.server import API_KEY
from tests.peers.stripe.state import WEBHOOK_SECRET

Ok = Any  # the fixtures of conftest.py
Gateway = Any


@pytest.fixture
def stripe(stripe_peer: StripePeer) -> Iterator[StripeGateway]:
    """Stripe's own library, speaking to it."""
    gateway = StripeGateway(StripeSecrets(API_KEY, WEBHOOK_SECRET), website="https://sms.example/", api=stripe_peer.url)
    yield gateway
    asyncio.run(gateway.close())


def a_payer(ok: Ok) -> None:
    """A client without bank details."""
    ok("account", "add", "Clinic")
    ok("billing", "profile", "clinic", "Clinique SARL", *PLACE, "--email", "billing@clinic.example")
    ok("billing", "accept-terms", "clinic")


def test_a_client_gives_a_card_on_the_page_of_stripe(
    ok: Ok, gateway: Gateway, environment: dict[str, str], stripe_peer: StripePeer, stripe: StripeGateway
) -> None:
    """R8: asked, not given yet, given; then the trial may begin."""
    settings = read_settings(environment)
    a_payer(ok)
    with pytest.raises(Refused, match="No page waits"):
        bank_details.look(settings, stripe, "clinic")
    asked = bank_details.ask(settings, stripe, "clinic")
    assert asked["page"].startswith("https://checkout.stripe.com/")
    assert "not filled in" in bank_details.look(settings, stripe, "clinic")["details"]
    assert "bank details" in gateway("plan", "subscribe", "clinic", "SOLO").stderr
    stripe_peer.enter_details(asked["reference"], "pm_card_visa")
    assert bank_details.look(settings, stripe, "clinic")["details"] == "visa 4242"
    assert ok("plan", "subscribe", "clinic", "SOLO")[0]["state"] == "trialing"


def test_a_page_that_nobody_filled_in_is_opened_again(
    ok: Ok, environment: dict[str, str], stripe_peer: StripePeer, stripe: StripeGateway
) -> None:
    settings = read_settings(environment)
    a_payer(ok)
    stripe_peer.expire(bank_details.ask(settings, stripe, "clinic")["reference"])
    with pytest.raises(Refused, match="expired") as refused:
        bank_details.look(settings, stripe, "clinic")
    assert refused.value.cure == "Open another page for the client."


def test_a_provider_that_does_not_answer_is_named(ok: Ok, environment: dict[str, str]) -> None:
    a_payer(ok)
    nobody = StripeGateway(StripeSecrets(API_KEY, WEBHOOK_SECRET), website="https://x/", api="http://127.0.0.1:9")
    with pytest.raises(Refused, match="does not answer"):
        bank_details.ask(read_settings(environment), nobody, "clinic")
    asyncio.run(nobody.close())


def test_a_page_of_another_account_is_no_crash(
    ok: Ok, environment: dict[str, str], stripe_peer: StripePeer, stripe: StripeGateway
) -> None:
    """The keys were changed meanwhile: Stripe does not know what it is asked about."""
    settings = read_settings(environment)
    a_payer(ok)
    bank_details.ask(settings, stripe, "clinic")
    stripe_peer.forget()
    with pytest.raises(Refused, match="resource_missing"):
        bank_details.look(settings, stripe, "clinic")


def test_stripe_needs_keys_and_a_website(gateway: Gateway, environment: dict[str, str]) -> None:
    for command in ("ask-details", "look-details"):
        assert "Stripe's keys are not set" in gateway("billing", command, "clinic").stderr
    environment |= {"GATEWAY_STRIPE_API_KEY": "sk_test_1", "GATEWAY_STRIPE_WEBHOOK_SECRET": "whsec_1"}
    assert "Fill in website of [seller]" in gateway("billing", "ask-details", "clinic").stderr


def test_a_client_that_pays_by_itself_is_noted_and_its_receipts_recorded(ok: Ok) -> None:
    a_payer(ok)
    (noted,) = ok("billing", "by-hand", "clinic", "SEPA mandate RUM-17", "--means", "transfer")
    assert (noted["details"], noted["invoices_asked_again"]) == ("SEPA mandate RUM-17", 0)
    assert ok("plan", "subscribe", "clinic", "SOLO")[0]["state"] == "trialing"


@pytest.mark.parametrize(
    ("seen", "means", "told"),
    [("visa 4242", "card", "ask-details"), ("", "transfer", "printable"), ("x" * 81, "cheque", "80")],
)
def test_what_is_no_detail_is_refused(ok: Ok, gateway: Gateway, seen: str, means: str, told: str) -> None:
    a_client(ok)
    assert told in gateway("billing", "by-hand", "clinic", seen, "--means", means).stderr
