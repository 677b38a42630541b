"""Charging messages to the lots of whoever pays."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.billing.audit import audit
from gateway.billing.charges import TURN_CAP, TURN_COST, Bill, Charge, Charged, charge
from gateway.billing.lots import Grant, grant
from gateway.engine.database import Engine
from plans.words import LotKind, Origin


async def give(engine: Engine, account_id: int, units: int) -> int:
    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        return grant(connection, stamp, Grant(account_id, LotKind.PACK, units, "pack", stamp.now + timedelta(days=1)))

    return await engine.write(unit)


async def pay(engine: Engine, *asked: Charge) -> Bill:
    return await engine.write(lambda connection: charge(connection, engine.stamp(), asked))


def price(account_id: int, message_id: int, units: int = 1, turn: int = 0) -> Charge:
    return Charge(account_id, message_id, units, Origin.EMAIL, turn, account_id, "FR")


async def test_the_bill_names_lots_and_balances(engine: Engine) -> None:
    lot_id = await give(engine, 1, 10)
    bill = await pay(engine, price(1, 100, 3), price(1, 101, 2))
    assert [[(draw.lot_id, draw.units) for draw in each.draws] for each in bill.charged.values()] == [
        [(lot_id, 3)],
        [(lot_id, 2)],
    ]
    assert bill.balances == {1: (10, 5)}


async def test_a_batch_of_nothing_charges_nothing(engine: Engine) -> None:
    assert await pay(engine) == Bill({}, {})


async def test_who_has_no_credit_is_not_on_the_bill(engine: Engine) -> None:
    await give(engine, 1, 1)
    bill = await pay(engine, price(1, 100), price(1, 101), price(2, 102))
    assert (list(bill.charged), bill.balances) == ([100], {1: (1, 0), 2: (0, 0)})


async def test_each_unit_puts_the_next_turn_off(engine: Engine) -> None:
    await give(engine, 1, 100)
    bill = await pay(engine, price(1, 100, 3, turn=1000), price(1, 101, turn=1000))
    later = await pay(engine, price(1, 102, turn=2000), price(1, 103, turn=9_000_000))
    turns = [each.turn for each in (*bill.charged.values(), *later.charged.values())]
    assert turns == [1000, 1000 + 3 * TURN_COST, max(2000, 1000 + 4 * TURN_COST), 9_000_000]


async def test_no_turn_is_put_off_for_ever(engine: Engine) -> None:
    """What is sent after hours of queueing still stands at most an hour behind a newcomer."""
    await give(engine, 1, 10**9)
    bill = await pay(engine, price(1, 100, 5 * 10**8), price(1, 101))
    assert bill.charged[101] == Charged(bill.charged[101].draws, TURN_CAP)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    granted=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 6)), max_size=5),
    asked=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=12),
)
async def test_any_batch_leaves_clean_books(
    engine: Engine, *, granted: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    """Whoever pays what out of which lots: the bill, the lots, the ledger and the balances agree."""
    offset = engine.ids()
    for account, units in granted:
        await give(engine, offset + account, units)
    charges = [price(offset + account, engine.ids(), units) for account, units in asked]
    bill = await pay(engine, *charges)
    for each in charges:
        drawn = bill.charged.get(each.message_id)
        assert drawn is None or sum(draw.units for draw in drawn.draws) == each.units
    for account, (before, after) in bill.balances.items():
        paid = sum(each.units for each in charges if each.payer_id == account and each.message_id in bill.charged)
        assert (before, after >= 0) == (after + paid, True)
    assert await engine.read(lambda connection: list(audit(connection))) == []
