"""Opens what an order bought: the units of a pack, once they may be used (terms, special term 2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from gateway.accounts import audit_trail
from gateway.accounts.words import Action
from gateway.billing.customers import Customer, customer
from gateway.billing.lots import Grant, grant
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import customer_order
from gateway.billing.words import OrderKind, OrderState
from gateway.engine.database import Stamp
from plans.lots import pack_end
from plans.orders import AdvanceUse, Payment, PaymentMeans, usable_from
from plans.words import LotKind

Order = Row[*tuple[Any, ...]]


def activate_paid(
    connection: Connection, stamp: Stamp, rules: BillingRules, *, account_id: int, invoice_id: int, paid_at: datetime
) -> list[int]:
    """Open the packs that waited for this invoice to be paid; returns their lots."""
    row = customer_order.c
    waiting = _waiting(connection, row.account_id == account_id, row.invoice_id == invoice_id)
    opened = (_open(connection, stamp, rules, each, _paid(each.means, paid_at)) for each in waiting)
    return [lot_id for lot_id in opened if lot_id]


def activate_signed(connection: Connection, stamp: Stamp, rules: BillingRules, account_id: int, order_id: int) -> None:
    """Open a pack before its money is there, where the company agreed and the client has signed."""
    row = customer_order.c
    for each in _waiting(connection, row.account_id == account_id, row.order_id == order_id):
        _open(connection, stamp, rules, each, Payment(each.means))


def _waiting(connection: Connection, *which: Any) -> Sequence[Order]:
    row = customer_order.c
    packs = (row.state == OrderState.ACCEPTED, row.kind == OrderKind.PACK)
    return connection.execute(
        select(customer_order).where(*which, *packs).order_by(row.order_id).with_for_update()
    ).all()


def _paid(means: PaymentMeans, at: datetime) -> Payment:
    return Payment(means, accepted_at=at) if means is PaymentMeans.CARD else Payment(means, received_at=at)


def _open(connection: Connection, stamp: Stamp, rules: BillingRules, order: Order, payment: Payment) -> int | None:
    usable = usable_from(payment, AdvanceUse(order.agreed_at, order.signed_at))
    if usable is None or usable > stamp.now:
        return None
    lot_id = grant(connection, stamp, _units(order, customer(connection, rules, order.account_id), stamp.now))
    row = customer_order.c
    connection.execute(
        update(customer_order)
        .where(row.account_id == order.account_id, row.order_id == order.order_id)
        .values(state=OrderState.ACTIVE, usable_from=usable, lot_id=lot_id)
    )
    audit_trail.append(
        connection, stamp, "billing", order.account_id, Action.ORDER_ACTIVATED, order=order.order_id, lot=lot_id
    )
    return lot_id


def _units(order: Order, client: Customer, now: datetime) -> Grant:
    pack = client.prices.pack(order.item, order.ordered_on, order.ordered_on)
    return Grant(
        account_id=order.account_id,
        kind=LotKind.PACK,
        units=pack.units * order.quantity,
        label=order.item,
        expires_at=pack_end(now, pack.months, client.zone),
    )
