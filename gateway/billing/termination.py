"""Ends the contract with a client: what runs is cancelled, what was used is invoiced, the account is closed."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.accounts import audit_trail, clients
from gateway.accounts.tables import account
from gateway.accounts.words import AccountState, Action
from gateway.billing import postpaid
from gateway.billing.invoice_tables import invoice
from gateway.billing.invoicing import credit
from gateway.billing.issued import Issued, locked
from gateway.billing.ledger import Entry, enter
from gateway.billing.lots import change_lots, lock_balances, raise_balances
from gateway.billing.rules import BillingRules
from gateway.billing.running import running
from gateway.billing.selling_tables import customer_order
from gateway.billing.subscriptions import Cancel, apply
from gateway.billing.tables import credit_lot
from gateway.billing.words import EntryKind, InvoiceState
from gateway.engine.database import Stamp
from plans.incidents import unused_advance
from plans.money import NOTHING


@dataclass(frozen=True, slots=True)
class Terminated:
    """What the end of a contract left behind."""

    closing: tuple[Issued, ...]  # what was still to be invoiced of postpaid
    credit_notes: tuple[Issued, ...]  # unused advances that go back


def terminate(
    connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, *, account_id: int, refund: bool = False
) -> Terminated:
    """End a contract now, with all sub-accounts. Prepaid units are lost without compensation (articles 6.2 and 8).

    ``refund`` is for a client that ends it because an incident was not made good: it gets unused advances back. A
    subscription that runs ends with its period, and invoices then what changes still cost.
    """
    lock_balances(connection, {account_id})
    runs = running(connection, account_id)
    if runs and not runs.value.cancelled:
        apply(connection, stamp, rules, account_id=account_id, wish=Cancel())
    closing = postpaid.close(connection, stamp, actor, rules, account_id=account_id)
    notes = _give_advances_back(connection, stamp, rules, account_id) if refund else []
    _close_accounts(connection, stamp, actor, account_id)
    audit_trail.append(connection, stamp, actor, account_id, Action.ACCOUNT_TERMINATED, refund=refund)
    return Terminated((closing,) if closing else (), tuple(notes))


def _close_accounts(connection: Connection, stamp: Stamp, actor: str, account_id: int) -> None:
    row = account.c
    family = select(row.account_id).where(
        (row.account_id == account_id) | (row.parent_id == account_id), row.state != AccountState.CLOSED
    )
    for each in connection.scalars(family.order_by(row.account_id)).all():
        clients.close(connection, stamp, actor, account=str(each))


def _give_advances_back(connection: Connection, stamp: Stamp, rules: BillingRules, account_id: int) -> list[Issued]:
    order, lot, paid = customer_order.c, credit_lot.c, invoice.c
    packs = connection.execute(
        select(lot.lot_id, lot.units_granted, lot.units_left, order.invoice_id)
        .join(customer_order, (order.account_id == lot.account_id) & (order.lot_id == lot.lot_id))
        .join(invoice, (paid.account_id == order.account_id) & (paid.invoice_id == order.invoice_id))
        .where(lot.account_id == account_id, lot.units_left > 0, lot.expires_at > stamp.now)
        .where(paid.state == InvoiceState.PAID)
        .order_by(lot.lot_id)
    ).all()
    notes = []
    for pack in packs:
        net = locked(connection, account_id, pack.invoice_id).document.lines[0].net
        amount = unused_advance(net, pack.units_granted, pack.units_left)
        if amount > NOTHING:
            which = {"account_id": account_id, "invoice_id": pack.invoice_id}
            key = f"advance of lot {pack.lot_id}"
            notes.append(credit(connection, stamp, rules, **which, key=key, parts={0: amount}))
        _empty(connection, stamp, account_id, pack.lot_id, pack.units_left)
    return notes


def _empty(connection: Connection, stamp: Stamp, account_id: int, lot_id: int, units: int) -> None:
    """Units whose money goes back are no longer there."""
    change_lots(connection, {(account_id, lot_id): -units})
    raise_balances(connection, {account_id: -units})
    enter(connection, stamp, [Entry(account_id, EntryKind.EXPIRE, 0, lot_id, -units)])
