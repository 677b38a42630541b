"""Mails that selling sends, as rows: written in the transaction that makes them true, sent by the room of mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert

from gateway.billing.selling_tables import billing_letter
from gateway.billing.words import LetterKind
from gateway.engine.database import Stamp

TOPIC = "billing_letter"

Fact = str | int | None


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that a client is told; ``facts`` are what the words of its kind name."""

    account_id: int
    kind: LetterKind
    facts: Mapping[str, Fact]


def write_letters(connection: Connection, stamp: Stamp, letters: Sequence[Letter]) -> list[int]:
    """Have clients told; returns the ids of the letters."""
    ids = [stamp.new_id() for _ in letters]
    rows = [
        {
            "account_id": each.account_id,
            "letter_id": letter_id,
            "kind": each.kind,
            "facts": each.facts,
            "written_at": stamp.now,
        }
        for letter_id, each in zip(ids, letters, strict=True)
    ]
    if rows:
        connection.execute(insert(billing_letter), rows)
    return ids


def write_letter(connection: Connection, stamp: Stamp, account_id: int, kind: LetterKind, **facts: Fact) -> int:
    """Have one client told; returns the id of the letter."""
    return write_letters(connection, stamp, [Letter(account_id, kind, facts)])[0]
