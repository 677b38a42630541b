"""The spool: raw mails on disk before anybody is told that they were accepted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert

from gateway.engine.database import Engine, Stamp
from gateway.engine.queue import Queue
from gateway.smtp.addresses import RoleAddress
from gateway.smtp.reception import Admitted, Envelope
from gateway.smtp.tables import spool
from plans.words import MessageClass

SPOOL = Queue(spool, key="mail_id", order="mail_id")

#: Woken when mails to numbers were stored, and when mails to roles were.
TOPIC = "spool"
ROLE_TOPIC = "role"

#: The account of mail that belongs to nobody: what is written to postmaster and abuse.
NO_ACCOUNT = 0


@dataclass(frozen=True, slots=True)
class SpooledRecipient:
    """A recipient as it waits in the spool: a number, or a role of the domain."""

    raw: str
    e164: str | None
    message_class: MessageClass | None
    role: str | None


@dataclass(frozen=True, slots=True)
class SpooledEnvelope:
    """An envelope as it waits in the spool."""

    mail_from: str
    sender_id: int  # 0 where nobody had to be authorised
    recipients: tuple[SpooledRecipient, ...]

    def to_row(self) -> dict[str, Any]:
        """The JSON of its row."""
        return {
            "mail_from": self.mail_from,
            "sender_id": self.sender_id,
            "recipients": [(each.raw, each.e164, each.message_class, each.role) for each in self.recipients],
        }

    @classmethod
    def from_row(cls, document: dict[str, Any]) -> "SpooledEnvelope":
        """Read it back."""
        recipients = tuple(
            SpooledRecipient(raw, e164, message_class and MessageClass(message_class), role)
            for raw, e164, message_class, role in document["recipients"]
        )
        return cls(document["mail_from"], document["sender_id"], recipients)


def store(engine: Engine, envelope: Envelope, raw: bytes) -> "asyncio.Future[int]":
    """Put a mail on disk; its id, once it is there. A mail to several accounts becomes one row for each of them."""
    rows = _rows(engine.stamp(), envelope, raw)
    topics = {ROLE_TOPIC if row["account_id"] == NO_ACCOUNT else TOPIC for row in rows}
    return engine.write_each(_insert, rows, wakes=tuple(topics))


def _rows(stamp: Stamp, envelope: Envelope, raw: bytes) -> list[dict[str, Any]]:
    by_account: dict[int, list[Admitted]] = {}
    for each in envelope.recipients:
        by_account.setdefault(each.account_id, []).append(each)
    return [
        {
            "account_id": account_id,
            "mail_id": stamp.new_id(),
            "envelope": SpooledEnvelope(envelope.mail_from, admitted[0].sender_id or 0, _spooled(admitted)).to_row(),
            "raw": raw,
            "received_at": stamp.now,
            "claim_epoch": 0,
            "attempts": 0,
        }
        for account_id, admitted in by_account.items()
    ]


def _spooled(admitted: Sequence[Admitted]) -> tuple[SpooledRecipient, ...]:
    return tuple(
        SpooledRecipient(
            each.recipient.raw,
            each.e164,
            each.message_class,
            each.recipient.role if isinstance(each.recipient, RoleAddress) else None,
        )
        for each in admitted
    )


_INSERT = insert(spool)


def _insert(connection: Connection, mails: Sequence[list[dict[str, Any]]]) -> list[int]:
    """A unit for many mails at once; each answers with the id of its first row."""
    connection.execute(_INSERT, [row for rows in mails for row in rows])
    return [rows[0]["mail_id"] for rows in mails]
