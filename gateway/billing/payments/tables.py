"""The tables of the ways of being paid that live in the database: the sandbox, and what admins record by hand."""

from sqlalchemy import BigInteger, Boolean, Column, String, Table

from gateway.billing.payments.words import PaymentKind, Standing
from gateway.engine.metadata import METADATA, Instant, OneOf, partial_index
from plans.orders import PaymentMeans

sandbox_setup = Table(
    "sandbox_setup",
    METADATA,
    Column("reference", String(40), primary_key=True),
    Column("setup_key", String(200), nullable=False, unique=True),
    Column("customer_ref", String(80), nullable=False),
    Column("card", String(2)),  # the last two digits, which say what it does; null until the client entered one
)

sandbox_charge = Table(
    "sandbox_charge",
    METADATA,
    Column("charge_key", String(200), primary_key=True),  # charging it twice is one charge
    Column("charge_ref", String(40), nullable=False, unique=True),
    Column("customer_ref", String(80), nullable=False),
    Column("method_ref", String(80), nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("standing", OneOf(Standing), nullable=False),  # at first
    Column("code", String(40)),  # where it was declined
    Column("hard", Boolean, nullable=False),
    Column("ends_as", OneOf(Standing)),  # null while nothing more will come by itself
    Column("ends_at", Instant),
    Column("told_at", Instant),  # when its webhook was taken
)
partial_index(
    "ix_sandbox_charge_ends_at",
    sandbox_charge.c.ends_at,
    where=sandbox_charge.c.told_at.is_(None),
)

sandbox_refund = Table(
    "sandbox_refund",
    METADATA,
    Column("refund_key", String(200), primary_key=True),
    Column("refund_ref", String(40), nullable=False, unique=True),
    Column("charge_ref", String(40), nullable=False, index=True),
    Column("cents", BigInteger, nullable=False),
)

manual_setup = Table(
    "manual_setup",
    METADATA,
    Column("reference", String(40), primary_key=True),
    Column("setup_key", String(200), nullable=False, unique=True),
    Column("customer_ref", String(80), nullable=False),
    Column("means", OneOf(PaymentMeans)),  # null until an admin has seen the details
)

manual_payment = Table(
    "manual_payment",
    METADATA,
    Column("payment_key", String(200), primary_key=True),
    Column("reference", String(40), nullable=False, unique=True),  # on the invoice, and back with the money
    Column("kind", OneOf(PaymentKind), nullable=False),
    Column("customer_ref", String(80), nullable=False),
    Column("refund_of", String(40), index=True),  # the reference of the payment that goes back
    Column("cents", BigInteger, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("standing", OneOf(Standing), nullable=False),
    Column("code", String(40)),  # where it came to nothing
    Column("means", OneOf(PaymentMeans)),  # how the money came or went
    Column("settled_at", Instant),
)
