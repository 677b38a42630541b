"""Mails that selling sends, as rows: written in the transaction that makes them true, sent by the room of mail."""

from sqlalchemy import Connection, insert

from gateway.billing.selling_tables import billing_letter
from gateway.billing.words import LetterKind
from gateway.engine.database import Stamp

TOPIC = "billing_letter"

Fact = str | int | None


def write_letter(connection: Connection, stamp: Stamp, account_id: int, kind: LetterKind, **facts: Fact) -> int:
    """Have a client told; ``facts`` are what the words of this kind name. Returns the id of the letter."""
    letter_id = stamp.new_id()
    connection.execute(
        insert(billing_letter).values(
            account_id=account_id, letter_id=letter_id, kind=kind, facts=facts, written_at=stamp.now
        )
    )
    return letter_id
