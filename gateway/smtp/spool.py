"""The spool: raw mails on disk before anybody is told that they were accepted."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection

from gateway.engine.bulk import BulkInsert
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

_INSERT = BulkInsert(
    spool.c.account_id,
    spool.c.mail_id,
    spool.c.envelope,
    spool.c.raw,
    spool.c.received_at,
    spool.c.claim_epoch,
    spool.c.attempts,
)

#: What each account is given of a mail.
_Shares = Mapping[int, SpooledEnvelope]


class Spool:
    """Where mails wait on disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, envelope: Envelope, raw: bytes) -> "asyncio.Future[int]":
        """Put a mail on disk; its id, once it is there. A mail to several accounts becomes one row for each of them."""
        shares, topics = _shared(envelope.mail_from, envelope.recipients)
        return self._engine.write_each(self._insert, (shares, raw), wakes=topics, at_once=len(raw) > BIG_BYTES)

    def _insert(self, connection: Connection, mails: Sequence[tuple[_Shares, bytes]]) -> list[int]:
        """A unit for many mails at once, which have one instant; each answers with the id of its first row."""
        stamp = self._engine.stamp()
        ids = iter(stamp.new_ids(sum(len(shares) for shares, _ in mails)))
        rows = [
            [(account_id, next(ids), envelope, raw, stamp.now, 0, 0) for account_id, envelope in shares.items()]
            for shares, raw in mails
        ]
        _INSERT(connection, list(chain.from_iterable(rows)))
        return [mail_id for (_, mail_id, *_), *_ in rows]


@lru_cache(maxsize=128)  # the same sender writes to the same people again and again
def _shared(mail_from: str, recipients: tuple[Admitted, ...]) -> tuple[_Shares, tuple[str, ...]]:
    """A mail as its accounts are given it, and the topics that this wakes."""
    by_account: dict[int, list[Admitted]] = {}
    for each in recipients:
        by_account.setdefault(each.account_id, []).append(each)
    shares = {account_id: _envelope(mail_from, admitted) for account_id, admitted in by_account.items()}
    return shares, tuple(ROLE_TOPIC if each == NO_ACCOUNT else TOPIC for each in shares)


def _envelope(mail_from: str, admitted: Sequence[Admitted]) -> SpooledEnvelope:
    return SpooledEnvelope(mail_from, admitted[0].sender_id or 0, tuple(map(_spooled, admitted)))


def _spooled(each: Admitted) -> SpooledRecipient:
    role = each.recipient.role if isinstance(each.recipient, RoleAddress) else None
    return SpooledRecipient(each.recipient.raw, each.e164, each.message_class, role)
