"""Units go back to the lots that they came from, each once."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, select

from gateway.billing.audit import audit
from gateway.billing.charges import Bill, Charge, charge
from gateway.billing.lots import Grant, expire, grant
from gateway.billing.refunds import Refund, refund
from gateway.billing.tables import balance, credit_lot
from gateway.engine.database import Engine
from plans.words import LotKind, Origin, Reason
from tests.clock import StoppedClock

ACCOUNT, MESSAGE = 1, 100
DAY = timedelta(days=1)
GRACE = 30 * DAY


async def give(engine: Engine, units: int, lasting: timedelta, kind: LotKind = LotKind.PACK) -> None:
    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        grant(connection, stamp, Grant(ACCOUNT, kind, units, f"{units}", stamp.now + lasting))

    await engine.write(unit)


async def pay(engine: Engine, units: int, message_id: int = MESSAGE) -> Bill:
    asked = [Charge(ACCOUNT, message_id, units, Origin.EMAIL, 0, ACCOUNT, "FR")]
    return await engine.write(lambda connection: charge(connection, engine.stamp(), asked))


async def give_back(engine: Engine, *message_ids: int) -> int:
    asked = [Refund(ACCOUNT, each, Reason.CARRIER_REJECTED, ACCOUNT) for each in message_ids]
    return await engine.write(lambda connection: refund(connection, engine.stamp(), asked, GRACE))


async def lots(engine: Engine) -> Sequence[tuple[str, LotKind, int]]:
    """Label, kind and units left, in the order of their making; the balance must be their sum, the audit clean."""
    row = credit_lot.c

    def unit(connection: Connection) -> Sequence[tuple[str, LotKind, int]]:
        found = connection.execute(select(row.label, row.kind, row.units_left).order_by(row.lot_id)).all()
        assert connection.scalar(select(balance.c.credit_units)) == sum(each.units_left for each in found)
        assert list(audit(connection)) == []
        return [(label, kind, left) for label, kind, left in found]

    return await engine.read(unit)


async def test_a_refund_goes_back_to_each_lot_what_came_from_it(engine: Engine) -> None:
    await give(engine, 2, DAY)
    await give(engine, 5, 2 * DAY)
    await pay(engine, 3)
    assert await lots(engine) == [("2", LotKind.PACK, 0), ("5", LotKind.PACK, 4)]
    assert await give_back(engine, MESSAGE) == 3
    assert await lots(engine) == [("2", LotKind.PACK, 2), ("5", LotKind.PACK, 5)]


async def test_asked_for_again_and_again_it_is_given_once(engine: Engine) -> None:
    await give(engine, 5, DAY)
    await pay(engine, 3)
    assert [await give_back(engine, MESSAGE, MESSAGE), await give_back(engine, MESSAGE)] == [3, 0]
    assert await lots(engine) == [("5", LotKind.PACK, 5)]


async def test_what_was_never_charged_is_never_refunded(engine: Engine) -> None:
    await give(engine, 5, DAY)
    assert (await give_back(engine, MESSAGE), await give_back(engine)) == (0, 0)
    assert await lots(engine) == [("5", LotKind.PACK, 5)]


async def test_the_part_of_an_ended_lot_lives_on_for_the_grace(engine: Engine, clock: StoppedClock) -> None:
    """Two units of a lot that has ended, one of a lot that lives (A13); test units stay test units."""
    await give(engine, 2, DAY, LotKind.TEST)
    await give(engine, 5, 60 * DAY)
    await pay(engine, 3)
    clock.advance(DAY)
    assert await give_back(engine, MESSAGE) == 3
    assert await lots(engine) == [("2", LotKind.TEST, 0), ("5", LotKind.PACK, 5), ("refund", LotKind.TEST, 2)]
    clock.advance(GRACE)
    await engine.write(lambda connection: expire(connection, engine.stamp()))
    assert await lots(engine) == [("2", LotKind.TEST, 0), ("5", LotKind.PACK, 5), ("refund", LotKind.TEST, 0)]


async def test_messages_that_fail_together_share_one_new_lot(engine: Engine, clock: StoppedClock) -> None:
    await give(engine, 5, DAY)
    await pay(engine, 1)
    await pay(engine, 2, MESSAGE + 1)
    clock.advance(DAY)
    assert await give_back(engine, MESSAGE, MESSAGE + 1) == 3
    assert await lots(engine) == [("5", LotKind.PACK, 2), ("refund", LotKind.CREDIT, 3)]
