"""The rows behind the sandbox gateway: its setups, charges and refunds, as functions of a connection."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from gateway.billing.payments.cards import LATE, Fate
from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Declined,
    NeedsAuthentication,
    Paid,
    Pending,
    Refunded,
    RefundOutcome,
    RefundRefused,
    Unknown,
)
from gateway.billing.payments.port import ChargeRequest, PaymentMisuse
from gateway.billing.payments.tables import sandbox_charge, sandbox_refund, sandbox_setup
from gateway.billing.payments.webhooks import ChargeNews
from gateway.billing.payments.words import Standing
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from plans.money import NOTHING, Money

_BATCH = 500


def open_setup(connection: Connection, *, stamp: Stamp, customer_ref: str, key: str) -> ClientStep:
    """Begin a setup, or find the one that this key began."""
    fresh = {"reference": f"sandbox_setup_{stamp.new_id()}", "setup_key": key, "customer_ref": customer_ref}
    connection.execute(insert_or(connection, sandbox_setup).on_conflict_do_nothing(), fresh)
    row = sandbox_setup.c
    reference: str = connection.scalars(select(row.reference).where(row.setup_key == key)).one()
    return ClientStep(reference, url=f"sandbox://card/{reference}")


def enter_card(connection: Connection, *, reference: str, ending: str) -> None:
    """Note the card that a client entered."""
    connection.execute(update(sandbox_setup).where(sandbox_setup.c.reference == reference).values(card=ending))


def card_of(connection: Connection, *, reference: str) -> str | None:
    """The last digits of the card that was entered, if one was; ``PaymentMisuse`` where nothing was begun."""
    row = sandbox_setup.c
    found = connection.execute(select(row.card).where(row.reference == reference)).one_or_none()
    if found is None:
        raise PaymentMisuse("no setup was begun under this reference")
    card: str | None = found.card
    return card


def charge(connection: Connection, *, stamp: Stamp, request: ChargeRequest, fate: Fate) -> ChargeOutcome:
    """Make the charge, or find the one that this key made."""
    fresh = {
        "charge_key": request.key,
        "charge_ref": f"sandbox_charge_{stamp.new_id()}",
        "customer_ref": request.customer_ref,
        "method_ref": request.method_ref,
        "cents": request.amount.cents,
        "made_at": stamp.now,
        "standing": fate.standing,
        "code": fate.code,
        "hard": fate.hard,
        "ends_as": fate.ends_as,
        "ends_at": stamp.now + LATE if fate.ends_as else None,
    }
    connection.execute(insert_or(connection, sandbox_charge).on_conflict_do_nothing(), fresh)
    row = _charges(connection, sandbox_charge.c.charge_key == request.key)[0]
    if (row.customer_ref, row.method_ref, row.cents) != (
        request.customer_ref,
        request.method_ref,
        request.amount.cents,
    ):
        raise PaymentMisuse("this key has charged something else")
    return _outcome(row, stamp.now)


def outcome_of(connection: Connection, *, now: datetime, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
    """How a charge stands."""
    row = sandbox_charge.c
    found = _charges(connection, row.charge_key == key, row.customer_ref == customer_ref)
    return _outcome(found[0], now) if found else Unknown()


def authenticate(connection: Connection, *, now: datetime, charge_ref: str) -> None:
    """The client has been to his bank: a charge that waits for him is paid."""
    _end(connection, sandbox_charge.c.charge_ref == charge_ref, ends_as=Standing.PAID, ends_at=now)


def withdraw(connection: Connection, *, now: datetime, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
    """Give up a charge that waits for the client; one on its way through the banks cannot be called back."""
    row = sandbox_charge.c
    which = and_(row.charge_key == key, row.customer_ref == customer_ref)
    _end(connection, which, ends_as=Standing.DECLINED, ends_at=now, code="withdrawn", told_at=now)
    return outcome_of(connection, now=now, customer_ref=customer_ref, key=key)


def refund(connection: Connection, *, stamp: Stamp, charge_ref: str, amount: Money, key: str) -> RefundOutcome:
    """Give back, or find what this key gave back; never more than is left of the payment."""
    left = _left(connection, charge_ref, stamp.now)  # first, for it locks: of two refunds at once, one sees the other
    row = sandbox_refund.c
    made = connection.execute(select(row.refund_ref, row.charge_ref, row.cents).where(row.refund_key == key)).first()
    if made is not None:
        if (made.charge_ref, made.cents) != (charge_ref, amount.cents):
            raise PaymentMisuse("this key has refunded something else")
        return Refunded(made.refund_ref)
    if not NOTHING < amount <= left:
        return RefundRefused("more_than_paid")
    refund_ref = f"sandbox_refund_{stamp.new_id()}"
    connection.execute(
        insert(sandbox_refund),
        {"refund_key": key, "refund_ref": refund_ref, "charge_ref": charge_ref, "cents": amount.cents},
    )
    return Refunded(refund_ref)


def ended(connection: Connection, *, now: datetime) -> list[tuple[str, ChargeNews]]:
    """The charges (reference, news) that have ended by themselves and were not told yet, the oldest first."""
    row = sandbox_charge.c
    found = _charges(connection, row.ends_at <= now, row.told_at.is_(None))
    return [(each.charge_ref, ChargeNews(each.charge_key, Money(each.cents), _ended(each))) for each in found]


def mark_told(connection: Connection, *, now: datetime, charge_ref: str) -> None:
    """Note that the news of a charge was taken."""
    row = sandbox_charge.c
    connection.execute(update(sandbox_charge).where(row.charge_ref == charge_ref).values(told_at=now))


def _charges(connection: Connection, *which: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
    return connection.execute(
        select(sandbox_charge)
        .where(*which)
        .order_by(sandbox_charge.c.ends_at, sandbox_charge.c.charge_ref)
        .limit(_BATCH)
    ).all()


def _end(connection: Connection, which: ColumnElement[bool], **values: Any) -> None:
    """End a charge that waits for the client."""
    row = sandbox_charge.c
    waits = (row.standing == Standing.NEEDS_AUTHENTICATION, row.ends_as.is_(None))
    connection.execute(update(sandbox_charge).where(which, *waits).values(**values))


def _left(connection: Connection, charge_ref: str, now: datetime) -> Money:
    """What was paid under a reference and not given back; the payment is locked."""
    row = sandbox_charge.c
    paid = connection.execute(select(sandbox_charge).where(row.charge_ref == charge_ref).with_for_update()).first()
    if paid is None or not isinstance(_outcome(paid, now), Paid):
        return NOTHING
    given_back = select(func.coalesce(func.sum(sandbox_refund.c.cents), 0)).where(
        sandbox_refund.c.charge_ref == charge_ref
    )
    return Money(paid.cents - int(connection.scalars(given_back).one()))


def _outcome(row: Row[*tuple[Any, ...]], now: datetime) -> ChargeOutcome:
    if row.ends_at is not None and row.ends_at <= now:
        return _ended(row)
    match row.standing:
        case Standing.PAID:
            return Paid(row.charge_ref, row.made_at)
        case Standing.DECLINED:
            return Declined(row.code, row.hard)
        case Standing.NEEDS_AUTHENTICATION:
            return NeedsAuthentication(ClientStep(row.charge_ref, url=f"sandbox://authenticate/{row.charge_ref}"))
    return Pending(row.charge_ref)


def _ended(row: Row[*tuple[Any, ...]]) -> Paid | Declined:
    if row.ends_as is Standing.PAID:
        return Paid(row.charge_ref, row.ends_at)
    return Declined(row.code, row.hard)
