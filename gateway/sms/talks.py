"""What a conversation has been so far: how its next message goes out, and what its phone has said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.sms.inbound_tables import inbound_sms
from gateway.sms.tables import message
from plans.words import MessageClass

#: SMS of a phone that are remembered, the newest first.
_REMEMBERED = 20


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of an account with a phone."""

    message_class: MessageClass | None  # of its last message; None where nothing was sent
    display: str | None
    heard: tuple[str, ...]  # what the phone said lately


def talks(connection: Connection, pairs: Collection[tuple[int, str]]) -> Mapping[tuple[int, str], Talk]:
    """The conversations of these accounts and phones (E.164)."""
    return {pair: _talk(connection, *pair) for pair in pairs}


def _talk(connection: Connection, account_id: int, phone: str) -> Talk:
    row, said = message.c, inbound_sms.c
    last = connection.execute(
        select(row.message_class, row.display)
        .where(row.account_id == account_id, row.recipient == phone)
        .order_by(row.message_id.desc())
        .limit(1)
    ).one_or_none()
    heard = connection.scalars(
        select(said.body)
        .where(said.account_id == account_id, said.sender == phone)
        .order_by(said.inbound_id.desc())
        .limit(_REMEMBERED)
    )
    message_class, display = last or (None, None)
    return Talk(message_class, display, tuple(heard))
