"""What people do at the end of a STOP link: the same as by answering STOP or START."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from gateway.accounts.tables import account
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.sms import optouts
from gateway.sms.answers import enter_answer
from gateway.sms.inbound_tables import inbound_sms, stop_link
from gateway.sms.stop_links import StopLinks
from gateway.sms.tables import message
from gateway.sms.words import Meaning, Reader, Source

#: What can stand at the end of a link; anything else need not be looked for, and no database takes a NUL.
_TOKEN = re.compile(r"[a-z2-7]{1,16}")

#: What stands for carrier and number of ours where a click took the place of an SMS.
_LINK = "link"


@dataclass(frozen=True, slots=True)
class Linked:
    """Between whom a link is, and how it stands."""

    account_id: int
    client: str
    recipient: str  # E.164
    stopped: bool


def enter_links(connection: Connection, now: datetime, links: StopLinks, pairs: Collection[tuple[int, str]]) -> None:
    """Remember whose links are sent: (account, recipient)."""
    rows = [
        {
            "account_id": account_id,
            "recipient": recipient,
            "token": links.token(account_id, recipient),
            "sent_at": now,
        }
        for account_id, recipient in sorted(pairs)
    ]
    if rows:
        entered = insert_or(connection, stop_link)
        known = entered.on_conflict_do_update(
            index_elements=["account_id", "recipient", "token"], set_={"sent_at": entered.excluded.sent_at}
        )
        connection.execute(known, rows)


def follow(connection: Connection, token: str) -> Linked | None:
    """Whom a link is about; None where we sent no such link."""
    if not _TOKEN.fullmatch(token):
        return None
    row = stop_link.c
    found = connection.execute(
        select(row.account_id, account.c.name, row.recipient)
        .join(account, account.c.account_id == row.account_id)
        .where(row.token == token)
    ).one_or_none()
    if found is None:
        return None
    return Linked(*found, stopped=found.account_id in optouts.silenced(connection, found.recipient, tuple(Source)))


def press(connection: Connection, stamp: Stamp, token: str, *, stop: bool) -> Linked | None:
    """Stop or start again, tell the client and drop reminders: as by SMS. Pressed twice, nothing more happens."""
    linked = follow(connection, token)
    if linked is None:
        return None
    if stop:
        changed = optouts.stop(connection, stamp, linked.account_id, linked.recipient, source=Source.LINK)
    else:
        changed = optouts.lift(connection, stamp, linked.account_id, linked.recipient)
    if changed:
        _tell(connection, stamp, linked, Meaning.STOP if stop else Meaning.START)
    return follow(connection, token)


def _tell(connection: Connection, stamp: Stamp, linked: Linked, meaning: Meaning) -> None:
    row, inbound_id = message.c, stamp.new_id()
    last = connection.scalar(
        select(row.message_id)
        .where(row.account_id == linked.account_id, row.recipient == linked.recipient)
        .order_by(row.message_id.desc())
        .limit(1)
    )
    connection.execute(
        insert(inbound_sms).values(
            account_id=linked.account_id,
            inbound_id=inbound_id,
            carrier=_LINK,
            sender=linked.recipient,
            recipient=_LINK,
            body=meaning.upper(),
            missing_parts=0,
            meaning=meaning,
            message_id=last or 0,
            ambiguous=False,
            sent_at=stamp.now,
            received_at=stamp.now,
        )
    )
    for reader in Reader:
        enter_answer(connection, stamp, linked.account_id, inbound_id, reader)
