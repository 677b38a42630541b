"""The tables of the smtp room."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Table

from gateway.engine.metadata import METADATA, Instant, OneOf, partial_index
from gateway.engine.queue import lease_columns
from gateway.smtp.spooled import EnvelopeJson
from gateway.smtp.words import MailState
from plans.words import Reason

spool = Table(
    "spool",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mail_id", BigInteger, primary_key=True, autoincrement=False),
    Column("envelope", EnvelopeJson, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
    *lease_columns(),
)
partial_index(
    "ix_spool_ready",
    spool.c.mail_id,
    where=spool.c.parked_until.is_(None),
)
partial_index(
    "ix_spool_parked",
    spool.c.parked_until,
    where=spool.c.parked_until.is_not(None),
)

mail = Table(
    "mail",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mail_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sender_id", BigInteger, nullable=False),
    Column("state", OneOf(MailState), nullable=False),
    Column("reason", OneOf(Reason)),
    Column("return_to", String(320), nullable=False),  # the proven envelope sender: the only address news goes to
    Column("message_header", String(998)),  # Message-ID, for the thread
    Column("references_header", String(4000)),
    Column("subject", String(500)),
    Column("automatic", Boolean, nullable=False),  # a machine wrote it, and machines get no answer
    Column("recipients", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
)
