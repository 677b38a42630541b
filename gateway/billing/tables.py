"""The tables of the billing room."""

from sqlalchemy import BigInteger, Column, Float, Index, String, Table, UniqueConstraint

from gateway.billing.words import EntryKind
from gateway.engine.metadata import METADATA, Instant, OneOf
from plans.words import LotKind

balance = Table(
    "balance",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("credit_units", BigInteger, nullable=False),  # always the sum of units_left of the lots
    Column("fair_tag", BigInteger, nullable=False),  # microseconds: when this account's next message is due its turn
    Column("weight", Float, nullable=False),  # share of the carrier's rate
    postgresql_with={"fillfactor": 50},  # every message changes a row here: in place, on its own page
)

credit_lot = Table(
    "credit_lot",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(LotKind), nullable=False),
    Column("label", String(80), nullable=False),
    Column("units_granted", BigInteger, nullable=False),
    Column("units_left", BigInteger, nullable=False),
    Column("activated_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),  # the first instant at which it can no longer be drawn
    Index("ix_credit_lot_expires_at", "expires_at"),
)

ledger_entry = Table(
    "ledger_entry",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(EntryKind), nullable=False),
    Column("message_id", BigInteger, nullable=False),  # 0 where no message is meant: null would not be unique
    Column("lot_id", BigInteger, nullable=False),
    Column("units", BigInteger, nullable=False),  # signed: what the lot gained
    Column("at", Instant, nullable=False),
    Column("reason", String(40)),
    UniqueConstraint("account_id", "message_id", "kind", "lot_id"),
)
