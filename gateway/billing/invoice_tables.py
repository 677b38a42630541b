"""The tables of invoices and of the money that settles them."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint

from gateway.billing.words import CollectionState, InvoiceKind, InvoiceState
from gateway.engine.metadata import METADATA, Instant, OneOf
from gateway.engine.queue import lease_columns
from gateway.wording import Language
from plans.orders import PaymentMeans

invoice_series = Table(
    "invoice_series",
    METADATA,
    Column("series", String(10), primary_key=True),  # a kind and a year
    Column("last_number", Integer, nullable=False),
)

invoice = Table(
    "invoice",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("invoice_id", BigInteger, primary_key=True, autoincrement=False),
    Column("invoice_key", String(120), nullable=False),  # what it is for: the same key is the same invoice
    Column("series", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", OneOf(InvoiceKind), nullable=False),
    Column("state", OneOf(InvoiceState), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("due_on", Date),  # a credit note has none
    Column("means", OneOf(PaymentMeans), nullable=False),
    Column("language", OneOf(Language), nullable=False),
    Column("net_cents", BigInteger, nullable=False),
    Column("tax_cents", BigInteger, nullable=False),
    Column("gross_cents", BigInteger, nullable=False),
    Column("prepaid_cents", BigInteger, nullable=False),
    Column("due_cents", BigInteger, nullable=False),
    Column("document", JSON, nullable=False),  # a plans.invoices.Invoice
    Column("buyer", JSON, nullable=False),  # the client as it stood on the day of issue
    Column("particulars", JSON(none_as_null=True)),  # billing.particulars; null while something is missing
    Column("corrects_id", BigInteger),  # the invoice that a credit note corrects
    Column("subscription_id", BigInteger),  # whose periods and changes it sells
    Column("settled_at", Instant),
    UniqueConstraint("account_id", "invoice_key"),
    UniqueConstraint("series", "number"),
    Index("ix_invoice_due_on", "state", "due_on"),
)

payment = Table(
    "payment",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("payment_id", BigInteger, primary_key=True, autoincrement=False),
    Column("invoice_id", BigInteger, nullable=False),
    Column("means", OneOf(PaymentMeans), nullable=False),
    Column("ref", String(200), nullable=False),  # the provider's or the bank's: the same money is taken in once
    Column("cents", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),  # when it was on the account
    UniqueConstraint("account_id", "ref"),
    Index("ix_payment_invoice", "account_id", "invoice_id"),
)

payment_method = Table(
    "payment_method",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("method_id", BigInteger, primary_key=True, autoincrement=False),  # the newest one is charged
    Column("provider", String(20), nullable=False),
    Column("customer_ref", String(80), nullable=False),
    Column("method_ref", String(80), nullable=False),
    Column("label", String(80), nullable=False),  # for people: "visa 4242"
    Column("means", OneOf(PaymentMeans), nullable=False),
    Column("noted_at", Instant, nullable=False),
)

payment_setup = Table(
    "payment_setup",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("setup_id", BigInteger, primary_key=True, autoincrement=False),
    Column("provider", String(20), nullable=False),
    Column("customer_ref", String(80), nullable=False),
    Column("reference", String(80), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("finished_at", Instant),
    UniqueConstraint("provider", "reference"),
)

collection = Table(
    "collection",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("collection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("collection_key", String(120), nullable=False),  # one for each attempt; what the provider is asked with
    Column("invoice_id", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),  # from 0; above are retries
    Column("cents", BigInteger, nullable=False),
    Column("state", OneOf(CollectionState), nullable=False),
    Column("provider", String(20)),  # these three from the first request on: asking again asks the same
    Column("customer_ref", String(80)),
    Column("method_ref", String(80)),
    Column("ref", String(80)),  # the provider's, once the money came
    Column("code", String(80)),  # the provider's, where it did not
    Column("hopeless", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("account_id", "invoice_id", "attempt"),
    UniqueConstraint("collection_key"),
)

collection_job = Table(
    "collection_job",
    METADATA,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    Column("collection_id", BigInteger, primary_key=True, autoincrement=False),  # in order: ids rise with time
    *lease_columns(),
    Index("ix_collection_job_parked_until", "parked_until"),
)

webhook_seen = Table(
    "webhook_seen",
    METADATA,
    Column("provider", String(20), primary_key=True),
    Column("event_id", String(255), primary_key=True),
    Column("seen_at", Instant, nullable=False),
)
