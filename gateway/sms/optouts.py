"""Recipients who said STOP to an account: nothing more goes to them, whatever its class."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.sms.numbers import Number, parse
from gateway.sms.tables import suppression

MOST = 1_000  # lines of one list

_BY_HAND = "operator"


@dataclass(frozen=True, slots=True)
class OptOut:
    """A recipient who said STOP."""

    recipient: str  # E.164
    source: str  # how we know
    at: datetime


def add(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, number: str, sandbox: bool = False
) -> OptOut:
    """Note that ``number`` (as people write it) wants nothing more from the account; a second time changes nothing."""
    client = clients.find(connection, account)
    recipient = _read(number, client.country, sandbox=sandbox)
    row = insert_or(connection, suppression).values(
        account_id=client.account_id, recipient=recipient, source=_BY_HAND, at=stamp.now
    )
    if connection.scalar(row.on_conflict_do_nothing().returning(suppression.c.recipient)):
        audit_trail.append(connection, stamp, actor, client.account_id, Action.OPTOUT_ADDED)
    return _one(connection, client.account_id, recipient)


def remove(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, number: str, sandbox: bool = False
) -> None:
    """Let messages through again, at the recipient's own wish; ``Refused`` where there was no STOP."""
    client = clients.find(connection, account)
    recipient = _read(number, client.country, sandbox=sandbox)
    row = suppression.c
    removed = delete(suppression).where(row.account_id == client.account_id, row.recipient == recipient)
    if not connection.execute(removed).rowcount:
        raise Refused(
            f"{recipient} has not said STOP to {client.slug}.", f"`gateway optout list {client.slug}` shows who has."
        )
    audit_trail.append(connection, stamp, actor, client.account_id, Action.OPTOUT_REMOVED)


def listing(connection: Connection, *, account: str, limit: int = MOST, after: str = "") -> list[OptOut]:
    """Who said STOP to an account, by number; ``after`` goes on where a list ended."""
    client = clients.find(connection, account)
    row = suppression.c
    found = connection.execute(
        select(row.recipient, row.source, row.at)
        .where(row.account_id == client.account_id, row.recipient > after)
        .order_by(row.recipient)
        .limit(max(0, min(limit, MOST)))
    )
    return [OptOut(*each) for each in found]


def _read(number: str, country: str, *, sandbox: bool) -> str:
    read = parse(number, country, sandbox=sandbox)
    if isinstance(read, Number):
        return read.e164
    raise Refused(f"{number!r} can take no SMS.", "Write a mobile number such as +33612345678.", read.reason)


def _one(connection: Connection, account_id: int, recipient: str) -> OptOut:
    row = suppression.c
    found = connection.execute(
        select(row.recipient, row.source, row.at).where(row.account_id == account_id, row.recipient == recipient)
    )
    return OptOut(*found.one())
