"""What Stripe's objects mean in our words: pure functions of the JSON of its API and its webhooks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
from gateway.billing.payments.webhooks import instant

Json = Mapping[str, Any]

#: Declines that Stripe itself never tries again without another card
#: (https://docs.stripe.com/billing/revenue-recovery/smart-retries, hard declines).
_NEVER_RETRIED = frozenset(
    {
        "highest_risk_level",
        "incorrect_number",
        "lost_card",
        "pickup_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "transaction_not_allowed",
    }
)

#: Declines whose next step, in Stripe's list, is another card or none (https://docs.stripe.com/declines/codes).
_NEEDS_ANOTHER_CARD = frozenset(
    {
        "card_not_supported",
        "currency_not_supported",
        "do_not_try_again",
        "expired_card",
        "fraudulent",
        "invalid_account",
        "merchant_blacklist",
        "new_account_information_available",
        "restricted_card",
        "security_violation",
        "stop_payment_order",
    }
)

HARD = _NEVER_RETRIED | _NEEDS_ANOTHER_CARD

#: Advice of the card networks against trying the same card again (https://docs.stripe.com/declines/card).
_ADVICE_AGAINST = frozenset({"confirm_card_data", "do_not_try_again"})

_AUTHENTICATION = "authentication_required"


def charge_outcome(intent: Json, told_at: datetime | None = None) -> ChargeOutcome:
    """What a PaymentIntent says of a charge; ``told_at`` is the time of the event that brought it, if one did."""
    match intent["status"]:
        case "succeeded":
            return Paid(intent["id"], told_at or instant(_charged(intent)["created"]))
        case "processing":
            return Pending(intent["id"])
        case "requires_action":
            return NeedsAuthentication(_step(intent))
        case "canceled":
            return Declined("canceled", hard=False)
        case "requires_payment_method" if intent.get("last_payment_error"):
            return _failed(intent, intent["last_payment_error"])
        case status:  # made, and never tried
            return InDoubt(str(status))


def declined(error: Json) -> Declined:
    """A decline from Stripe's error object."""
    code = error.get("decline_code") or error.get("code") or error.get("type") or "declined"
    return Declined(code, hard=code in HARD or error.get("advice_code") in _ADVICE_AGAINST)


def session_outcome(session: Json) -> SetupOutcome:
    """What a Checkout Session in setup mode, its SetupIntent expanded, says of a client's bank details."""
    if session["status"] == "expired":  # a day after it was opened
        return SetupFailed("expired")
    intent = session.get("setup_intent")
    return setup_outcome(intent) if intent else SetupOpen()


def setup_outcome(intent: Json) -> SetupOutcome:
    """What a SetupIntent, its payment method expanded, says of a client's bank details."""
    match intent["status"]:
        case "succeeded":
            return _method(intent["payment_method"])
        case "canceled":
            return SetupFailed("canceled")
        case "requires_payment_method" if intent.get("last_setup_error"):
            return SetupFailed(declined(intent["last_setup_error"]).code)
    return SetupOpen()


def refund_outcome(refund: Json) -> RefundOutcome:
    """What a Refund says."""
    match refund["status"]:
        case "succeeded":
            return Refunded(refund["id"])
        case "failed" | "canceled":
            return RefundRefused(refund.get("failure_reason") or refund["status"])
    return Pending(refund["id"])


def _failed(intent: Json, error: Json) -> ChargeOutcome:
    if _AUTHENTICATION in {error.get("code"), error.get("decline_code")}:
        return NeedsAuthentication(_step(intent))
    return declined(error)


def _charged(intent: Json) -> Json:
    """The charge of an intent where it was expanded, else the intent: both say when they were made."""
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, Mapping) else intent


def _step(intent: Json) -> ClientStep:
    redirect = (intent.get("next_action") or {}).get("redirect_to_url") or {}
    return ClientStep(intent["id"], redirect.get("url"), intent.get("client_secret"))


def _method(method: Json) -> PaymentMethod:
    details = method.get(method["type"]) or {}
    words = (details.get("brand") or method["type"], details.get("last4"))
    return PaymentMethod(method["id"], " ".join(word for word in words if word))
