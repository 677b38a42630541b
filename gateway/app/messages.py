"""The commands about messages: what the sms room knows and does, in the words of the command line."""

import secrets
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.accounts.senders import checked_display
from gateway.accounts.words import Encoding
from gateway.app.paging import identifier, newest_first
from gateway.engine.database import Stamp
from gateway.sms import optouts, reports
from gateway.sms.cancel import cancel
from gateway.sms.gsm import outside
from gateway.sms.policy import Rules
from gateway.sms.preview import Preview, preview
from gateway.sms.request import SmsRequest
from gateway.sms.submit import submit
from gateway.sms.words import MessageState
from plans.words import MessageClass, Origin

_MOST_PARTS = 255


def listing(
    connection: Connection, *, account: str | None = None, state: MessageState | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The newest messages first, read page by page; all there are where no ``limit`` is given."""
    account_id = clients.find(connection, account).account_id if account else None
    pages = partial(reports.list_messages, connection, account_id=account_id, state=state)
    return map(line, newest_first(pages, reports.MOST, limit))


def show(connection: Connection, *, message: str) -> dict[str, Any]:
    """One message with its route, its entries in the ledger and the work that remains."""
    story = reports.show_message(connection, identifier(message))
    if story is None:
        raise _unknown(message)
    details = asdict(story)
    del details["line"]
    return {**line(story.line), **details}


def look_ahead(
    connection: Connection,
    now: datetime,
    rules: Rules,
    *,
    account: str,
    to: str,
    text: str,
    message_class: MessageClass = MessageClass.ALERT,
    encoding: Encoding = Encoding.AUTO,
    max_parts: int = _MOST_PARTS,
    origin: Origin = Origin.EMAIL,
    at: str | None = None,
) -> dict[str, Any]:
    """What would become of a message, now or ``at`` an instant (ISO 8601), and its cost; nothing is changed."""
    client = clients.find(connection, account)
    request = SmsRequest(
        account_id=client.account_id,
        origin=origin,
        origin_id=0,
        dedup_key="",
        recipient=to,
        text=text,
        message_class=message_class,
        encoding=encoding,
        max_parts=max_parts,
    )
    seen = preview(connection, _instant(at, client.time_zone) if at else now, rules, request)
    return _told(seen, to)


def _told(seen: Preview, to: str) -> dict[str, Any]:
    encoded = seen.composed.encoded if seen.composed else None
    return {
        "state": seen.answer.state,
        "reason": seen.answer.reason,
        "held_until": seen.answer.held_until,
        "to": seen.number.e164 if seen.number else to,
        "destination": seen.number.destination if seen.number else None,
        "encoding": encoded.alphabet if encoded else None,
        "parts": encoded.parts if encoded else [],
        "outside_gsm": outside(encoded.text) if encoded else "",
        "replacements": [asdict(each) for each in encoded.replacements] if encoded else [],
        "display": seen.composed.display if seen.composed else None,
        "stop": seen.composed.stop if seen.composed else None,
        "units": seen.composed.units if seen.composed else 0,
        "draws": [each._asdict() for each in seen.draws],
        "credit_left": seen.credit_left,
    }


def send(
    connection: Connection,
    stamp: Stamp,
    rules: Rules,
    *,
    account: str,
    to: str,
    text: str,
    message_class: MessageClass = MessageClass.ALERT,
    display: str | None = None,
    encoding: Encoding = Encoding.AUTO,
    max_parts: int = _MOST_PARTS,
    key: str | None = None,
) -> dict[str, Any]:
    """Hand one message to the one door; the same ``key`` twice is the same message, and gets the first answer."""
    client = clients.find(connection, account)
    request = SmsRequest(
        account_id=client.account_id,
        origin=Origin.CLI,
        origin_id=stamp.new_id(),
        dedup_key=cli_key(key or secrets.token_hex()),
        recipient=to,
        text=text,
        message_class=message_class,
        display=checked_display(display, client.country),
        encoding=encoding,
        max_parts=max_parts,
    )
    (answer,) = submit(connection, stamp, rules, [request])
    told = answer._asdict()
    return {"id": told.pop("message_id"), **told}


def cli_key(key: str) -> str:
    """The key of a message that was handed in by command."""
    return sha256(key.encode("utf-8", "replace")).hexdigest()


def take_back(connection: Connection, stamp: Stamp, rules: Rules, *, message: str) -> dict[str, Any]:
    """Cancel a message that has not left, and refund it."""
    if not cancel(connection, stamp, rules, identifier(message)):
        show(connection, message=message)  # says so where there is none
        raise Refused("This message cannot be taken back.", "It has left or ended: see `gateway sms show`.")
    return show(connection, message=message)


def opt_out(connection: Connection, stamp: Stamp, actor: str, rules: Rules, *, account: str, number: str) -> Any:
    """Note that a number wants nothing more from an account."""
    return optouts.add(connection, stamp, actor, account=account, number=number, sandbox=rules.sandbox)


def opt_in(connection: Connection, stamp: Stamp, actor: str, rules: Rules, *, account: str, number: str) -> None:
    """Let messages to a number through again."""
    optouts.remove(connection, stamp, actor, account=account, number=number, sandbox=rules.sandbox)


def line(message: reports.MessageLine) -> dict[str, Any]:
    """A message under the names that programs rely on; more may follow, none is renamed."""
    told = {"class" if name == "message_class" else name: value for name, value in asdict(message).items()}
    return {**told, "lots": [str(lot_id) for lot_id in message.lots]}


def _instant(text: str, zone: str) -> datetime:
    """The instant that ``text`` names; without an offset it is the account's local time."""
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no instant.", "Write it like 2026-11-27T20:00, with or without +01:00.") from None
    return (named if named.tzinfo else named.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _unknown(message: str) -> Refused:
    return Refused(f"There is no message {message!r}.", "`gateway sms list` shows the newest.")
