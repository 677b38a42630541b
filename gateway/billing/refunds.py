"""Giving the units of a message back to the lots that they came from, or off the counter, each once."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, select

from gateway.billing.caps import spend
from gateway.billing.counter import uncount
from gateway.billing.ledger import Entry, enter
from gateway.billing.lots import Grant, change_lots, lock_balances, open_lot, raise_balances
from gateway.billing.tables import credit_lot, ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from plans.lots import COUNTER, Lot
from plans.refunds import NewLot, ToLot, refund_lot
from plans.words import Reason


@dataclass(frozen=True, slots=True)
class Refund:
    """A message whose units go back, and why."""

    payer_id: int
    message_id: int
    reason: Reason
    account_id: int  # who sent it: the payer, or its sub-account


def refund(connection: Connection, stamp: Stamp, refunds: Sequence[Refund], grace: timedelta) -> int:
    """Give the units of messages back; returns how many units. Asked for twice, a message is refunded once.

    What came from a lot that has ended since goes to a new lot that lives for ``grace`` more: units promised back must
    not end on arrival. What was counted beyond the lots is taken off the counter.
    """
    if not refunds:
        return 0
    lock_balances(connection, {each.payer_id for each in refunds})
    by_lot: dict[tuple[int, int], list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in _charged(connection, {(each.payer_id, each.message_id) for each in refunds}):
        by_lot[row.account_id, row.lot_id].append(row)
    asked = {each.message_id: each for each in refunds}
    entries: list[Entry] = []
    back: Counter[int] = Counter()
    by_user: Counter[int] = Counter()
    for (account_id, lot_id), rows in by_lot.items():
        units = -sum(row.units for row in rows)
        target = COUNTER
        if lot_id != COUNTER:
            lot = Lot(lot_id, rows[0].kind, rows[0].units_left, rows[0].expires_at)
            target = _give_back(connection, stamp, account_id, refund_lot(lot, units, stamp.now, grace))
            back[account_id] += units
        for row in rows:
            given = asked[row.message_id]
            entries.append(Entry(account_id, EntryKind.REFUND, row.message_id, target, -row.units, given.reason))
            by_user[given.account_id] += row.units
    enter(connection, stamp, entries)
    raise_balances(connection, back)
    uncount(connection, stamp, {(each.account_id, each.message_id) for each in entries if each.lot_id == COUNTER})
    spend(connection, by_user)
    return sum(each.units for each in entries)


def _charged(connection: Connection, messages: Collection[tuple[int, int]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The charges of these messages (payer, message) that were not given back yet, with the lots drawn."""
    return connection.execute(_charges_of(connection.dialect.name), as_pairs(messages)).all()


@cache
def _charges_of(dialect: str) -> Select[*tuple[Any, ...]]:
    charged, refunded, lot, wanted = ledger_entry.c, ledger_entry.alias("refunded").c, credit_lot.c, pairs(dialect)
    given_back = exists().where(
        refunded.account_id == charged.account_id,
        refunded.message_id == charged.message_id,
        refunded.kind == EntryKind.REFUND,
    )
    return (
        select(charged.account_id, charged.message_id, charged.lot_id, charged.units)
        .add_columns(lot.kind, lot.units_left, lot.expires_at)
        .join(wanted, and_(wanted.c.first == charged.account_id, wanted.c.second == charged.message_id))
        .outerjoin(credit_lot, and_(lot.account_id == charged.account_id, lot.lot_id == charged.lot_id))
        .where(charged.kind == EntryKind.CHARGE, ~given_back)
        .order_by(charged.entry_id)
    )


def _give_back(connection: Connection, stamp: Stamp, account_id: int, where: ToLot | NewLot) -> int:
    if isinstance(where, ToLot):
        change_lots(connection, {(account_id, where.lot_id): where.units})
        return where.lot_id
    return open_lot(connection, stamp, Grant(account_id, where.kind, where.units, "refund", where.expires_at))
