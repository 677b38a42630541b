"""Recipients who said STOP to an account, or to one of its voices: nothing more goes to them, whatever its class."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, false, or_, select

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.sms import stop_changes
from gateway.sms.facts import EVERY_VOICE
from gateway.sms.numbers import Number, parse
from gateway.sms.tables import suppression
from gateway.sms.words import Source

MOST = 1_000  # lines of one list

#: What only the phone's owner can have said; what an operator noted is undone by hand.
SAID = (Source.SMS, Source.LINK)

#: Who changed it, in the audit trail, where the recipients did so themselves.
RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class OptOut:
    """A recipient who said STOP."""

    recipient: str  # E.164
    source: str  # how we know
    at: datetime
    voice: str = EVERY_VOICE  # what is silenced: ``facts.voice_of``


def add(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, number: str, sandbox: bool = False
) -> OptOut:
    """Note that ``number`` (as people write it) wants nothing more from the account; a second time changes nothing."""
    client = clients.find(connection, account)
    recipient = _read(number, client.country, sandbox=sandbox)
    stop(connection, stamp, client.account_id, recipient, source=Source.OPERATOR, actor=actor)
    row = suppression.c
    noted = select(row.recipient, row.source, row.at, row.voice).where(*_of(client.account_id, recipient))
    return OptOut(*connection.execute(noted.order_by(row.voice).limit(1)).one())


def stop(
    connection: Connection,
    stamp: Stamp,
    account_id: int,
    recipient: str,
    *,
    source: Source,
    voice: str = EVERY_VOICE,
    actor: str = RECIPIENT,
) -> bool:
    """Silence a voice of an account for a recipient (E.164); whether that is new."""
    row = insert_or(connection, suppression).values(
        account_id=account_id, recipient=recipient, voice=voice, source=source, at=stamp.now
    )
    new = connection.scalar(row.on_conflict_do_nothing().returning(suppression.c.recipient)) is not None
    if new:
        audit_trail.append(connection, stamp, actor, account_id, Action.OPTOUT_ADDED)
        stop_changes.enter(connection, stamp, account_id, recipient)
    return new


def lift(
    connection: Connection,
    stamp: Stamp,
    account_id: int,
    recipient: str,
    *,
    sources: Collection[Source] = SAID,
    actor: str = RECIPIENT,
) -> bool:
    """Let the voices of an account that were silenced in these ways through again; whether there were any."""
    silenced = delete(suppression).where(*_of(account_id, recipient), suppression.c.source.in_(sources))
    lifted = connection.execute(silenced).rowcount > 0
    if lifted:
        audit_trail.append(connection, stamp, actor, account_id, Action.OPTOUT_REMOVED)
        stop_changes.enter(connection, stamp, account_id, recipient)
    return lifted


def silenced(connection: Connection, recipient: str, sources: Collection[Source] = SAID) -> list[int]:
    """The accounts that a recipient said STOP to, in one of these ways."""
    row = suppression.c
    said = select(row.account_id).where(row.recipient == recipient, row.source.in_(sources)).distinct()
    return list(connection.scalars(said.order_by(row.account_id)))


def remove(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, number: str, sandbox: bool = False
) -> None:
    """Let messages through again, at the recipient's own wish; ``Refused`` where there was no STOP."""
    client = clients.find(connection, account)
    recipient = _read(number, client.country, sandbox=sandbox)
    if not lift(connection, stamp, client.account_id, recipient, sources=tuple(Source), actor=actor):
        raise Refused(
            f"{recipient} has not said STOP to {client.slug}.", f"`gateway optout list {client.slug}` shows who has."
        )


def listing(
    connection: Connection, *, account: str, limit: int = MOST, after: str = "", after_voice: str | None = None
) -> list[OptOut]:
    """Who said STOP to an account, by number; ``after`` goes on after a number, or with its voices after that one."""
    client = clients.find(connection, account)
    row = suppression.c
    more = false() if after_voice is None else and_(row.recipient == after, row.voice > after_voice)
    found = connection.execute(
        select(row.recipient, row.source, row.at, row.voice)
        .where(row.account_id == client.account_id, or_(row.recipient > after, more))
        .order_by(row.recipient, row.voice)
        .limit(max(0, min(limit, MOST)))
    )
    return [OptOut(*each) for each in found]


def _read(number: str, country: str, *, sandbox: bool) -> str:
    read = parse(number, country, sandbox=sandbox)
    if isinstance(read, Number):
        return read.e164
    raise Refused(f"{number!r} can take no SMS.", "Write a mobile number such as +33612345678.", read.reason)


def _of(account_id: int, recipient: str) -> tuple[ColumnElement[bool], ...]:
    return suppression.c.account_id == account_id, suppression.c.recipient == recipient
