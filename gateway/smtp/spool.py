"""The spool: raw mails on disk before anybody is told that they were accepted."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.engine.bulk import BulkInsert, Row
from gateway.engine.database import Engine
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
    stamp = engine.stamp()
    shares = _shares(envelope.mail_from, envelope.recipients)
    rows = [(each.account_id, stamp.new_id(), each.envelope, raw, stamp.now, 0, 0) for each in shares]
    return engine.write_each(_insert, rows, wakes=[each.topic for each in shares], at_once=len(raw) > BIG_BYTES)


_INSERT = BulkInsert(
    spool.c.account_id,
    spool.c.mail_id,
    spool.c.envelope,
    spool.c.raw,
    spool.c.received_at,
    spool.c.claim_epoch,
    spool.c.attempts,
)


class _Share(NamedTuple):
    """What one account is given of a mail."""

    account_id: int
    envelope: SpooledEnvelope
    topic: str


@lru_cache(maxsize=128)  # the same sender writes to the same people again and again
def _shares(mail_from: str, recipients: tuple[Admitted, ...]) -> tuple[_Share, ...]:
    by_account: dict[int, list[Admitted]] = {}
    for each in recipients:
        by_account.setdefault(each.account_id, []).append(each)
    return tuple(_share(mail_from, admitted) for admitted in by_account.values())


def _share(mail_from: str, admitted: Sequence[Admitted]) -> _Share:
    first = admitted[0]
    envelope = SpooledEnvelope(mail_from, first.sender_id or 0, tuple(map(_spooled, admitted)))
    return _Share(first.account_id, envelope, ROLE_TOPIC if first.account_id == NO_ACCOUNT else TOPIC)


def _spooled(each: Admitted) -> SpooledRecipient:
    role = each.recipient.role if isinstance(each.recipient, RoleAddress) else None
    return SpooledRecipient(each.recipient.raw, each.e164, each.message_class, role)


def _insert(connection: Connection, mails: Sequence[list[Row]]) -> list[int]:
    """A unit for many mails at once; each answers with the id of its first row."""
    _INSERT(connection, [row for rows in mails for row in rows])
    return [mail_id for (_, mail_id, *_), *_ in mails]
