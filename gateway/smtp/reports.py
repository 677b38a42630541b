"""What became of mails: lists and single mails, for the command line and the API."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, select

from gateway.accounts import tables as accounts
from gateway.accounts.refusals import Refused
from gateway.smtp.tables import mail, spool
from gateway.smtp.words import MailState
from plans.words import Reason

MOST = 1_000  # lines of one list: who wants more asks again with ``before_id``


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail as a list shows it."""

    id: int
    account: str | None  # slug; None for what was written to postmaster or abuse
    mail_from: str  # the proven envelope sender
    subject: str | None
    recipients: int
    state: MailState | None  # None while it waits to be read
    reason: Reason | None
    received_at: datetime
    finished_at: datetime | None


def list_mails(
    connection: Connection, *, limit: int, account_id: int | None = None, before_id: int | None = None
) -> list[MailLine]:
    """The newest mails first, those that wait and those that were read, at most ``limit`` (and never above MOST)."""
    size = max(0, min(limit, MOST))
    newest_first = heapq.merge(
        _waiting(connection, size, _wanted(spool, account_id, before_id)),
        _finished(connection, size, _wanted(mail, account_id, before_id)),
        key=lambda line: -line.id,
    )
    return list(newest_first)[:size]


def find_mail(connection: Connection, mail_id: int) -> MailLine:
    """One mail; ``Refused`` where there is none of this id."""
    waiting = _waiting(connection, 1, [spool.c.mail_id == mail_id])
    finished = _finished(connection, 1, [mail.c.mail_id == mail_id])
    for line in (*waiting, *finished):
        return line
    raise Refused(f"There is no mail {mail_id}.", "`gateway mail list` shows the newest.")


def _wanted(table: Table, account_id: int | None, before_id: int | None) -> list[ColumnElement[bool]]:
    wanted = [] if account_id is None else [table.c.account_id == account_id]
    return wanted if before_id is None else [*wanted, table.c.mail_id < before_id]


def _waiting(connection: Connection, limit: int, wanted: Sequence[ColumnElement[bool]]) -> Iterator[MailLine]:
    row, slug = spool.c, accounts.account.c.slug
    lines = (
        select(row.mail_id, slug, row.envelope, row.received_at)
        .outerjoin(accounts.account, accounts.account.c.account_id == row.account_id)
        .where(*wanted)
        .order_by(row.mail_id.desc())
        .limit(limit)
    )
    for mail_id, account, envelope, received_at in connection.execute(lines):
        recipients = len(envelope.recipients)
        yield MailLine(mail_id, account, envelope.mail_from, None, recipients, None, None, received_at, None)


def _finished(connection: Connection, limit: int, wanted: Sequence[ColumnElement[bool]]) -> Iterator[MailLine]:
    row, slug = mail.c, accounts.account.c.slug
    lines = (
        select(row.mail_id, slug, row.return_to, row.subject, row.recipients, row.state, row.reason)
        .add_columns(row.received_at, row.finished_at)
        .outerjoin(accounts.account, accounts.account.c.account_id == row.account_id)
        .where(*wanted)
        .order_by(row.mail_id.desc())
        .limit(limit)
    )
    return (MailLine(*each) for each in connection.execute(lines))
