"""The rows behind the manual gateway: what was asked for and how it stands, as functions of a connection."""

from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Declined,
    Paid,
    Pending,
    Refunded,
    RefundOutcome,
    RefundRefused,
    Unknown,
)
from gateway.billing.payments.port import ChargeRequest, PaymentMisuse
from gateway.billing.payments.references import creditor_reference
from gateway.billing.payments.tables import manual_payment, manual_setup
from gateway.billing.payments.words import PaymentKind, Standing
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from plans.money import NOTHING, Money
from plans.orders import PaymentMeans

Payment = Row[*tuple[Any, ...]]


def open_setup(connection: Connection, *, stamp: Stamp, customer_ref: str, key: str) -> ClientStep:
    """Begin a setup, or find the one that this key began."""
    fresh = {"reference": creditor_reference(stamp.new_id()), "setup_key": key, "customer_ref": customer_ref}
    connection.execute(insert_or(connection, manual_setup).on_conflict_do_nothing(), fresh)
    row = manual_setup.c
    return ClientStep(connection.scalars(select(row.reference).where(row.setup_key == key)).one())


def means_of(connection: Connection, *, reference: str) -> PaymentMeans | None:
    """How a client will pay, if an admin noted it; ``PaymentMisuse`` where nothing was begun."""
    row = manual_setup.c
    found = connection.execute(select(row.means).where(row.reference == reference)).one_or_none()
    if found is None:
        raise PaymentMisuse("no setup was begun under this reference")
    means: PaymentMeans | None = found.means
    return means


def charge(connection: Connection, *, stamp: Stamp, request: ChargeRequest) -> ChargeOutcome:
    """Ask for money, or find what this key asked for."""
    asked = _ask(
        connection, stamp, PaymentKind.CHARGE, request.key, customer_ref=request.customer_ref, amount=request.amount
    )
    return _charge_outcome(asked)


def outcome_of(connection: Connection, *, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
    """How a charge stands."""
    row = manual_payment.c
    of_customer = (row.kind == PaymentKind.CHARGE, row.customer_ref == customer_ref)
    found = connection.execute(select(manual_payment).where(row.payment_key == key, *of_customer)).one_or_none()
    return _charge_outcome(found) if found else Unknown()


def withdraw(connection: Connection, *, stamp: Stamp, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
    """Stop expecting the money, where it has not come."""
    row = manual_payment.c
    connection.execute(
        update(manual_payment)
        .where(row.payment_key == key, row.customer_ref == customer_ref, row.kind == PaymentKind.CHARGE)
        .where(row.standing == Standing.PENDING)
        .values(standing=Standing.DECLINED, code="withdrawn", settled_at=stamp.now)
    )
    return outcome_of(connection, customer_ref=customer_ref, key=key)


def refund(connection: Connection, *, stamp: Stamp, refund_of: str, amount: Money, key: str) -> RefundOutcome:
    """Note what must go back, or find what this key noted; never more than is left of the payment."""
    row = manual_payment.c
    of_charge = (row.reference == refund_of, row.kind == PaymentKind.CHARGE)
    paid = connection.execute(select(manual_payment).where(*of_charge).with_for_update()).one_or_none()
    asked = connection.execute(select(row.payment_key).where(row.payment_key == key)).one_or_none()
    if paid is None or (asked is None and not NOTHING < amount <= _left(connection, paid)):
        return RefundRefused("more_than_paid")
    noted = _ask(
        connection, stamp, PaymentKind.REFUND, key, customer_ref=paid.customer_ref, amount=amount, refund_of=refund_of
    )
    return _refund_outcome(noted)


def _ask(
    connection: Connection,
    stamp: Stamp,
    kind: PaymentKind,
    key: str,
    *,
    customer_ref: str,
    amount: Money,
    refund_of: str | None = None,
) -> Payment:
    """The payment of a key, made where there is none; ``PaymentMisuse`` where it is another."""
    meant = {"kind": kind, "customer_ref": customer_ref, "cents": amount.cents, "refund_of": refund_of}
    fresh = {
        "payment_key": key,
        "reference": creditor_reference(stamp.new_id()),
        "asked_at": stamp.now,
        "standing": Standing.PENDING,
    }
    connection.execute(insert_or(connection, manual_payment).on_conflict_do_nothing(), fresh | meant)
    row = connection.execute(select(manual_payment).where(manual_payment.c.payment_key == key)).one()
    if any(getattr(row, name) != value for name, value in meant.items()):
        raise PaymentMisuse("this key has asked for something else")
    return row


def _left(connection: Connection, paid: Payment) -> Money:
    """What was paid and is neither given back nor going to be; the payment is locked."""
    if paid.standing is not Standing.PAID:
        return NOTHING
    row = manual_payment.c
    going_back = select(func.coalesce(func.sum(row.cents), 0)).where(
        row.refund_of == paid.reference, row.standing != Standing.DECLINED
    )
    return Money(paid.cents - int(connection.scalars(going_back).one()))


def _charge_outcome(row: Payment) -> ChargeOutcome:
    if row.standing is Standing.PAID:
        return Paid(row.reference, row.settled_at)
    return Declined(row.code, hard=False) if row.standing is Standing.DECLINED else Pending(row.reference)


def _refund_outcome(row: Payment) -> RefundOutcome:
    if row.standing is Standing.PAID:
        return Refunded(row.reference)
    return RefundRefused(row.code) if row.standing is Standing.DECLINED else Pending(row.reference)
