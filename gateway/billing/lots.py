"""Credit lots: how units come in, how many can be spent, and when they end."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from gateway.billing.ledger import Entry, enter
from gateway.billing.tables import balance, credit_lot
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from plans.lots import Lot
from plans.words import LotKind

DEFAULT_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Grant:
    """Units that come in as one lot."""

    account_id: int
    kind: LotKind
    units: int
    label: str
    expires_at: datetime  # the first instant at which nothing can be drawn any more


def grant(connection: Connection, stamp: Stamp, order: Grant) -> int:
    """Open a lot, enter it in the ledger, raise the balance; returns the lot's id. ``ValueError`` below one unit."""
    if order.units < 1:
        raise ValueError(f"a lot holds at least one unit, not {order.units}")
    lock_balances(connection, {order.account_id})
    lot_id = open_lot(connection, stamp, order)
    enter(connection, stamp, [Entry(order.account_id, EntryKind.GRANT, 0, lot_id, order.units)])
    raise_balances(connection, {order.account_id: order.units})
    return lot_id


def open_lot(connection: Connection, stamp: Stamp, order: Grant) -> int:
    """Write the lot alone: whoever calls enters its units in the ledger and raises the balance."""
    lot_id = stamp.new_id()
    connection.execute(
        insert(credit_lot).values(
            account_id=order.account_id,
            lot_id=lot_id,
            kind=order.kind,
            label=order.label,
            units_granted=order.units,
            units_left=order.units,
            activated_at=stamp.now,
            expires_at=order.expires_at,
        )
    )
    return lot_id


def lock_balances(connection: Connection, account_ids: Collection[int]) -> dict[int, Row[int, int, int, float]]:
    """Lock the balances (account, credit_units, fair_tag, weight) in the order of their ids, making them where missing.

    In order, or two batches would lock each other; made first, for a row that is not there cannot be locked.
    """
    ordered = sorted(account_ids)
    rows = _locked(connection, ordered)
    if missing := [account_id for account_id in ordered if account_id not in rows]:
        zero = insert_or(connection, balance).on_conflict_do_nothing()
        connection.execute(
            zero,
            [
                {"account_id": account_id, "credit_units": 0, "fair_tag": 0, "weight": DEFAULT_WEIGHT}
                for account_id in missing
            ],
        )
        rows = _locked(connection, ordered)
    return rows


_LOCKED = (
    select(balance.c.account_id, balance.c.credit_units, balance.c.fair_tag, balance.c.weight)
    .where(balance.c.account_id.in_(bindparam("accounts", expanding=True)))
    .order_by(balance.c.account_id)
    .with_for_update()
)


def _locked(connection: Connection, ordered: list[int]) -> dict[int, Row[int, int, int, float]]:
    return {each[0]: each for each in connection.execute(_LOCKED, {"accounts": ordered}).all()}


_RAISE = (
    update(balance)
    .where(balance.c.account_id == bindparam("of_account"))
    .values(credit_units=balance.c.credit_units + bindparam("by_units"))
)


def raise_balances(connection: Connection, units: Mapping[int, int]) -> None:
    """Add ``units`` (signed) to balances that are locked."""
    rows = [{"of_account": account_id, "by_units": by} for account_id, by in sorted(units.items()) if by]
    if rows:
        connection.execute(_RAISE, rows)


_SET_LEFT = (
    update(credit_lot)
    .where(credit_lot.c.account_id == bindparam("of_account"), credit_lot.c.lot_id == bindparam("of_lot"))
    .values(units_left=credit_lot.c.units_left + bindparam("by_units"))
)


def change_lots(connection: Connection, units: Mapping[tuple[int, int], int]) -> None:
    """Add ``units`` (signed) to lots, by (account, lot), of balances that are locked."""
    rows = [
        {"of_account": account_id, "of_lot": lot_id, "by_units": by} for (account_id, lot_id), by in units.items() if by
    ]
    if rows:
        connection.execute(_SET_LEFT, rows)


_OPEN = select(
    credit_lot.c.account_id, credit_lot.c.lot_id, credit_lot.c.kind, credit_lot.c.units_left, credit_lot.c.expires_at
).where(
    credit_lot.c.account_id.in_(bindparam("accounts", expanding=True)),
    credit_lot.c.units_left > 0,
    credit_lot.c.expires_at > bindparam("now"),
)


def open_lots(connection: Connection, account_ids: Collection[int], now: datetime) -> dict[int, list[Lot]]:
    """The lots that can still be drawn, by account."""
    rows = connection.execute(_OPEN, {"accounts": sorted(account_ids), "now": now}).all()
    lots: dict[int, list[Lot]] = {account_id: [] for account_id in account_ids}
    for account_id, lot_id, kind, units_left, expires_at in rows:
        lots[account_id].append(Lot(lot_id, kind, units_left, expires_at))
    return lots


def expire(connection: Connection, stamp: Stamp, limit: int = 500) -> int:
    """Take what is left out of lots that have ended (terms, special term 2); returns how many lots."""
    row = credit_lot.c
    ended = (row.expires_at <= stamp.now, row.units_left > 0)
    account_ids = set(connection.scalars(select(row.account_id).where(*ended).order_by(row.expires_at).limit(limit)))
    if not account_ids:
        return 0
    lock_balances(connection, account_ids)
    lots = connection.execute(
        select(row.account_id, row.lot_id, row.units_left).where(row.account_id.in_(account_ids), *ended)
    ).all()
    lost: Counter[int] = Counter()
    for lot in lots:
        lost[lot.account_id] -= lot.units_left
    change_lots(connection, {(lot.account_id, lot.lot_id): -lot.units_left for lot in lots})
    raise_balances(connection, lost)
    enter(connection, stamp, [Entry(lot.account_id, EntryKind.EXPIRE, 0, lot.lot_id, -lot.units_left) for lot in lots])
    return len(lots)


_SPENDABLE = (
    select(credit_lot.c.account_id, func.sum(credit_lot.c.units_left))
    .where(
        credit_lot.c.account_id.in_(bindparam("account_ids", expanding=True)),
        credit_lot.c.expires_at > bindparam("at"),
        credit_lot.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .group_by(credit_lot.c.account_id)
)


def spendable(
    connection: Connection, account_ids: Collection[int], now: datetime, kinds: Collection[LotKind]
) -> dict[int, int]:
    """How many units of ``kinds`` each account could spend now."""
    rows = connection.execute(_SPENDABLE, {"account_ids": sorted(account_ids), "at": now, "kinds": sorted(kinds)})
    units = dict.fromkeys(account_ids, 0)
    units.update((account_id, int(total or 0)) for account_id, total in rows)
    return units
