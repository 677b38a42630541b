"""What a provider tells by itself: the values, and the bounds that each delivery must keep before it is believed."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from gateway.billing.payments.outcomes import Declined, NeedsAuthentication, Paid, Pending
from plans.money import Money

MAX_BODY_BYTES = 262_144  # events of Stripe have a few thousand
FRESH_FOR = timedelta(minutes=5)  # older may be a recording; the future may be a clock that is wrong
_MAX_HEADER = 2_000  # characters
_HEADER = re.compile(r"t=([0-9]{1,12})(?:,v[0-9]=[0-9a-f]{64})+", re.ASCII)  # one time only: two readers, one meaning


class Fault(StrEnum):
    """Why a delivery was not believed."""

    NOT_EXPECTED = "not_expected"  # this way of being paid has no webhooks
    TOO_LARGE = "too_large"
    UNSIGNED = "unsigned"
    STALE = "stale"
    FORGED = "forged"
    MALFORMED = "malformed"
    WRONG_CURRENCY = "wrong_currency"


class WebhookRefused(Exception):
    """A delivery that must change nothing; ``fault`` says why, and the text nothing of what it held."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class ChargeNews:
    """How a charge of ours stands."""

    key: str
    amount: Money
    outcome: Paid | Declined | NeedsAuthentication | Pending


@dataclass(frozen=True, slots=True)
class SetupNews:
    """A client has come on with a setup: ask ``finish_setup``."""

    reference: str


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """One thing that a provider told. It may tell it twice: keep ``event_id`` in the transaction that acts on it."""

    event_id: str
    at: datetime
    news: ChargeNews | SetupNews | None  # None: it concerns nothing of ours


def signature_in(headers: Mapping[str, str], name: str, body: bytes, now: datetime) -> str:
    """The signature header of a delivery that is neither too large nor stale; ``WebhookRefused`` for others.

    It has the form of Stripe's (https://docs.stripe.com/webhooks#verify-manually): ``t=<unix seconds>,v1=<hex>,…``.
    """
    if len(body) > MAX_BODY_BYTES:
        raise WebhookRefused(Fault.TOO_LARGE)
    header = next((value for key, value in headers.items() if key.lower() == name), "")
    form = _HEADER.fullmatch(header) if len(header) <= _MAX_HEADER else None
    if form is None:
        raise WebhookRefused(Fault.UNSIGNED)
    if abs(now.timestamp() - int(form[1])) > FRESH_FOR.total_seconds():
        raise WebhookRefused(Fault.STALE)
    return header


def document_in(body: bytes) -> dict[str, Any]:
    """The JSON object in a delivery that is proven; ``WebhookRefused`` where there is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookRefused(Fault.MALFORMED) from None
    if not isinstance(document, dict):
        raise WebhookRefused(Fault.MALFORMED)
    return document


def sign(body: bytes, secret: bytes, at: datetime) -> str:
    """The signature header for a body."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(body, secret, seconds)}"


def is_signed(body: bytes, header: str, secret: bytes) -> bool:
    """Whether one of the signatures in a header from ``signature_in`` is right."""
    time, *signatures = (each.split("=") for each in header.split(","))
    right = _digest(body, secret, int(time[1]))
    return any(hmac.compare_digest(right, value) for name, value in signatures if name == "v1")


def instant(seconds: int) -> datetime:
    """An instant that a provider gives as Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def _digest(body: bytes, secret: bytes, seconds: int) -> str:
    return hmac.new(secret, b"%d." % seconds + body, sha256).hexdigest()
