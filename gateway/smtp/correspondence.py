"""What is known about the mails that news has come for: all the news of one mail, for one letter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from gateway.accounts.tables import account
from gateway.billing.alerts import warned_at
from gateway.billing.lots import spendable
from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.queue import Claim
from gateway.sms.gsm import outside
from gateway.sms.tables import message, message_replacement, notice
from gateway.sms.words import Alphabet, News
from gateway.smtp.letters import RecipientNews, Thread
from gateway.smtp.tables import mail
from gateway.wording import Language
from plans.words import LotKind, Reason


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a mail, and how to write back."""

    address: str
    automatic: bool  # a machine: it gets no letter
    language: Language
    time_zone: str
    thread: Thread
    payer_id: int


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The news of one mail."""

    writer: Writer
    claims: tuple[Claim, ...]  # of the notices that its letters settle; the first names the letter
    of_numbers: tuple[RecipientNews, ...]
    unreadable: Reason | None  # why no SMS was made of the mail at all
    units_left: int | None  # told where the credit runs low


def gather(connection: Connection, claims: Sequence[Claim], now: datetime) -> list[Correspondence]:
    """Read what the letters about these notices need, in a few statements for all of them."""
    notices = _notices(connection, claims)
    writers = _writers(connection, notices)
    back = _units_back(connection, notices)
    left = _units_left(connection, writers, [each for each in notices if each.news is News.LOW_CREDIT], now)
    by_id = {claim.row_id: claim for claim in claims}
    by_mail: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for each in notices:
        by_mail.setdefault(each.origin_id, []).append(each)
    return [
        _correspondence(writers[mail_id], rows, [by_id[row.notice_id] for row in rows], back, left.get(mail_id))
        for mail_id, rows in by_mail.items()
    ]


def _notices(connection: Connection, claims: Sequence[Claim]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The notices, the oldest first, each with its message where it is about one."""
    row, about, instead = notice.c, message.c, message_replacement
    return connection.execute(
        select(
            row.account_id,
            row.notice_id,
            row.origin_id,
            row.message_id,
            row.news,
            row.reason,
            row.created_at,
            about.payer_id,
            about.recipient,
            about.parts,
            about.units,
            about.held_until,
            about.alphabet,
            about.body,
            instead.c.replaced,
        )
        .outerjoin(message, and_(about.account_id == row.account_id, about.message_id == row.message_id))
        .outerjoin(instead, and_(instead.c.account_id == row.account_id, instead.c.message_id == row.message_id))
        .where(
            row.account_id.in_({claim.account_id for claim in claims}),
            row.notice_id.in_([claim.row_id for claim in claims]),
        )
        .order_by(row.notice_id)
    ).all()


def _writers(connection: Connection, notices: Sequence[Row[*tuple[Any, ...]]]) -> Mapping[int, Writer]:
    row, of = mail.c, account.c
    mails = connection.execute(
        select(
            row.mail_id,
            row.return_to,
            row.automatic,
            row.message_header,
            row.references_header,
            row.subject,
            of.language,
            of.time_zone,
            func.coalesce(of.parent_id, of.account_id).label("payer_id"),
        )
        .join(account, of.account_id == row.account_id)
        .where(
            row.account_id.in_({each.account_id for each in notices}),
            row.mail_id.in_({each.origin_id for each in notices}),
        )
    )
    return {
        each.mail_id: Writer(
            each.return_to,
            each.automatic,
            Language(each.language),
            each.time_zone,
            Thread(each.message_header or "", each.references_header or "", each.subject or ""),
            each.payer_id,
        )
        for each in mails
    }


def _units_back(connection: Connection, notices: Sequence[Row[*tuple[Any, ...]]]) -> Mapping[int, int]:
    """How many units each message got back."""
    failed = [each for each in notices if each.news is News.FAILED]
    if not failed:
        return {}
    entry = ledger_entry.c
    rows = connection.execute(
        select(entry.message_id, func.sum(entry.units))
        .where(
            entry.account_id.in_({each.payer_id for each in failed}),
            entry.message_id.in_({each.message_id for each in failed}),
            entry.kind == EntryKind.REFUND,
        )
        .group_by(entry.message_id)
    )
    return {message_id: int(units) for message_id, units in rows}


def _units_left(
    connection: Connection, writers: Mapping[int, Writer], low: Sequence[Row[*tuple[Any, ...]]], now: datetime
) -> Mapping[int, int]:
    """What is left, by the mail that took it low; not where billing itself tells the very writer of that mail."""
    if not low:
        return {}
    payer_ids = {writers[each.origin_id].payer_id for each in low}
    units, billed = spendable(connection, payer_ids, now, frozenset(LotKind)), warned_at(connection, payer_ids)
    return {
        each.origin_id: units[writers[each.origin_id].payer_id]
        for each in low
        if billed.get(each.account_id, "").lower() != writers[each.origin_id].address.lower()
    }


def _correspondence(
    writer: Writer,
    notices: Sequence[Row[*tuple[Any, ...]]],
    claims: Collection[Claim],
    back: Mapping[int, int],
    units_left: int | None,
) -> Correspondence:
    newest = {each.message_id: each for each in notices if each.message_id}  # held, then delivered: delivered it is
    unreadable = [each.reason for each in notices if each.news is News.UNREADABLE]
    return Correspondence(
        writer,
        tuple(claims),
        tuple(_of_number(each, back.get(each.message_id, 0)) for each in newest.values()),
        unreadable[0] if unreadable else None,
        units_left,
    )


def _of_number(each: Row[*tuple[Any, ...]], units_back: int) -> RecipientNews:
    return RecipientNews(
        number=each.recipient,
        news=each.news,
        at=each.created_at,
        reason=each.reason,
        parts=each.parts,
        units=each.units - units_back,
        units_back=units_back,
        held_until=each.held_until,
        outside_gsm=outside(each.body) if each.alphabet is Alphabet.UCS2 and each.parts > 1 else "",
        replaced=each.replaced or "",
    )
