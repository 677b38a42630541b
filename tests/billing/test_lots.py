"""How units come in, and how they end."""

from collections.abc import Collection
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from gateway.billing.audit import audit
from gateway.billing.lots import Grant, expire, grant, spendable
from gateway.billing.tables import ledger_entry
from gateway.engine.database import Engine
from plans.words import LotKind
from tests.cast import YEAR
from tests.clock import StoppedClock

ACCOUNT = 1


async def give(engine: Engine, units: int, lasting: timedelta = YEAR, kind: LotKind = LotKind.PACK) -> int:
    def unit(connection: Connection) -> int:
        stamp = engine.stamp()
        return grant(connection, stamp, Grant(ACCOUNT, kind, units, "a lot", stamp.now + lasting))

    return await engine.write(unit)


async def can_spend(engine: Engine, kinds: Collection[LotKind] = tuple(LotKind)) -> int:
    now = engine.clock.now()
    return (await engine.read(lambda connection: spendable(connection, {ACCOUNT}, now, kinds)))[ACCOUNT]


async def end_lots(engine: Engine, limit: int = 500) -> int:
    return await engine.write(lambda connection: expire(connection, engine.stamp(), limit))


async def test_a_lot_can_be_spent_as_soon_as_it_was_granted(engine: Engine) -> None:
    await give(engine, 10)
    await give(engine, 5, kind=LotKind.TEST)
    assert (await can_spend(engine), await can_spend(engine, {LotKind.PACK})) == (15, 10)
    assert await engine.read(lambda connection: list(audit(connection))) == []


@pytest.mark.parametrize("units", [0, -1])
async def test_a_lot_holds_at_least_one_unit(engine: Engine, units: int) -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        await give(engine, units)


async def test_nothing_of_an_ended_lot_can_be_spent_also_before_it_was_taken_out(
    engine: Engine, clock: StoppedClock
) -> None:
    await give(engine, 10, timedelta(hours=1))
    clock.advance(timedelta(hours=1) - timedelta(microseconds=1))
    assert (await can_spend(engine), await end_lots(engine)) == (10, 0)
    clock.advance(timedelta(microseconds=1))
    assert await can_spend(engine) == 0


async def test_the_end_of_a_lot_is_entered_once(engine: Engine, clock: StoppedClock) -> None:
    ended, alive = await give(engine, 10, timedelta(hours=1)), await give(engine, 7)
    clock.advance(timedelta(hours=1))
    assert [await end_lots(engine), await end_lots(engine)] == [1, 0]
    entries = select(ledger_entry.c.lot_id, ledger_entry.c.kind, ledger_entry.c.units).order_by(ledger_entry.c.entry_id)
    assert await engine.read(lambda connection: [tuple(row) for row in connection.execute(entries)]) == [
        (ended, "grant", 10),
        (alive, "grant", 7),
        (ended, "expire", -10),
    ]
    assert await engine.read(lambda connection: list(audit(connection))) == []


async def test_an_account_that_never_had_a_lot_has_nothing_to_spend(engine: Engine) -> None:
    assert (await can_spend(engine), await end_lots(engine)) == (0, 0)
