"""The tables of what people send to us: kept once, understood, and told to whoever it is for."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from gateway.engine.metadata import METADATA, Instant, OneOf
from gateway.engine.queue import lease_columns
from gateway.sms.words import Meaning, Reader

inbound_seen = Table(  # the carrier's names of what came lately: it may come again when its row is long worked off
    "inbound_seen",
    METADATA,
    Column("carrier", String(20), primary_key=True),
    Column("carrier_key", String(80), primary_key=True),
    Column("at", Instant, nullable=False),
    Index("ix_inbound_seen_at", "at"),
)

inbound_sms = Table(
    "inbound_sms",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),  # 0: nobody's
    Column("inbound_id", BigInteger, primary_key=True, autoincrement=False),
    Column("carrier", String(20), nullable=False),
    Column("sender", String(20), nullable=False),  # E.164, or as the carrier writes it where it is no mobile
    Column("recipient", String(20), nullable=False),  # our number or short code
    Column("body", Text, nullable=False),
    Column("missing_parts", Integer, nullable=False),
    Column("meaning", OneOf(Meaning), nullable=False),
    Column("message_id", BigInteger, nullable=False),  # the message that it answers, 0 where there is none
    Column("ambiguous", Boolean, nullable=False),  # another client had written to that phone shortly before
    Column("sent_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Index("ix_inbound_sms_sender", "account_id", "sender", "inbound_id"),  # what a phone said lately
    Index("ix_inbound_sms_received_at", "received_at"),
)

answer = Table(  # an answer that a room has yet to deal with; the row goes when it has
    "answer",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("answer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reader", OneOf(Reader), nullable=False),
    Column("inbound_id", BigInteger, nullable=False),
    *lease_columns(),
)
Index("ix_answer_parked", answer.c.parked_until, answer.c.answer_id)

stop_link = Table(  # what stands at the end of an address that ends messages
    "stop_link",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("recipient", String(20), primary_key=True),
    Column("token", String(16), primary_key=True),  # changes with the key of the vault
    Column("sent_at", Instant, nullable=False),  # last
    UniqueConstraint("token"),
    Index("ix_stop_link_sent_at", "sent_at"),
)
