"""Recomputing every balance and lot from the ledger: what does not agree is named."""

from collections.abc import Iterator

from sqlalchemy import Connection, Select, and_, func, literal, or_, select, union_all

from gateway.billing.audit_invoices import audit_invoices
from gateway.billing.discrepancies import Discrepancy
from gateway.billing.selling_tables import postpaid_use
from gateway.billing.tables import balance, credit_lot, ledger_entry
from gateway.billing.words import EntryKind
from plans.lots import COUNTER


def audit(connection: Connection) -> Iterator[Discrepancy]:
    """Check lots, balances, refunds and the counter against the ledger, then all invoices; nothing found is clean."""
    for subject, statement in (
        ("lot {}: units left against its ledger", _lots_against_ledger()),
        ("balance {}: units against its lots", _balances_against_lots()),
        ("lot {}: units left below zero or above those granted", _lots_out_of_bounds()),
        ("message {}: refunded against charged", _refunds_above_charges()),
        ("ledger of lot {}: entries of a lot that does not exist", _entries_without_lot()),
        ("message {}: counter against its ledger", _counter_against_ledger()),
    ):
        for account_id, key, expected, found in connection.execute(statement):
            yield Discrepancy(account_id, subject.format(key), int(expected), int(found))
    yield from audit_invoices(connection)


def _lots_against_ledger() -> Select[int, int, int, int]:
    entered = (
        select(ledger_entry.c.account_id, ledger_entry.c.lot_id, func.sum(ledger_entry.c.units).label("units"))
        .group_by(ledger_entry.c.account_id, ledger_entry.c.lot_id)
        .subquery()
    )
    lot, units = credit_lot.c, func.coalesce(entered.c.units, 0)
    return (
        select(lot.account_id, lot.lot_id, units, lot.units_left)
        .outerjoin(entered, and_(entered.c.account_id == lot.account_id, entered.c.lot_id == lot.lot_id))
        .where(units != lot.units_left)
    )


def _balances_against_lots() -> Select[int, int, int, int]:
    held = (
        select(credit_lot.c.account_id, func.sum(credit_lot.c.units_left).label("units"))
        .group_by(credit_lot.c.account_id)
        .subquery()
    )
    units = func.coalesce(held.c.units, 0)
    return (
        select(balance.c.account_id, balance.c.account_id, units, balance.c.credit_units)
        .outerjoin(held, held.c.account_id == balance.c.account_id)
        .where(units != balance.c.credit_units)
    )


def _lots_out_of_bounds() -> Select[int, int, int, int]:
    lot = credit_lot.c
    return select(lot.account_id, lot.lot_id, lot.units_granted, lot.units_left).where(
        or_(lot.units_left < 0, lot.units_left > lot.units_granted)
    )


def _refunds_above_charges() -> Select[int, int, int, int]:
    entry = ledger_entry.c
    charged = -func.sum(entry.units).filter(entry.kind == EntryKind.CHARGE)
    refunded = func.coalesce(func.sum(entry.units).filter(entry.kind == EntryKind.REFUND), literal(0))
    return (
        select(entry.account_id, entry.message_id, func.coalesce(charged, literal(0)), refunded)
        .where(entry.message_id != 0)
        .group_by(entry.account_id, entry.message_id)
        .having(refunded > func.coalesce(charged, literal(0)))
    )


def _entries_without_lot() -> Select[int, int, int, int]:
    entry, lot = ledger_entry.c, credit_lot.c
    return (
        select(entry.account_id, entry.lot_id, literal(0), func.sum(entry.units))
        .outerjoin(credit_lot, and_(lot.account_id == entry.account_id, lot.lot_id == entry.lot_id))
        .where(lot.lot_id.is_(None), entry.lot_id != COUNTER)
        .group_by(entry.account_id, entry.lot_id)
    )


def _counter_against_ledger() -> Select[int, int, int, int]:
    """What is counted beyond the lots is what the ledger charged to no lot, by message and kind."""
    entry, use = ledger_entry.c, postpaid_use.c
    both = union_all(
        select(entry.account_id, entry.message_id, entry.kind, entry.units).where(entry.lot_id == COUNTER),
        select(use.account_id, use.message_id, use.kind, use.units),
    ).subquery()
    difference = func.sum(both.c.units)  # one is the other with the opposite sign
    return (
        select(both.c.account_id, both.c.message_id, literal(0), difference)
        .group_by(both.c.account_id, both.c.message_id, both.c.kind)
        .having(difference != 0)
    )
