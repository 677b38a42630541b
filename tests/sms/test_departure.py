"""The last look before a message leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.accounts import clients
from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.departure import SUSPENDED_PAUSE
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState, News
from plans.words import MessageClass, Reason
from tests.cast import alice, alices_branch, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, credit, discrepancies, news, reap, say_stop, story, work_off

FRIDAY_EVENING = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)  # 20:00 in Paris: the window has just closed
SATURDAY_OPENING = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


async def test_stop_said_while_it_was_held_cancels_and_refunds_it(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    clock.set(FRIDAY_EVENING)
    member = await alice(engine)
    (answer,) = await send(engine, rules, sms(member, message_class=MessageClass.MARKETING, notify=Notify.FAILURES))
    assert (answer.state, answer.held_until) == (MessageState.HELD, SATURDAY_OPENING)
    await say_stop(engine)
    clock.set(SATURDAY_OPENING)
    assert (await reap(engine), await work_off(dispatcher), carrier.sent) == (1, 0, [])
    told = (await story(engine, answer.message_id)).line
    assert (told.state, told.reason) == (MessageState.CANCELLED, Reason.OPTED_OUT)
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])
    assert await news(engine) == [(answer.message_id, News.HELD), (answer.message_id, News.FAILED)]


async def test_a_window_that_closed_meanwhile_holds_it_once_more(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    """Accepted at 19:59, claimed at 20:00: the hand-over itself must lie inside."""
    clock.set(FRIDAY_EVENING - timedelta(minutes=1))
    member = await alice(engine)
    answers = await send(engine, rules, *(sms(member, message_class=MessageClass.MARKETING) for _ in range(3)))
    assert [each.state for each in answers] == [MessageState.QUEUED] * 3
    clock.set(FRIDAY_EVENING)
    assert (await work_off(dispatcher), carrier.sent) == (0, [])
    for answer in answers:
        told = (await story(engine, answer.message_id)).line
        assert (told.state, told.reason, told.held_until) == (
            MessageState.HELD,
            Reason.OUTSIDE_WINDOW,
            SATURDAY_OPENING,
        )
    clock.set(SATURDAY_OPENING)
    assert (await reap(engine), await work_off(dispatcher)) == (3, 3)
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100 - 3, [])


@pytest.mark.parametrize("stopped", ["alice", "branch"])
async def test_a_suspended_account_is_parked_and_goes_on_when_resumed(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock, stopped: str
) -> None:
    """Its own suspension and that of its parent are the same to it."""
    parent = await alice(engine)
    branch = await alices_branch(engine)
    (answer,) = await send(engine, rules, sms(branch))
    await engine.write(lambda connection: clients.suspend(connection, engine.stamp(), "tests", account=stopped))
    assert await work_off(dispatcher) == 0
    told = await story(engine, answer.message_id)
    assert (told.line.state, told.line.reason) == (MessageState.HELD, Reason.ACCOUNT_SUSPENDED)
    await engine.write(lambda connection: clients.resume(connection, engine.stamp(), "tests", account=stopped))
    clock.advance(SUSPENDED_PAUSE)
    assert (await reap(engine), await work_off(dispatcher)) == (1, 1)
    assert (await credit(engine, parent.account_id), await discrepancies(engine)) == (99, [])


async def test_what_a_closed_account_still_had_queued_is_cancelled_and_refunded(
    engine: Engine, rules: Rules, dispatcher: Dispatcher
) -> None:
    member = await alice(engine)
    (answer,) = await send(engine, rules, sms(member))
    await engine.write(lambda connection: clients.close(connection, engine.stamp(), "tests", account="alice"))
    assert await work_off(dispatcher) == 0
    told = (await story(engine, answer.message_id)).line
    assert (told.state, told.reason) == (MessageState.CANCELLED, Reason.ACCOUNT_CLOSED)
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])
