"""Turns in the queue: nobody waits behind somebody else's hundred thousand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, literal, select, update

from gateway.billing.charges import TURN_COST
from gateway.billing.tables import balance
from gateway.engine.database import Engine
from gateway.sms.dispatch import BATCH, Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.tables import job, message
from plans.words import LotKind, MessageClass
from tests.cast import Member, alice, bob, grant_more, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ALERTS, MARKETING, ScriptedCarrier, reap, work_off

OTHER = "+33639981200"


async def test_one_message_leaves_in_the_next_batch_whoever_has_queued_100000(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    """Also an hour later, on a lane that was standing still meanwhile."""
    member, newcomer = await alice(engine), await bob(engine)
    await multiply(engine, (await send(engine, rules, sms(member)))[0].message_id, 100_000)
    for wait in (timedelta(), timedelta(hours=1)):
        clock.advance(wait)
        carrier.sent.clear()
        await send(engine, rules, sms(newcomer, OTHER))
        assert await dispatcher.dispatch_once(ALERTS) == BATCH
        assert OTHER in recipients(carrier)


async def test_two_who_have_much_queued_share(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    """The second came when the first had 400 queued: from then on they take turns."""
    first, second = await alice(engine, units=1000), await bob(engine, units=400)
    await send(engine, rules, *(sms(first) for _ in range(400)))
    await send(engine, rules, *(sms(second, OTHER) for _ in range(400)))
    await dispatcher.dispatch_once(ALERTS)
    assert abs(recipients(carrier).count(OTHER) - BATCH // 2) <= 1


async def test_a_long_message_takes_the_turns_of_its_units(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    first, second = await alice(engine, units=1000), await bob(engine, units=900)
    await send(engine, rules, *(sms(first) for _ in range(300)))
    await send(engine, rules, *(sms(second, OTHER, text="a" * 459) for _ in range(300)))
    await dispatcher.dispatch_once(ALERTS)
    assert abs(recipients(carrier).count(OTHER) - BATCH // 4) <= 1


async def test_a_heavier_account_takes_its_share(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    first, second = await alice(engine, units=1000), await bob(engine, units=300)
    await engine.write(
        lambda connection: connection.execute(
            update(balance).where(balance.c.account_id == first.account_id).values(weight=3.0)
        )
    )
    await send(engine, rules, *(sms(first) for _ in range(300)))
    await send(engine, rules, *(sms(second, OTHER) for _ in range(300)))
    await dispatcher.dispatch_once(ALERTS)
    assert abs(recipients(carrier).count(OTHER) - BATCH // 4) <= 1


async def test_what_was_held_over_the_weekend_does_not_go_before_everybody(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    """A thousand of Saturday night are let go on Monday at 8:00; one accepted then is not behind them."""
    clock.set(datetime(2026, 11, 28, 20, 0, tzinfo=UTC))
    first, second = await alice(engine, units=1000), await alice_like(engine)
    held = [sms(first, message_class=MessageClass.MARKETING) for _ in range(1000)]
    await send(engine, rules, *held)
    clock.set(datetime(2026, 11, 30, 7, 0, tzinfo=UTC))
    await reap(engine)
    await send(engine, rules, sms(second, OTHER, message_class=MessageClass.MARKETING))
    await dispatcher.dispatch_once(MARKETING)
    assert OTHER in recipients(carrier)


async def test_what_was_sent_long_ago_costs_no_turn_today(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    first, second = await alice(engine, units=1000), await bob(engine, units=1000)
    await send(engine, rules, *(sms(first, OTHER) for _ in range(900)))
    await work_off(dispatcher)
    carrier.sent.clear()
    clock.advance(timedelta(seconds=1))
    await send(engine, rules, *(sms(second) for _ in range(900)))
    await send(engine, rules, sms(first, OTHER))
    await dispatcher.dispatch_once(ALERTS)
    assert OTHER in recipients(carrier)


async def alice_like(engine: Engine) -> Member:
    """Bob, with a pack."""
    member = await bob(engine)
    await grant_more(engine, member, LotKind.PACK, 100)
    return member


def recipients(carrier: ScriptedCarrier) -> Sequence[str]:
    return [each.recipient for each in carrier.sent]


async def multiply(engine: Engine, message_id: int, times: int) -> None:
    """Queue a message ``times`` over, each with a turn of its own, behind the back of the door."""
    one = select(literal(1).label("number")).cte("numbers", recursive=True)
    numbers = one.union_all(select(one.c.number + 1).where(one.c.number < times))

    def unit(connection: Connection) -> None:
        for table in (message, job):
            row, number = table.c, numbers.c.number
            turn = {"fair_tag": job.c.fair_tag + number * TURN_COST} if table is job else {}
            changed = {"message_id": row.message_id + number, **turn}
            columns = [changed.get(column.name, column) for column in row]
            many = select(*columns).join_from(table, numbers, literal(value=True)).where(row.message_id == message_id)
            connection.execute(insert(table).from_select([column.name for column in row], many))

    await engine.write(unit)
