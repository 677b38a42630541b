"""The spool: raw mails on disk before anybody is told that they were accepted."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.engine.bulk import BulkInsert, Row
from gateway.engine.database import Engine, Stamp
from gateway.engine.queue import Queue
from gateway.smtp.addresses import RoleAddress
from gateway.smtp.reception import Admitted, Envelope
from gateway.smtp.spooled import SpooledEnvelope, SpooledRecipient
from gateway.smtp.tables import spool

SPOOL = Queue(spool, key="mail_id", order="mail_id")

#: To write a mail as big as this takes longer than the commit that it could share.
BIG_BYTES = 65_536

#: Woken when mails to numbers were stored, and when mails to roles were.
TOPIC = "spool"
ROLE_TOPIC = "role"

#: The account of mail that belongs to nobody: what is written to postmaster and abuse.
NO_ACCOUNT = 0


def store(engine: Engine, envelope: Envelope, raw: bytes) -> "asyncio.Future[int]":
    """Put a mail on disk; its id, once it is there. A mail to several accounts becomes one row for each of them."""
    by_account: dict[int, list[Admitted]] = {}
    for each in envelope.recipients:
        by_account.setdefault(each.account_id, []).append(each)
    stamp = engine.stamp()
    rows = [_row(stamp, envelope.mail_from, admitted, raw) for admitted in by_account.values()]
    topics = [ROLE_TOPIC if account_id == NO_ACCOUNT else TOPIC for account_id in by_account]
    return engine.write_each(_insert, rows, wakes=topics, at_once=len(raw) > BIG_BYTES)


_INSERT = BulkInsert(
    spool.c.account_id,
    spool.c.mail_id,
    spool.c.envelope,
    spool.c.raw,
    spool.c.received_at,
    spool.c.claim_epoch,
    spool.c.attempts,
)


def _row(stamp: Stamp, mail_from: str, admitted: Sequence[Admitted], raw: bytes) -> Row:
    first = admitted[0]
    envelope = SpooledEnvelope(mail_from, first.sender_id or 0, tuple(map(_spooled, admitted)))
    return first.account_id, stamp.new_id(), envelope, raw, stamp.now, 0, 0


def _spooled(each: Admitted) -> SpooledRecipient:
    role = each.recipient.role if isinstance(each.recipient, RoleAddress) else None
    return SpooledRecipient(each.recipient.raw, each.e164, each.message_class, role)


def _insert(connection: Connection, mails: Sequence[list[Row]]) -> list[int]:
    """A unit for many mails at once; each answers with the id of its first row."""
    _INSERT(connection, [row for rows in mails for row in rows])
    return [mail_id for (_, mail_id, *_), *_ in mails]
