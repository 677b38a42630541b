"""The tables of the accounts room."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from gateway.accounts.words import (
    AccountState,
    Action,
    Content,
    Encoding,
    ForeignPolicy,
    Notify,
    NumberKind,
    SenderKind,
    StopScope,
)
from gateway.engine.metadata import METADATA, Instant, OneOf
from gateway.wording import Language
from plans.words import MessageClass

account = Table(
    "account",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("parent_id", BigInteger),  # a sub-account; it spends its parent's credit
    Column("slug", String(40), nullable=False),  # names the account in number@<slug>.<domain>
    Column("name", String(200), nullable=False),
    Column("country", String(2), nullable=False),  # ISO 3166 of registration: the default destination
    Column("holiday_region", String(8)),  # e.g. Alsace-Moselle; null is the country's own calendar
    Column("time_zone", String(60), nullable=False),
    Column("language", OneOf(Language), nullable=False),
    Column("state", OneOf(AccountState), nullable=False),
    Column("foreign_policy", OneOf(ForeignPolicy), nullable=False),
    Column("stop_in_alerts", Boolean, nullable=False),
    Column("stop_scope", OneOf(StopScope), nullable=False),
    Column("low_credit_units", Integer, nullable=False),  # a mail warns when the balance falls below
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("slug"),
    Index("ix_account_parent_id", "parent_id"),
)

sender = Table(
    "sender",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sender_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(SenderKind), nullable=False),
    Column("value", String(320), nullable=False),  # lower case; a network in CIDR form for a host
    Column("display", String(11)),  # the sender ID shown on the phone
    Column("content", OneOf(Content), nullable=False),
    Column("encoding", OneOf(Encoding), nullable=False),
    Column("max_parts", Integer, nullable=False),
    Column("notify", OneOf(Notify), nullable=False),
    Column("default_class", OneOf(MessageClass), nullable=False),
    Column("daily_cap", Integer),  # messages a local day; null is no cap
    Column("end_marker", String(40)),  # text from this line on is cut
    Column("created_at", Instant, nullable=False),
    Column("repeat_min", Integer),  # minutes before the same text may go to the same number again; null: at once
    UniqueConstraint("account_id", "kind", "value"),
    Index("ix_sender_value", "value", "kind"),
)

app_password = Table(
    "app_password",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("password_id", BigInteger, primary_key=True, autoincrement=False),
    Column("login", String(80), nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of a random 160-bit password: nothing to guess
    Column("label", String(80), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    UniqueConstraint("login"),
)

destination_authorisation = Table(
    "destination_authorisation",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("destination", String(2), primary_key=True),  # ISO 3166 of a country or overseas territory
    Column("units_per_part", Integer),  # the price agreed; null takes the published rate
    Column("opened_at", Instant, nullable=False),
)

audit_entry = Table(
    "audit_entry",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", OneOf(Action), nullable=False),
    Column("detail", JSON, nullable=False),
)

inbound_number = Table(
    "inbound_number",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),  # 0: shared by all
    Column("number", String(20), primary_key=True),  # E.164, or the digits of a short code
    Column("kind", OneOf(NumberKind), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("number"),
)
