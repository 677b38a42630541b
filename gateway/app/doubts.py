"""The commands about messages in doubt: which there are, sending one again, and giving its units back."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from gateway.accounts.refusals import Refused
from gateway.app import messages
from gateway.app.paging import identifier
from gateway.engine.database import Stamp
from gateway.sms.policy import Rules
from gateway.sms.unknown import give_up, send_again
from gateway.sms.words import MessageState


def listing(
    connection: Connection, *, account: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """The messages of which nobody knows whether they left, the newest first."""
    return messages.listing(connection, account=account, state=MessageState.UNKNOWN, limit=limit)


def release(connection: Connection, stamp: Stamp, *, message: str) -> dict[str, Any]:
    """Hand a message in doubt over once more: whoever has it already gets it twice. It is charged once."""
    if not send_again(connection, stamp, identifier(message)):
        raise _not_in_doubt(connection, message)
    return messages.show(connection, message=message)


def refund(connection: Connection, stamp: Stamp, rules: Rules, *, message: str) -> dict[str, Any]:
    """End a message in doubt as not sent, and give its units back."""
    generous = replace(rules, credit=replace(rules.credit, silence_refunded=True))
    if not give_up(connection, stamp, generous, identifier(message)):
        raise _not_in_doubt(connection, message)
    return messages.show(connection, message=message)


def _not_in_doubt(connection: Connection, message: str) -> Refused:
    messages.show(connection, message=message)  # says so where there is none
    return Refused("This message is not in doubt.", "`gateway sms unknown list` shows those that are.")
