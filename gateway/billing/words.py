"""The closed lists of words of the billing room."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What a ledger entry did to its lot."""

    GRANT = "grant"
    CHARGE = "charge"
    REFUND = "refund"
    EXPIRE = "expire"
