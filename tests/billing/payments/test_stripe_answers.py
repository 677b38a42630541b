"""What each of Stripe's states and declines means in our words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Declined,
    InDoubt,
    NeedsAuthentication,
    Paid,
    PaymentMethod,
    Pending,
    Refunded,
    RefundOutcome,
    RefundRefused,
    SetupFailed,
    SetupOpen,
    SetupOutcome,
)
from gateway.billing.payments.stripe_answers import (
    charge_outcome,
    declined,
    refund_outcome,
    session_outcome,
    setup_outcome,
)

NINE, TEN = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)
INTENT = {"id": "pi_1", "client_secret": "s", "created": int(NINE.timestamp()), "metadata": {}}
REDIRECT = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example"}}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"status": "succeeded"}, Paid("pi_1", NINE)),
        ({"status": "succeeded", "latest_charge": "ch_1"}, Paid("pi_1", NINE)),
        ({"status": "succeeded", "latest_charge": {"created": int(TEN.timestamp())}}, Paid("pi_1", TEN)),
        ({"status": "processing"}, Pending("pi_1")),
        ({"status": "requires_action"}, NeedsAuthentication(ClientStep("pi_1", client_secret="s"))),
        (
            {"status": "requires_action", "next_action": REDIRECT},
            NeedsAuthentication(ClientStep("pi_1", "https://bank.example", "s")),
        ),
        (
            {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}},
            NeedsAuthentication(ClientStep("pi_1", None, "s")),
        ),
        ({"status": "canceled"}, Declined("canceled", hard=False)),
        ({"status": "requires_payment_method", "last_payment_error": None}, InDoubt("requires_payment_method")),
        ({"status": "requires_confirmation"}, InDoubt("requires_confirmation")),
        ({"status": "requires_capture"}, InDoubt("requires_capture")),
        ({"status": "a state of next year"}, InDoubt("a state of next year")),
        (
            {"status": "requires_payment_method", "last_payment_error": {"code": "authentication_required"}},
            NeedsAuthentication(ClientStep("pi_1", client_secret="s")),
        ),
    ],
)
def test_every_state_of_a_payment_has_one_meaning(fields: dict[str, Any], outcome: ChargeOutcome) -> None:
    assert charge_outcome(INTENT | fields) == outcome


def test_what_an_event_tells_was_paid_when_the_event_says() -> None:
    assert charge_outcome(INTENT | {"status": "succeeded"}, TEN) == Paid("pi_1", TEN)


@pytest.mark.parametrize(
    "code",
    [
        "incorrect_number",
        "lost_card",
        "pickup_card",
        "stolen_card",
        "revocation_of_authorization",
        "revocation_of_all_authorizations",
        "highest_risk_level",
        "transaction_not_allowed",
        "expired_card",
        "invalid_account",
        "do_not_try_again",
    ],
)
def test_a_card_that_will_never_pay_is_declined_for_good(code: str) -> None:
    """The first eight are those that Stripe itself does not try again."""
    assert declined({"code": "card_declined", "decline_code": code}) == Declined(code, hard=True)


@pytest.mark.parametrize(
    "code",
    [
        "insufficient_funds",
        "do_not_honor",
        "generic_decline",
        "card_velocity_exceeded",
        "processing_error",
        "issuer_not_available",
        "try_again_later",
        "a code of next year",
    ],
)
def test_a_card_that_may_pay_another_day_is_not(code: str) -> None:
    assert declined({"code": "card_declined", "decline_code": code}) == Declined(code, hard=False)


@pytest.mark.parametrize(
    ("advice", "hard"),
    [("do_not_try_again", True), ("confirm_card_data", True), ("try_again_later", False), (None, False)],
)
def test_the_advice_of_the_card_networks_is_followed(advice: str | None, *, hard: bool) -> None:
    error = {"code": "card_declined", "decline_code": "generic_decline", "advice_code": advice}
    assert declined(error) == Declined("generic_decline", hard=hard)


def test_a_decline_without_a_code_is_one_all_the_same() -> None:
    assert declined({}) == Declined("declined", hard=False)


@pytest.mark.parametrize(
    ("session", "outcome"),
    [
        ({"status": "open", "setup_intent": None}, SetupOpen()),
        ({"status": "open", "setup_intent": {"status": "requires_payment_method"}}, SetupOpen()),
        ({"status": "complete", "setup_intent": {"status": "processing"}}, SetupOpen()),
        ({"status": "expired", "setup_intent": {"status": "canceled"}}, SetupFailed("expired")),
    ],
)
def test_a_page_is_open_until_its_details_are_taken(session: dict[str, Any], outcome: SetupOutcome) -> None:
    assert session_outcome(session) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"status": "requires_payment_method"}, SetupOpen()),
        ({"status": "requires_action"}, SetupOpen()),
        ({"status": "processing"}, SetupOpen()),
        ({"status": "canceled"}, SetupFailed("canceled")),
        (
            {"status": "requires_payment_method", "last_setup_error": {"code": "setup_intent_authentication_failure"}},
            SetupFailed("setup_intent_authentication_failure"),
        ),
        (
            {
                "status": "succeeded",
                "payment_method": {"id": "pm_1", "type": "card", "card": {"brand": "visa", "last4": "4242"}},
            },
            PaymentMethod("pm_1", "visa 4242"),
        ),
        (
            {
                "status": "succeeded",
                "payment_method": {"id": "pm_1", "type": "sepa_debit", "sepa_debit": {"last4": "3000"}},
            },
            PaymentMethod("pm_1", "sepa_debit 3000"),
        ),
        ({"status": "succeeded", "payment_method": {"id": "pm_1", "type": "link"}}, PaymentMethod("pm_1", "link")),
    ],
)
def test_every_state_of_a_setup_has_one_meaning(fields: dict[str, Any], outcome: SetupOutcome) -> None:
    assert setup_outcome({"id": "seti_1", **fields}) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"status": "succeeded"}, Refunded("re_1")),
        ({"status": "pending"}, Pending("re_1")),
        ({"status": "requires_action"}, Pending("re_1")),
        ({"status": "failed", "failure_reason": "expired_or_canceled_card"}, RefundRefused("expired_or_canceled_card")),
        ({"status": "canceled"}, RefundRefused("canceled")),
    ],
)
def test_every_state_of_a_refund_has_one_meaning(fields: dict[str, Any], outcome: RefundOutcome) -> None:
    assert refund_outcome({"id": "re_1", **fields}) == outcome
