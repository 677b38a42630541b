"""The commands about mails: what the smtp room knows, in the words of the command line."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.app.messages import line
from gateway.app.paging import identifier, newest_first
from gateway.sms import reports as sms
from gateway.smtp import reports

_WAITING = "waiting"


def listing(
    connection: Connection, *, account: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The newest mails first, read page by page; all there are where no ``limit`` is given."""
    account_id = clients.find(connection, account).account_id if account else None
    pages = partial(reports.list_mails, connection, account_id=account_id)
    return map(_line, newest_first(pages, reports.MOST, limit))


def show(connection: Connection, *, mail: str) -> dict[str, Any]:
    """One mail with the messages that it became."""
    found = reports.find_mail(connection, identifier(mail))
    messages = sms.list_messages(connection, limit=sms.MOST, origin_id=found.id)
    return {**_line(found), "messages": [line(each) for each in messages]}


def _line(mail: reports.MailLine) -> dict[str, Any]:
    return {**asdict(mail), "state": mail.state or _WAITING}
