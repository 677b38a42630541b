"""Mails that the calendar room sends to clients, as rows: written in the transaction that makes them true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, insert, select

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

#: News of one account that comes within this time shares a letter.
GATHER = timedelta(minutes=5)

_LEASE = timedelta(minutes=5)

#: So many lines make a letter; more of them make another.
_MOST_LINES = 100

Fact = str | int | None
Line = Mapping[str, Fact]  # ``what`` names its words


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter to be sent: ``kind`` names its words, ``facts`` what they tell."""

    claims: Sequence[Claim]
    kind: str
    facts: Mapping[str, Any]
    to: str | None  # None where nobody is known to write to
    language: Language
    zone: ZoneInfo


def write_letter(
    connection: Connection,
    stamp: Stamp,
    account_id: int,
    kind: LetterKind,
    *,
    to: str | None = None,
    lines: Sequence[Line] = (),
    **facts: Fact,
) -> None:
    """Have a client told; ``to`` is where the calendar's own settings say that news goes.

    ``lines`` of several letters of a kind are gathered into one.
    """
    connection.execute(
        insert(calendar_letter).values(
            account_id=account_id,
            letter_id=stamp.new_id(),
            kind=kind,
            recipient=to,
            facts={**facts, "lines": list(lines)} if lines else facts,
            written_at=stamp.now,
        )
    )


_GATHERED = (calendar_letter.c.written_at <= bindparam("gathered_by", type_=calendar_letter.c.written_at.type),)


class LetterDesk:
    """Where the room of mail takes our letters from."""

    room = "calendar"
    queue = LETTERS

    def take(self, connection: Connection, worker: int, now: datetime, limit: int) -> list[DueLetter]:
        """Claim letters that had time to gather, with where and how their readers are written to."""
        claims = LETTERS.claim(
            connection, worker=worker, now=now, lease=_LEASE, limit=limit, where=_GATHERED, gathered_by=now - GATHER
        )
        return _gathered(_read(connection, claims)) if claims else []


def _read(connection: Connection, claims: Sequence[Claim]) -> list[DueLetter]:
    row, by_id = calendar_letter.c, {each.row_id: each for each in claims}
    found = connection.execute(
        select(row.letter_id, row.account_id, row.kind, row.recipient, row.facts)
        .add_columns(account.c.language, account.c.time_zone)
        .join(account, account.c.account_id == row.account_id)
        .where(row.account_id.in_({each.account_id for each in claims}), row.letter_id.in_(sorted(by_id)))
        .order_by(row.letter_id)
    ).all()
    known = _addresses(connection, sorted({each.account_id for each in found}))
    return [
        DueLetter(
            [by_id[each.letter_id]],
            each.kind.value,
            each.facts,
            each.recipient or known.get(each.account_id),
            each.language,
            ZoneInfo(each.time_zone),
        )
        for each in found
    ]


def _gathered(letters: Sequence[DueLetter]) -> list[DueLetter]:
    """Letters to the same reader that consist of lines, as one."""
    whole: list[DueLetter] = []
    open_ones: dict[tuple[int, str, str | None], DueLetter] = {}
    for each in letters:
        key = (each.claims[0].account_id, each.kind, each.to)
        first = open_ones.get(key)
        lines = each.facts.get("lines", [])
        if first is None or not lines or len(first.facts["lines"]) + len(lines) > _MOST_LINES:
            whole.append(each)
            if lines:
                open_ones[key] = each
            continue
        joined = DueLetter(
            [*first.claims, *each.claims],
            each.kind,
            {**first.facts, "lines": [*first.facts["lines"], *lines]},
            each.to,
            each.language,
            each.zone,
        )
        whole[whole.index(first)] = open_ones[key] = joined
    return whole


def _addresses(connection: Connection, account_ids: Sequence[int]) -> dict[int, str]:
    """Where each account is written to: its billing address, or else the first address that may send for it."""
    senders = connection.execute(
        select(sender.c.account_id, sender.c.value)
        .where(sender.c.account_id.in_(account_ids), sender.c.kind == SenderKind.ADDRESS)
        .order_by(sender.c.sender_id.desc())
    )
    known: dict[int, str] = dict(tuple(each) for each in senders)
    profile = billing_profile.c
    billed = select(profile.account_id, profile.email).where(profile.account_id.in_(account_ids))
    known.update(tuple(each) for each in connection.execute(billed))
    return known
