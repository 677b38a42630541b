"""The numbers at which answers reach us: each is one client's own, or shared by all."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account, inbound_number
from gateway.accounts.words import Action, NumberKind
from gateway.engine.database import Stamp

#: The account of a number that all share.
SHARED = 0

_LONG = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_SHORT = re.compile(r"[0-9]{3,8}")
_SEPARATORS = str.maketrans("", "", " .-()")


@dataclass(frozen=True, slots=True)
class InboundNumber:
    """A number that people can write to."""

    number: str  # E.164, or the digits of a short code
    kind: NumberKind
    account: str | None  # slug; None where all share it
    created_at: datetime


def spelling(number: str) -> str:
    """The one way in which a number of ours is written, however a carrier does: +33612345678, 36111."""
    plain = number.translate(_SEPARATORS)
    digits = plain.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return plain.lower()
    long = plain.startswith("+") or len(digits) > 8 or digits.startswith("00")
    return f"+{digits.removeprefix('00')}" if long else digits


def add(connection: Connection, stamp: Stamp, actor: str, *, number: str, account: str | None = None) -> InboundNumber:
    """Enter a number, as the own one of an account or (none) as shared by all."""
    client = clients.find(connection, account) if account else None
    entered = InboundNumber(*_checked(number), client.slug if client else None, stamp.now)
    owner = client.account_id if client else SHARED
    row = {"account_id": owner, "number": entered.number, "kind": entered.kind, "created_at": stamp.now}
    try:
        with connection.begin_nested():
            connection.execute(insert(inbound_number).values(row))
    except IntegrityError:
        raise Refused(f"{entered.number} is entered already.", "`gateway number list` shows whose it is.") from None
    audit_trail.append(connection, stamp, actor, owner, Action.NUMBER_ADDED, value=entered.number)
    return entered


def remove(connection: Connection, stamp: Stamp, actor: str, *, number: str) -> None:
    """Take a number out; ``Refused`` where it is not entered."""
    row = inbound_number.c
    owner = connection.scalar(delete(inbound_number).where(row.number == spelling(number)).returning(row.account_id))
    if owner is None:
        raise Refused(f"{number!r} is not entered.", "`gateway number list` shows all there are.")
    audit_trail.append(connection, stamp, actor, owner, Action.NUMBER_REMOVED, value=spelling(number))


def listing(connection: Connection) -> Iterator[InboundNumber]:
    """All numbers."""
    row = inbound_number.c
    rows = connection.execute(
        select(row.number, row.kind, account.c.slug, row.created_at)
        .outerjoin(account, account.c.account_id == row.account_id)
        .order_by(row.number)
    )
    return (InboundNumber(*each) for each in rows)


def owners(connection: Connection, numbers: Collection[str]) -> Mapping[str, int]:
    """Whose own each number (as ``spelling`` writes it) is; shared and unknown ones are left out."""
    row = inbound_number.c
    rows = connection.execute(
        select(row.number, row.account_id).where(row.number.in_(numbers), row.account_id != SHARED)
    )
    return {number: account_id for number, account_id in rows}  # noqa: C416 - dict() takes rows for what they are not


def _checked(number: str) -> tuple[str, NumberKind]:
    spelled = spelling(number)
    if _LONG.fullmatch(spelled):
        return spelled, NumberKind.LONG
    if _SHORT.fullmatch(spelled):
        return spelled, NumberKind.SHORT_CODE
    raise Refused(f"{number!r} is no number.", "Write +33700000000, or the digits of a short code.")
