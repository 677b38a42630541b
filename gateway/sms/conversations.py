"""Whose an answer is: the client who wrote last to that phone, from the number that the answer came to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from gateway.accounts.inbound_numbers import spelling
from gateway.sms.numbers import Number, parse
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import MessageClass, Origin

#: States of a message that may be on the phone.
_LEFT = (MessageState.SENDING, MessageState.SUBMITTED, MessageState.DELIVERED, MessageState.UNKNOWN)

#: Messages to one phone that are looked at, the newest first: so many strangers do not share a number in a month.
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that may be on a phone."""

    account_id: int
    message_id: int
    recipient: str  # E.164
    carrier: str | None
    display: str | None
    sender_id: int
    origin: Origin
    origin_id: int
    message_class: MessageClass
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Came:
    """Where an answer came from, and to which number of ours."""

    carrier: str
    phone: str  # E.164
    number: str  # as ``spelling`` writes it
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Whose an answer is."""

    account_id: int
    about: Sent | None  # the message that it answers; None where the number is the client's own and it wrote nothing
    own: bool = False  # our number is the client's own
    others: tuple[Sent, ...] = ()  # the last message of every other client that wrote shortly before: who can tell


@dataclass(frozen=True, slots=True)
class Memory:
    """How far back a conversation goes."""

    window: timedelta = timedelta(days=30)  # an answer that comes later belongs to nobody
    ambiguity: timedelta = timedelta(hours=24)  # who wrote so shortly before the last may be meant as well


def phone_of(sender: str, *, sandbox: bool) -> Number | None:
    """The phone that wrote, as carriers name it: E.164 with or without +; None for what is no mobile."""
    country_first = sender.startswith(("+", "0"))
    read = parse(sender if country_first else f"+{sender}", "FR", sandbox=sandbox)
    return read if isinstance(read, Number) else None


def place(came: Came, sent: Sequence[Sent], owner: int | None, stop_code: str, memory: Memory) -> Place | None:
    """Decide whose an answer is; None where nobody wrote to that phone.

    ``sent``: what went to that phone, the newest first. ``owner``: whose own our number is. An answer to the STOP code
    may answer a message of any carrier; any other, only one of the carrier that brings it.
    """
    through = [each for each in sent if _answers(came, each, stop_code) and came.at - each.created_at <= memory.window]
    if owner is not None:
        return Place(owner, next((each for each in through if each.account_id == owner), None), own=True)
    return _among(through, memory) if through else None


def anybody(came: Came, sent: Sequence[Sent], memory: Memory) -> Place | None:
    """Whom a STOP silences that answers nothing by ``place``: whoever wrote last to that phone, however long ago.

    Nobody who says STOP knows by which carrier a message came, or counts days.
    """
    before = [each for each in sent if each.created_at <= came.at]
    return _among(before, memory) if before else None


def _among(sent: Sequence[Sent], memory: Memory) -> Place:
    """The writer of the newest of these, with the others who wrote shortly before."""
    last = sent[0]
    others: dict[int, Sent] = {}
    for each in sent:
        if each.account_id != last.account_id and last.created_at - each.created_at <= memory.ambiguity:
            others.setdefault(each.account_id, each)
    return Place(last.account_id, last, others=tuple(others.values()))


def _answers(came: Came, each: Sent, stop_code: str) -> bool:
    """Whether the message was sent so that an answer comes to that number of ours, over that carrier."""
    if each.created_at > came.at or (each.carrier != came.carrier and came.number != stop_code):
        return False
    shown = spelling(each.display or "")
    return not shown.removeprefix("+").isdigit() or shown == came.number


def sent_to(connection: Connection, phones: Collection[str]) -> Mapping[str, list[Sent]]:
    """What may be on these phones (E.164), the newest first, not more than is worth looking at."""
    row = message.c
    place_of = func.row_number().over(partition_by=row.recipient, order_by=row.message_id.desc()).label("place")
    ranked = (
        select(row.account_id, row.message_id, row.recipient, row.carrier, row.display, row.sender_id)
        .add_columns(row.origin, row.origin_id, row.message_class, row.created_at, place_of)
        .where(row.recipient.in_(phones), row.state.in_(_LEFT))
        .subquery()
    )
    found: dict[str, list[Sent]] = {phone: [] for phone in phones}
    newest = select(ranked).where(ranked.c.place <= _LOOKED_AT).order_by(ranked.c.message_id.desc())
    for each in connection.execute(newest):
        found[each.recipient].append(_sent(each))
    return found


def _sent(row: Row[*tuple[Any, ...]]) -> Sent:
    return Sent(*row[:-1])
