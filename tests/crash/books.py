"""What the books of a house say when it was killed, read from outside."""

from collections import Counter
from typing import TypeVar

from sqlalchemy import Connection, select

from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from gateway.sms.audit import audit

K = TypeVar("K")


def entries(connection: Connection, kind: EntryKind) -> Counter[int]:
    """How many entries of a kind each message has."""
    return Counter(connection.scalars(select(ledger_entry.c.message_id).where(ledger_entry.c.kind == kind)))


def difference(found: Counter[K], expected: Counter[K]) -> int:
    """How many are there too much or too little."""
    return (found - expected).total() + (expected - found).total()


def discrepancies(connection: Connection) -> int:
    """What the audit of the house finds."""
    return sum(1 for _ in audit(connection))
