"""Charging messages to the lots of whoever pays, or to the counter, each exactly once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, update

from gateway.billing.caps import left_of, spend
from gateway.billing.counter import Use, agreements, count
from gateway.billing.funds import Funds
from gateway.billing.ledger import Entry, enter
from gateway.billing.lots import change_lots, lock_balances, open_lots
from gateway.billing.tables import balance
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from plans.lots import COUNTER, Draw, Lot
from plans.words import LotKind, Origin

#: Microseconds by which a unit puts off its payer's next turn, at weight 1: about what handing it over takes. Much more
#: would let an account wait for what it sent long ago.
TURN_COST = 250

#: Nobody's turn is put off further than an hour (microseconds).
TURN_CAP = 3_600_000_000


class Charge(NamedTuple):
    """What a message costs, and who pays."""

    payer_id: int
    message_id: int
    units: int
    origin: Origin
    turn: int  # the earliest that it may claim in the queue, in microseconds since 1970
    account_id: int  # who sends it: the payer, or its sub-account
    destination: str  # ISO 3166: what is counted is priced by it


class Charged(NamedTuple):
    """The lots drawn, in order (the counter last), and the message's turn in the queue."""

    draws: tuple[Draw, ...]
    turn: int  # microseconds since 1970; the lowest goes first


@dataclass(frozen=True, slots=True)
class Bill:
    """What was charged, by message, and the balances (before, after) of those who paid."""

    charged: Mapping[int, Charged]
    balances: Mapping[int, tuple[int, int]]


def charge(connection: Connection, stamp: Stamp, charges: Sequence[Charge]) -> Bill:
    """Draw every message's units, in the order given; a message missing from the bill was not covered.

    Under a postpaid agreement what the lots lack goes on the counter. One debit for each balance and lot however many
    messages there are. Turns follow the tag rule of start-time fair queueing: each unit puts the payer's next turn off
    by its cost over the payer's weight, so that a newcomer never waits behind somebody's hundred thousand.
    """
    balances = lock_balances(connection, {each.payer_id for each in charges})
    lots = open_lots(connection, balances, stamp.now)
    agreed = agreements(connection, _short_of_lots(charges, lots), stamp.now)
    funds = Funds(lots, agreed, left_of(connection, _sub_accounts(charges)))
    next_turns = {payer_id: row.fair_tag for payer_id, row in balances.items()}
    weights = {payer_id: row.weight for payer_id, row in balances.items()}
    charged: dict[int, Charged] = {}
    for each in charges:
        draws = funds.take(each.payer_id, each.account_id, each.units, stamp.now, each.origin)
        if draws is None:
            continue
        turn = max(each.turn, next_turns[each.payer_id])
        charged[each.message_id] = Charged(draws, turn)
        cost = round(TURN_COST * each.units / weights[each.payer_id])
        next_turns[each.payer_id] = min(turn + cost, each.turn + TURN_CAP)
    paid = [(each, charged[each.message_id].draws) for each in charges if each.message_id in charged]
    spent = _enter(connection, stamp, paid, agreed)
    _debit_balances(connection, spent, next_turns)
    before = {payer_id: row.credit_units for payer_id, row in balances.items()}
    return Bill(charged, {payer_id: (units, units - spent[payer_id]) for payer_id, units in before.items()})


def _short_of_lots(charges: Sequence[Charge], lots: Mapping[int, Sequence[Lot]]) -> set[int]:
    """Payers whose lots may not cover the batch: only for these is an agreement looked up."""
    asked: Counter[int] = Counter()
    for each in charges:
        asked[each.payer_id] += each.units
    held = {
        payer_id: sum(lot.units_left for lot in of if lot.kind is not LotKind.TEST) for payer_id, of in lots.items()
    }
    return {payer_id for payer_id, units in asked.items() if units > held[payer_id]}


def _sub_accounts(charges: Sequence[Charge]) -> set[int]:
    return {each.account_id for each in charges if each.account_id != each.payer_id}


def _enter(
    connection: Connection,
    stamp: Stamp,
    paid: Sequence[tuple[Charge, tuple[Draw, ...]]],
    agreed: Mapping[int, int],
) -> Counter[int]:
    """Debit lots and caps, enter the ledger and the counter; returns what each balance has to lose."""
    by_lot: Counter[tuple[int, int]] = Counter()
    spent: Counter[int] = Counter()
    by_user: Counter[int] = Counter()
    entries: list[Entry] = []
    uses: list[Use] = []
    for each, draws in paid:
        spent[each.payer_id] += 0  # who pays by the counter alone has had a turn too
        if each.account_id != each.payer_id:
            by_user[each.account_id] += each.units
        for drawn in draws:
            entries.append(Entry(each.payer_id, EntryKind.CHARGE, each.message_id, drawn.lot_id, -drawn.units))
            if drawn.lot_id == COUNTER:
                uses.append(_use(each, agreed[each.payer_id], drawn.units))
            else:
                by_lot[each.payer_id, drawn.lot_id] -= drawn.units
                spent[each.payer_id] += drawn.units
    change_lots(connection, by_lot)
    enter(connection, stamp, entries)
    count(connection, stamp, uses)
    spend(connection, by_user)
    return spent


def _use(each: Charge, agreement_id: int, units: int) -> Use:
    return Use(each.payer_id, each.message_id, EntryKind.CHARGE, each.account_id, agreement_id, each.destination, units)


_DEBIT = (
    update(balance)
    .where(balance.c.account_id == bindparam("of_account"))
    .values(credit_units=balance.c.credit_units - bindparam("spent"), fair_tag=bindparam("turn"))
)


def _debit_balances(connection: Connection, spent: Mapping[int, int], next_turns: Mapping[int, int]) -> None:
    rows = [{"of_account": payer_id, "spent": units, "turn": next_turns[payer_id]} for payer_id, units in spent.items()]
    if rows:
        connection.execute(_DEBIT, rows)
