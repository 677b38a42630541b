"""What Stripe tells by itself, once its own library has found the signature right."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stripe import SignatureVerificationError, WebhookSignature

from gateway.billing.payments.outcomes import InDoubt
from gateway.billing.payments.stripe_answers import charge_outcome
from gateway.billing.payments.webhooks import (
    ChargeNews,
    Fault,
    PaymentEvent,
    SetupNews,
    WebhookRefused,
    document_in,
    instant,
    signature_in,
)
from plans.money import Money

HEADER = "stripe-signature"
CURRENCY = "eur"

_CHARGE = frozenset(
    f"payment_intent.{each}" for each in ("succeeded", "payment_failed", "processing", "requires_action", "canceled")
)
_SETUP = frozenset({"checkout.session.completed", "checkout.session.expired"})


def read_event(headers: Mapping[str, str], body: bytes, now: datetime, secret: str) -> PaymentEvent:
    """The event in a delivery; ``WebhookRefused`` where Stripe did not sign it just now, or it makes no sense."""
    header = signature_in(headers, HEADER, body, now)
    try:
        WebhookSignature.verify_header(body, header, secret)  # how old it may be was judged by our own clock
    except (SignatureVerificationError, UnicodeDecodeError):
        raise WebhookRefused(Fault.FORGED) from None
    document = document_in(body)
    try:
        at = instant(document["created"])
        return PaymentEvent(_text(document["id"]), at, _news(document["type"], document["data"]["object"], at))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise WebhookRefused(Fault.MALFORMED) from None


def _news(kind: str, about: Mapping[str, Any], at: datetime) -> ChargeNews | SetupNews | None:
    if kind in _SETUP:
        return SetupNews(_text(about["id"])) if about["mode"] == "setup" else None
    key = about.get("metadata", {}).get("key") if kind in _CHARGE else None
    return _charge_news(_text(key), about, at) if key else None  # without a key somebody made it by hand


def _charge_news(key: str, intent: Mapping[str, Any], at: datetime) -> ChargeNews | None:
    if intent["currency"] != CURRENCY:
        raise WebhookRefused(Fault.WRONG_CURRENCY)
    outcome = charge_outcome(intent, at)
    return None if isinstance(outcome, InDoubt) else ChargeNews(key, Money(int(intent["amount"])), outcome)


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 255:
        raise TypeError(type(value))
    return value
