"""To whom an answer is told: whoever wrote the mail that it answers, else the address of the account."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, func, select

from gateway.accounts.tables import account, sender
from gateway.accounts.words import SenderKind
from gateway.billing.selling_tables import billing_profile
from gateway.sms.answers import Answer
from gateway.smtp.answer_letters import Addressee
from gateway.smtp.letters import Thread
from gateway.smtp.tables import mail
from plans.words import Origin


def addressees(connection: Connection, answers: Sequence[Answer]) -> list[Addressee | None]:
    """One for each answer, in order; None where nobody can be written to.

    A writer who is no sender of the account any more is told nothing, nor is a machine: then, and for what no mail
    asked for, the account's own address stands in: that of its billing, its parent's, or its first sender with one.
    """
    accounts = _accounts(connection, {each.claim.account_id for each in answers})
    mails = _mails(connection, answers)
    return [_addressee(each, accounts[each.claim.account_id], mails) for each in answers]


def _addressee(
    answer: Answer, of: Row[*tuple[Any, ...]], mails: Mapping[tuple[int, int], Row[*tuple[Any, ...]]]
) -> Addressee | None:
    asked = mails.get((answer.claim.account_id, answer.origin_id or 0)) if answer.origin is Origin.EMAIL else None
    thread = Thread(asked.message_header or "", asked.references_header or "", asked.subject or "") if asked else None
    own = next(filter(None, (of.own_email, of.parents_email, of.first_sender)), None)
    address = asked.return_to if asked and not asked.automatic and asked.still_sender else own
    return Addressee(address, of.language, ZoneInfo(of.time_zone), of.stop_scope, thread) if address else None


def _accounts(connection: Connection, account_ids: set[int]) -> Mapping[int, Row[*tuple[Any, ...]]]:
    of, own, parents = account.c, billing_profile.alias("own"), billing_profile.alias("parents")
    first = (
        select(func.min(sender.c.value))
        .where(sender.c.account_id == of.account_id, sender.c.kind == SenderKind.ADDRESS)
        .correlate(account)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(of.account_id, of.language, of.time_zone, of.stop_scope)
        .add_columns(
            own.c.email.label("own_email"), parents.c.email.label("parents_email"), first.label("first_sender")
        )
        .outerjoin(own, own.c.account_id == of.account_id)
        .outerjoin(parents, parents.c.account_id == of.parent_id)
        .where(of.account_id.in_(account_ids))
    )
    return {row.account_id: row for row in rows}


def _mails(connection: Connection, answers: Sequence[Answer]) -> Mapping[tuple[int, int], Row[*tuple[Any, ...]]]:
    row, by = mail.c, sender.c
    asked = {each.origin_id for each in answers if each.origin is Origin.EMAIL}
    if not asked:
        return {}
    rows = connection.execute(
        select(row.account_id, row.mail_id, row.return_to, row.automatic)
        .add_columns(row.message_header, row.references_header, row.subject)
        .add_columns(by.sender_id.is_not(None).label("still_sender"))
        .outerjoin(sender, and_(by.account_id == row.account_id, by.sender_id == row.sender_id))
        .where(row.account_id.in_({each.claim.account_id for each in answers}), row.mail_id.in_(asked))
    )
    return {(each.account_id, each.mail_id): each for each in rows}
