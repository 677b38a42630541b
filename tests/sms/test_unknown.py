"""What an operator decides about a message in doubt: once more, or its units back; charged once either way."""

from dataclasses import replace

import pytest

from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.dispatch import BATCH, Dispatcher
from gateway.sms.doubt import DoubtTerms
from gateway.sms.policy import Rules
from gateway.sms.unknown import give_up, send_again
from gateway.sms.words import MessageState, News
from plans.words import MessageClass, Reason
from tests.cast import alice, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, credit, discrepancies, news, reap, silent_carrier, state, story, work_off


@pytest.fixture
def holding(rules: Rules) -> Rules:
    """What is in doubt is held, and silence is refunded."""
    return replace(rules, doubt=DoubtTerms(resend=frozenset()), credit=replace(rules.credit, silence_refunded=True))


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return silent_carrier()


async def doubtful(engine: Engine, rules: Rules, carrier: ScriptedCarrier) -> tuple[int, int]:
    """The account and the message."""
    member = await alice(engine)
    (answer,) = await send(engine, rules, sms(member, notify=Notify.ALL))
    await work_off(Dispatcher(engine, carrier, rules))
    return member.account_id, answer.message_id


async def test_it_is_handed_over_once_more_marked_and_charged_once(
    engine: Engine, holding: Rules, carrier: ScriptedCarrier
) -> None:
    account_id, message_id = await doubtful(engine, holding, carrier)
    carrier.answers.clear()
    assert await engine.write(lambda connection: send_again(connection, engine.stamp(), message_id))
    await work_off(Dispatcher(engine, carrier, holding))
    told = await story(engine, message_id)
    assert (told.line.state, told.resent, len(carrier.sent)) == (MessageState.SUBMITTED, True, 2)
    assert (await credit(engine, account_id), await discrepancies(engine)) == (99, [])


async def test_its_units_come_back_and_it_is_never_sent(
    engine: Engine, holding: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    account_id, message_id = await doubtful(engine, holding, carrier)
    assert await engine.write(lambda connection: give_up(connection, engine.stamp(), holding, message_id))
    clock.advance(carrier.validity)
    await reap(engine)
    await work_off(Dispatcher(engine, carrier, holding))
    told = (await story(engine, message_id)).line
    assert (told.state, told.reason, len(carrier.sent)) == (MessageState.FAILED, Reason.CARRIER_SILENT, 1)
    assert (await credit(engine, account_id), await discrepancies(engine)) == (100, [])


@pytest.mark.parametrize("resend", [frozenset({MessageClass.ALERT}), frozenset[MessageClass]()])
async def test_its_end_is_told_once(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, resend: frozenset[MessageClass]
) -> None:
    """What is held was told when it was; what was to be sent again was not."""
    deciding = replace(rules, doubt=DoubtTerms(resend=resend))
    _, message_id = await doubtful(engine, deciding, carrier)
    assert await engine.write(lambda connection: give_up(connection, engine.stamp(), deciding, message_id))
    assert await news(engine) == [(message_id, News.FAILED)]


async def test_one_that_ended_or_is_being_handed_over_is_left_alone(
    engine: Engine, holding: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    _, message_id = await doubtful(engine, holding, carrier)
    clock.advance(carrier.validity)
    await reap(engine)
    dispatcher = Dispatcher(engine, carrier, replace(holding, doubt=DoubtTerms()))
    await engine.write(lambda connection: dispatcher.claim(connection, dispatcher.lanes, BATCH))
    assert await state(engine, message_id) is MessageState.SENDING
    for decide in (
        lambda connection: send_again(connection, engine.stamp(), message_id),
        lambda connection: give_up(connection, engine.stamp(), holding, message_id),
    ):
        assert not await engine.write(decide)
