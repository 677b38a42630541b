"""Charging messages to the lots of whoever pays, each exactly once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, update

from gateway.billing.ledger import Entry, enter
from gateway.billing.lots import change_lots, lock_balances, open_lots
from gateway.billing.tables import balance
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from plans.lots import Draw, Lot, draw
from plans.words import Origin

#: Microseconds by which a unit puts off its payer's next turn, at weight 1: about what handing it over takes. Much more
#: would let an account wait for what it sent long ago.
TURN_COST = 250

#: Nobody's turn is put off further than an hour (microseconds).
TURN_CAP = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Charge:
    """What a message costs, and who pays."""

    payer_id: int
    message_id: int
    units: int
    origin: Origin
    turn: int  # the earliest that it may claim in the queue, in microseconds since 1970


@dataclass(frozen=True, slots=True)
class Charged:
    """The lots drawn, in order, and the message's turn in the queue."""

    draws: tuple[Draw, ...]
    turn: int  # microseconds since 1970; the lowest goes first


@dataclass(frozen=True, slots=True)
class Bill:
    """What was charged, by message, and the balances (before, after) of those who paid."""

    charged: Mapping[int, Charged]
    balances: Mapping[int, tuple[int, int]]


def charge(connection: Connection, stamp: Stamp, charges: Sequence[Charge]) -> Bill:
    """Draw every message's units, in the order given; a message missing from the bill was not covered.

    One debit for each balance and lot however many messages there are. Turns follow the tag rule of start-time fair
    queueing: each unit puts the payer's next turn off by its cost over the payer's weight, so that a newcomer never
    waits behind somebody's hundred thousand.
    """
    payers = {each.payer_id for each in charges}
    balances = lock_balances(connection, payers)
    lots = open_lots(connection, payers, stamp.now)
    next_turns = {payer_id: row.fair_tag for payer_id, row in balances.items()}
    charged: dict[int, Charged] = {}
    for each in charges:
        draws = draw(lots[each.payer_id], each.units, stamp.now, each.origin)
        if draws is None:
            continue
        lots[each.payer_id] = _after(lots[each.payer_id], draws)
        turn = max(each.turn, next_turns[each.payer_id])
        charged[each.message_id] = Charged(draws, turn)
        cost = round(TURN_COST * each.units / balances[each.payer_id].weight)
        next_turns[each.payer_id] = min(turn + cost, each.turn + TURN_CAP)
    paid = [each for each in charges if each.message_id in charged]
    spent: Counter[int] = Counter()
    for each in paid:
        spent[each.payer_id] += each.units
    _debit_lots(connection, stamp, paid, charged)
    _debit_balances(connection, spent, next_turns)
    before = {payer_id: row.credit_units for payer_id, row in balances.items()}
    return Bill(charged, {payer_id: (units, units - spent[payer_id]) for payer_id, units in before.items()})


def _after(lots: list[Lot], draws: tuple[Draw, ...]) -> list[Lot]:
    taken = {each.lot_id: each.units for each in draws}
    return [
        Lot(lot.lot_id, lot.kind, lot.units_left - taken[lot.lot_id], lot.expires_at) if lot.lot_id in taken else lot
        for lot in lots
    ]


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
    .values(credit_units=balance.c.credit_units - bindparam("spent"), fair_tag=bindparam("turn"))
)


def _debit_balances(connection: Connection, spent: Mapping[int, int], next_turns: Mapping[int, int]) -> None:
    rows = [{"of_account": payer_id, "spent": units, "turn": next_turns[payer_id]} for payer_id, units in spent.items()]
    if rows:
        connection.execute(_DEBIT, rows)
