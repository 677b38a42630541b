"""The commands about what people send to us, in the words of the command line."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.app.paging import identifier, newest_first
from gateway.engine.database import Stamp
from gateway.sms import inbound_reports as reports
from gateway.sms.carriers import sandbox
from gateway.sms.carriers.port import InboundSms
from gateway.sms.conversations import phone_of
from gateway.sms.inbox import keep_inbound
from gateway.sms.policy import Rules

#: To whom the phones of the sandbox write.
SANDBOX_NUMBER = "sandbox"


def listing(
    connection: Connection, *, account: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The newest first, read page by page; all there are where no ``limit`` is given."""
    account_id = clients.find(connection, account).account_id if account else None
    pages = partial(reports.list_inbound, connection, account_id=account_id)
    return map(_line, newest_first(pages, reports.MOST, limit))


def show(connection: Connection, *, inbound: str) -> dict[str, Any]:
    """One SMS, with all the clients that it concerns."""
    lines = reports.show_inbound(connection, identifier(inbound))
    if not lines:
        raise Refused(f"Nobody sent {inbound!r}.", "`gateway sms inbound list` shows the newest.")
    return {**_line(lines[0]), "concerns": [each.account for each in lines]}


def sandbox_reply(
    connection: Connection, stamp: Stamp, rules: Rules, *, number: str, text: str, to: str = SANDBOX_NUMBER
) -> dict[str, Any]:
    """Have a phone of the sandbox send an SMS to us."""
    if not rules.sandbox:
        raise Refused("The sandbox is switched off.", "Set [sandbox] enabled = true.")
    phone = phone_of(number, sandbox=True)
    if phone is None:
        raise Refused(f"{number!r} is no mobile number.", "Write one such as +33639981234.")
    sms = InboundSms(f"reply-{stamp.new_id()}", phone.e164, to, text, stamp.now)
    keep_inbound(connection, stamp, sandbox.NAME, [sms])
    return {"from": phone.e164, "to": to, "text": text}


def _line(line: reports.InboundLine) -> dict[str, Any]:
    """Under the names that programs rely on; identifiers as text."""
    told = asdict(line)
    return {**told, "from": told.pop("sender"), "to": told.pop("recipient"), "answers": str(line.answers or "")}
