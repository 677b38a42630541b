"""Mails that the calendar room sends to clients, as rows: written in the transaction that makes them true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from gateway.accounts.tables import account, sender
from gateway.accounts.words import SenderKind
from gateway.billing.selling_tables import billing_profile
from gateway.calendar.tables import calendar_letter
from gateway.calendar.words import LetterKind
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim, Queue
from gateway.wording import Language

LETTERS = Queue(calendar_letter, key="letter_id", order="letter_id")

TOPIC = "calendar_letter"

Fact = str | int | None


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter to be sent: ``kind`` names its words, ``facts`` what they tell."""

    claim: Claim
    kind: str
    facts: Mapping[str, Any]
    to: str | None  # None where nobody is known to write to
    language: Language
    zone: ZoneInfo


def write_letter(
    connection: Connection, stamp: Stamp, account_id: int, kind: LetterKind, *, to: str | None = None, **facts: Fact
) -> None:
    """Have a client told; ``to`` is where the calendar's own settings say that news goes."""
    connection.execute(
        insert(calendar_letter).values(
            account_id=account_id,
            letter_id=stamp.new_id(),
            kind=kind,
            facts={**facts, "_to": to} if to else facts,
            written_at=stamp.now,
        )
    )


def due_letters(connection: Connection, claims: Sequence[Claim]) -> list[DueLetter]:
    """The letters of claims, with where and how their readers are written to."""
    if not claims:
        return []
    row, by_id = calendar_letter.c, {each.row_id: each for each in claims}
    found = connection.execute(
        select(row.letter_id, row.account_id, row.kind, row.facts, account.c.language, account.c.time_zone)
        .join(account, account.c.account_id == row.account_id)
        .where(row.account_id.in_({each.account_id for each in claims}), row.letter_id.in_(sorted(by_id)))
        .order_by(row.letter_id)
    ).all()
    known = _addresses(connection, sorted({each.account_id for each in found}))
    return [
        DueLetter(
            by_id[each.letter_id],
            each.kind.value,
            {name: fact for name, fact in each.facts.items() if name != "_to"},
            each.facts.get("_to") or known.get(each.account_id),
            each.language,
            ZoneInfo(each.time_zone),
        )
        for each in found
    ]


def _addresses(connection: Connection, account_ids: Sequence[int]) -> dict[int, str]:
    """Where each account is written to: its billing address, or else the first address that may send for it."""
    senders = connection.execute(
        select(sender.c.account_id, sender.c.value)
        .where(sender.c.account_id.in_(account_ids), sender.c.kind == SenderKind.ADDRESS)
        .order_by(sender.c.sender_id.desc())
    )
    known: dict[int, str] = dict(tuple(each) for each in senders)
    billed = select(billing_profile.c.account_id, billing_profile.c.email)
    known.update(
        tuple(each) for each in connection.execute(billed.where(billing_profile.c.account_id.in_(account_ids)))
    )
    return known
