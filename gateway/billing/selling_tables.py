"""The tables of what is sold: who buys, what was ordered, and what runs."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from gateway.billing.words import AlertKind, EntryKind, LetterKind, OrderKind, OrderState
from gateway.engine.metadata import METADATA, Instant, OneOf, partial_index
from gateway.engine.queue import lease_columns
from gateway.wording import Language
from plans.orders import PaymentMeans
from plans.subscription import State

billing_profile = Table(
    "billing_profile",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("legal_name", String(200), nullable=False),
    Column("address", JSON, nullable=False),  # a list of at most three lines
    Column("postcode", String(20), nullable=False),
    Column("city", String(100), nullable=False),
    Column("territory", String(2), nullable=False),  # ISO 3166: it decides the tax
    Column("siren", String(9)),
    Column("vat_number", String(20)),
    Column("vat_number_valid", Boolean, nullable=False),  # checked with the EU's register
    Column("email", String(320), nullable=False),
    Column("accepted_terms", String(40)),  # the version that was accepted last
    Column("accepted_at", Instant),
    Column("accepted_digest", String(64)),  # of their text, word for word
    Column("blocked", Boolean, nullable=False),  # wrong information, not put right yet: no orders
    Column("suspended_at", Instant),  # the service stopped because a payment is late; null when it runs
    Index("ix_billing_profile_siren", "siren"),  # a legal entity has one trial
)

terms_text = Table(
    "terms_text",
    METADATA,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the text, in hexadecimal
    Column("version", String(40), nullable=False),
    Column("language", OneOf(Language), nullable=False),
    Column("body", Text, nullable=False),  # never edited: somebody accepted it
    Column("kept_at", Instant, nullable=False),
)

customer_order = Table(
    "customer_order",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(OrderKind), nullable=False),
    Column("item", String(80), nullable=False),  # the name of a tier or pack
    Column("quantity", Integer, nullable=False),
    Column("means", OneOf(PaymentMeans), nullable=False),
    Column("state", OneOf(OrderState), nullable=False),
    Column("terms_version", String(40), nullable=False),
    Column("ordered_on", Date, nullable=False),  # the client's day: it fixes the price
    Column("ordered_at", Instant, nullable=False),
    Column("fees_told_cents", BigInteger, nullable=False),
    Column("agreed_at", Instant),  # the company lets units be used before the money is there
    Column("signed_at", Instant),  # and the client has signed the order form
    Column("usable_from", Instant),
    Column("invoice_id", BigInteger),
    Column("lot_id", BigInteger),
    Index("ix_customer_order_invoice", "account_id", "invoice_id"),
)

subscription = Table(
    "subscription",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("subscription_id", BigInteger, primary_key=True, autoincrement=False),
    Column("document", JSON, nullable=False),  # a plans.subscription.Subscription
    Column("state", OneOf(State), nullable=False),
    Column("next_at", Instant),  # when time does something to it next; null when only people can
    Column("version", Integer, nullable=False),  # rises with every change
    Column("started_at", Instant, nullable=False),
    Index("ix_subscription_next_at", "next_at", "account_id"),  # in the order in which they are taken
)
partial_index(
    "uq_subscription_running",  # a client has one at a time
    subscription.c.account_id,
    unique=True,
    where=subscription.c.state != State.ENDED,
)

postpaid_agreement = Table(
    "postpaid_agreement",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("agreement_id", BigInteger, primary_key=True, autoincrement=False),
    Column("document", JSON, nullable=False),  # a plans.postpaid.Agreement
    Column("since", Date, nullable=False),
    Column("until", Date),  # the last day
    Column("provision_left_cents", BigInteger, nullable=False),
    Column("next_invoice_at", Instant),  # when the month in hand is over; null when all was invoiced
    Index("ix_postpaid_agreement_next_invoice_at", "next_invoice_at"),
)

postpaid_use = Table(
    "postpaid_use",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(EntryKind), primary_key=True),  # a charge, or the refund that takes it back
    Column("user_id", BigInteger, nullable=False),  # who sent it: the account or its sub-account
    Column("agreement_id", BigInteger, nullable=False),  # whose rates price it
    Column("destination", String(2), nullable=False),
    Column("units", BigInteger, nullable=False),  # beyond the reserve; below zero for a refund
    Column("at", Instant, nullable=False),
    Column("invoice_id", BigInteger),  # null until an invoice took it
)
partial_index(
    "ix_postpaid_use_open",
    postpaid_use.c.account_id,
    postpaid_use.c.at,
    where=postpaid_use.c.invoice_id.is_(None),
)
Index("ix_postpaid_use_invoice", postpaid_use.c.account_id, postpaid_use.c.invoice_id)

price_revision = Table(
    "price_revision",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("revision_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item", String(80), nullable=False),
    Column("since", Date, nullable=False),  # which entry of the catalogue it brings
    Column("notified_on", Date, nullable=False),
    Column("applies_on", Date, nullable=False),
    Column("refused_on", Date),
    Column("refused", Boolean, nullable=False),  # in time
    Column("adjusted_at", Instant),  # when the packs were adjusted and invoiced
    Index("ix_price_revision_applies_on", "applies_on"),
)

incident = Table(
    "incident",
    METADATA,
    Column("incident_id", BigInteger, primary_key=True, autoincrement=False),
    Column("carrier", String(40), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

credit_cap = Table(
    "credit_cap",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),  # a sub-account
    Column("units", BigInteger, nullable=False),  # of its parent's credit, at most
    Column("spent_units", BigInteger, nullable=False),
)

auto_top_up = Table(
    "auto_top_up",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("pack", String(80), nullable=False),
    Column("below_units", BigInteger, nullable=False),
    Column("most_a_month", Integer, nullable=False),
)

alert = Table(
    "alert",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(AlertKind), primary_key=True),
    Column(
        "subject_id", BigInteger, primary_key=True, autoincrement=False
    ),  # the lot or invoice; 0 where none is meant
    Column("threshold", Integer, primary_key=True, autoincrement=False),  # days or units
    Column("sent_at", Instant, nullable=False),
)

billing_letter = Table(
    "billing_letter",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("letter_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", OneOf(LetterKind), nullable=False),
    Column("facts", JSON, nullable=False),  # the values that its words name
    Column("written_at", Instant, nullable=False),
    *lease_columns(),
    UniqueConstraint("letter_id"),
    Index("ix_billing_letter_parked_until", "parked_until"),
)
