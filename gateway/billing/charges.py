"""Charging messages to the lots of whoever pays, each exactly once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, update

from gateway.billing.ledger import Entry, enter
from gateway.billing.lots import change_lots, lock_balances, open_lots
from gateway.billing.tables import balance
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from plans.lots import Draw, Lot, draw
from plans.words import Origin

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)

TURN_COST = 10_000  # microseconds of turn that a unit costs at weight 1: only the ratio between accounts matters
TURN_CAP = 3_600_000_000  # nobody's turn is put off further than an hour ahead of the clock


@dataclass(frozen=True, slots=True)
class Charge:
    """What a message costs, and who pays."""

    payer_id: int
    message_id: int
    units: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class Charged:
    """The lots drawn, in order, and the message's turn in the queue (microseconds; the lowest goes first)."""

    draws: tuple[Draw, ...]
    fair_tag: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What was charged, by message, and the balances (before, after) of those who paid."""

    charged: Mapping[int, Charged]
    balances: Mapping[int, tuple[int, int]]


def charge(connection: Connection, stamp: Stamp, charges: Sequence[Charge]) -> Bill:
    """Draw every message's units, in the order given; a message missing from the bill was not covered.

    One debit for each balance and lot however many messages there are. A turn follows the tag rule of start-time fair
    queueing: it never comes before now, and each unit moves the account's next turn back by its cost over its weight,
    so that a newcomer never waits behind somebody's hundred thousand.
    """
    payers = {each.payer_id for each in charges}
    balances = lock_balances(connection, payers)
    lots = open_lots(connection, payers, stamp.now)
    now = (stamp.now - _EPOCH) // _MICROSECOND
    tags = {payer_id: max(row.fair_tag, now) for payer_id, row in balances.items()}
    charged: dict[int, Charged] = {}
    for each in charges:
        draws = draw(lots[each.payer_id], each.units, stamp.now, each.origin)
        if draws is None:
            continue
        lots[each.payer_id] = _after(lots[each.payer_id], draws)
        charged[each.message_id] = Charged(draws, tags[each.payer_id])
        cost = round(TURN_COST * each.units / balances[each.payer_id].weight)
        tags[each.payer_id] = min(tags[each.payer_id] + cost, now + TURN_CAP)
    paid = [each for each in charges if each.message_id in charged]
    spent: Counter[int] = Counter()
    for each in paid:
        spent[each.payer_id] += each.units
    _debit_lots(connection, stamp, paid, charged)
    _debit_balances(connection, spent, tags)
    before = {payer_id: row.credit_units for payer_id, row in balances.items()}
    return Bill(charged, {payer_id: (units, units - spent[payer_id]) for payer_id, units in before.items()})


def _after(lots: list[Lot], draws: tuple[Draw, ...]) -> list[Lot]:
    taken = {each.lot_id: each.units for each in draws}
    return [replace(lot, units_left=lot.units_left - taken[lot.lot_id]) if lot.lot_id in taken else lot for lot in lots]


def _debit_lots(
    connection: Connection, stamp: Stamp, charges: Sequence[Charge], charged: Mapping[int, Charged]
) -> None:
    by_lot: Counter[tuple[int, int]] = Counter()
    entries: list[Entry] = []
    for each in charges:
        for drawn in charged[each.message_id].draws:
            by_lot[each.payer_id, drawn.lot_id] -= drawn.units
            entries.append(Entry(each.payer_id, EntryKind.CHARGE, each.message_id, drawn.lot_id, -drawn.units))
    change_lots(connection, by_lot)
    enter(connection, stamp, entries)


_DEBIT = (
    update(balance)
    .where(balance.c.account_id == bindparam("of_account"))
    .values(credit_units=balance.c.credit_units - bindparam("spent"), fair_tag=bindparam("tag"))
)


def _debit_balances(connection: Connection, spent: Mapping[int, int], tags: Mapping[int, int]) -> None:
    rows = [{"of_account": payer_id, "spent": spent[payer_id], "tag": tags[payer_id]} for payer_id in sorted(spent)]
    if rows:
        connection.execute(_DEBIT, rows)
