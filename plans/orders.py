"""Orders: what must be settled before one is taken, and when what it bought can be used."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plans.money import Money
from plans.refusals import Refusal, Refused


class PaymentMeans(StrEnum):
    """How an order is paid (terms, article 5.1 and special term 2)."""

    CARD = "card"
    PAYPAL = "paypal"
    TRANSFER = "transfer"
    CHEQUE = "cheque"


@dataclass(frozen=True, slots=True)
class Standing:
    """What an order depends on at the client."""

    accepted_terms: str | None  # the version that the client accepted last
    current_terms: str  # the version in force
    late: bool  # a payment is late
    blocked: bool  # wrong information or another problem of the account, not solved yet


@dataclass(frozen=True, slots=True)
class Payment:
    """How far the payment of an order has come; instants in UTC."""

    means: PaymentMeans
    accepted_at: datetime | None = None  # a card transaction went through
    received_at: datetime | None = None  # the money is on the company's account


@dataclass(frozen=True, slots=True)
class AdvanceUse:
    """Leave to use what is not paid yet: the company's agreement and the client's signature under an order form."""

    agreed_at: datetime | None
    signed_at: datetime | None


def order_refusal(standing: Standing) -> Refused | None:
    """Why no order is taken from this client now, or None."""
    if standing.accepted_terms != standing.current_terms:
        return Refused(Refusal.TERMS_NOT_ACCEPTED)
    if standing.late:
        return Refused(Refusal.LATE_PAYMENT)
    return Refused(Refusal.ACCOUNT_PROBLEM) if standing.blocked else None


def usable_from(payment: Payment, advance: AdvanceUse | None = None) -> datetime | None:
    """When the units of an order can be used, or None as long as they cannot.

    A card pays at once; any other means when the money is there, or before that with both sides' consent in writing.
    """
    paid_at = payment.accepted_at if payment.means is PaymentMeans.CARD else payment.received_at
    consented = _consented_at(advance) if advance else None
    return min((each for each in (paid_at, consented) if each), default=None)


def fees_refusal(told: Money, charged: Money) -> Refused | None:
    """Why management fees may not be charged: more than the client was told of before the order (terms, article 4)."""
    return Refused(Refusal.FEES_NOT_TOLD) if charged > told else None


def sub_account_refusal(service: str, ordered_and_paid: Collection[str]) -> Refused | None:
    """Why a sub-account may not use a service: its parent has not ordered and paid it (terms, article 2)."""
    return None if service in ordered_and_paid else Refused(Refusal.NOT_ORDERED)


def _consented_at(advance: AdvanceUse) -> datetime | None:
    if advance.agreed_at is None or advance.signed_at is None:
        return None
    return max(advance.agreed_at, advance.signed_at)
