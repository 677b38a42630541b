"""The closed lists of words of payments that live in the database."""

from enum import StrEnum


class PaymentKind(StrEnum):
    """Which way money goes."""

    CHARGE = "charge"
    REFUND = "refund"


class Standing(StrEnum):
    """How far a payment has come."""

    PENDING = "pending"
    NEEDS_AUTHENTICATION = "needs_authentication"
    PAID = "paid"
    DECLINED = "declined"
