"""Taking a message back before it leaves."""

from datetime import timedelta

from gateway.engine.database import Engine
from gateway.sms.cancel import cancel
from gateway.sms.dispatch import LEASE, Dispatcher
from gateway.sms.jobs import JOBS
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState
from plans.words import MessageClass, Reason
from tests.cast import alice, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import credit, discrepancies, story, work_off


async def cancelled(engine: Engine, rules: Rules, message_id: int) -> bool:
    return await engine.write(lambda connection: cancel(connection, engine.stamp(), rules, message_id))


async def test_what_is_queued_or_held_can_be_cancelled_and_is_refunded_once(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    clock.advance(timedelta(hours=12))
    member = await alice(engine)
    answers = await send(engine, rules, sms(member), sms(member, message_class=MessageClass.MARKETING))
    assert [each.state for each in answers] == [MessageState.QUEUED, MessageState.HELD]
    assert [await cancelled(engine, rules, each.message_id) for each in answers * 2] == [True, True, False, False]
    told = [(await story(engine, each.message_id)).line for each in answers]
    assert [(each.state, each.reason) for each in told] == [(MessageState.CANCELLED, Reason.CANCELLED)] * 2
    assert await work_off(dispatcher) == 0
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])


async def test_what_has_left_or_is_leaving_cannot_be_cancelled(
    engine: Engine, rules: Rules, dispatcher: Dispatcher
) -> None:
    member = await alice(engine)
    (left,) = await send(engine, rules, sms(member))
    await work_off(dispatcher)
    (leaving,) = await send(engine, rules, sms(member))
    await engine.write(
        lambda connection: JOBS.claim(connection, worker=1, now=engine.clock.now(), lease=LEASE, limit=1)
    )
    assert [await cancelled(engine, rules, each.message_id) for each in (left, leaving)] == [False, False]
    assert (await credit(engine, member.account_id), await cancelled(engine, rules, 7)) == (98, False)
