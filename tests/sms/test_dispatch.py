"""From the queue to the carrier, and what its answers do to a message."""

import asyncio
from datetime import timedelta

import pytest

from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.carriers.port import InDoubt, NotSent, Outcome, OutgoingSms, Refused
from gateway.sms.dispatch import Dispatcher
from gateway.sms.outcomes import GIVE_UP_AFTER, back_off
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState, News
from plans.words import Reason
from tests.cast import DELIVERS, alice, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ALERTS, ScriptedCarrier, credit, discrepancies, news, reap, story, work_off


async def test_what_the_carrier_takes_is_submitted(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    member = await alice(engine)
    (answer,) = await send(engine, rules, sms(member, text="à 10h", display="ALICE"))
    assert await dispatcher.dispatch_once(ALERTS) == 1
    told = await story(engine, answer.message_id)
    assert (told.line.state, told.carrier_ref) == (MessageState.SUBMITTED, f"ref-{answer.message_id}")
    assert (told.waiting, await discrepancies(engine)) == (None, [])
    (sent,) = carrier.sent
    assert (sent.reference, sent.recipient, sent.body, sent.display) == (
        str(answer.message_id),
        DELIVERS,
        "à 10h",
        "ALICE",
    )


async def test_what_the_carrier_refuses_has_failed_and_is_refunded(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    member = await alice(engine)
    carrier.answers[DELIVERS] = Refused("E42", Reason.CARRIER_REJECTED)
    (answer,) = await send(engine, rules, sms(member, notify=Notify.FAILURES))
    await work_off(dispatcher)
    told = await story(engine, answer.message_id)
    assert (told.line.state, told.line.reason, told.carrier_code) == (
        MessageState.FAILED,
        Reason.CARRIER_REJECTED,
        "E42",
    )
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])
    assert await news(engine) == [(answer.message_id, News.FAILED)]


@pytest.mark.parametrize("failure", [NotSent("no link"), InDoubt("no answer")])
async def test_what_can_be_tried_again_safely_is(
    engine: Engine,
    rules: Rules,
    dispatcher: Dispatcher,
    carrier: ScriptedCarrier,
    clock: StoppedClock,
    *,
    failure: Outcome,
) -> None:
    """It waits its back-off, keeps its charge, and leaves as soon as the carrier is there again."""
    member = await alice(engine)
    carrier.answers[DELIVERS] = failure
    (answer,) = await send(engine, rules, sms(member))
    await work_off(dispatcher)
    waiting = (await story(engine, answer.message_id)).waiting
    assert waiting is not None
    assert waiting.parked_until == clock.now() + back_off(1, answer.message_id)
    assert await reap(engine) == 0
    carrier.answers.clear()
    clock.set(waiting.parked_until)
    assert (await reap(engine), await work_off(dispatcher)) == (1, 1)
    assert (await story(engine, answer.message_id)).line.state is MessageState.SUBMITTED
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (99, [])


async def test_the_carrier_may_say_when_to_come_back(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    carrier.answers[DELIVERS] = NotSent("throttled", retry_after_s=2.5)
    (answer,) = await send(engine, rules, sms(await alice(engine)))
    await work_off(dispatcher)
    waiting = (await story(engine, answer.message_id)).waiting
    assert waiting is not None
    assert waiting.parked_until == clock.now() + timedelta(seconds=2.5)


async def test_after_a_day_without_a_link_it_has_failed_and_is_refunded(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    member = await alice(engine)
    carrier.answers[DELIVERS] = NotSent("no link")
    (answer,) = await send(engine, rules, sms(member))
    began = clock.now()
    while waiting := (await story(engine, answer.message_id)).waiting:
        clock.set(max(clock.now(), waiting.parked_until or clock.now()))
        await reap(engine)
        await work_off(dispatcher)
    told = (await story(engine, answer.message_id)).line
    assert (told.state, told.reason) == (MessageState.FAILED, Reason.CARRIER_UNAVAILABLE)
    assert timedelta() <= clock.now() - began - GIVE_UP_AFTER < timedelta(minutes=30)
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])
    assert len(carrier.sent) < 120


def test_each_attempt_waits_longer_up_to_a_limit() -> None:
    waits = [back_off(attempts, message_id=0).total_seconds() for attempts in range(1, 11)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert back_off(10_000, message_id=0) == timedelta(minutes=15)


def test_what_failed_together_comes_back_spread_over_half_the_wait() -> None:
    waits = {back_off(1, message_id).total_seconds() for message_id in range(1000)}
    assert (min(waits), max(waits) < 7.5, len(waits)) == (5, True, 8)


async def test_answers_stay_with_their_messages(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    """Of a batch with all outcomes, each goes its own way."""
    member = await alice(engine)
    numbers = [f"+3363998120{number}" for number in range(4)]
    carrier.answers = {
        numbers[1]: Refused("no", Reason.CARRIER_REJECTED),
        numbers[2]: NotSent("down"),
        numbers[3]: InDoubt("?"),
    }
    answers = await send(engine, rules, *(sms(member, number) for number in numbers))
    await work_off(dispatcher)
    states = [(await story(engine, each.message_id)).line.state for each in answers]
    assert states == [MessageState.SUBMITTED, MessageState.FAILED, MessageState.QUEUED, MessageState.SENDING]
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (97, [])


class FaultyCarrier(ScriptedCarrier):
    """A carrier whose adapter has a bug for one number and never answers for another."""

    async def send(self, sms: OutgoingSms) -> Outcome:
        if sms.recipient.endswith("1"):
            raise ZeroDivisionError(sms.body)
        if sms.recipient.endswith("2"):
            await asyncio.Event().wait()
        return await super().send(sms)


async def test_a_bug_or_a_silence_for_one_message_is_its_own_affair(
    engine: Engine, rules: Rules, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are recorded; of these two nobody can know. The log names the bug and not the text."""
    member = await alice(engine)
    carrier = FaultyCarrier(deduplicates=False)
    numbers = [f"+3363998120{number}" for number in range(4)]
    answers = await send(engine, rules, *(sms(member, number, text="secret") for number in numbers))
    faulty = Dispatcher(engine, carrier, rules, patience=timedelta(seconds=0.05))
    assert await faulty.dispatch_once(ALERTS) == 4
    states = [(await story(engine, each.message_id)).line.state for each in answers]
    taken, unknown = MessageState.SUBMITTED, MessageState.UNKNOWN
    assert states == [taken, unknown, unknown, taken]
    assert "ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text


async def test_an_empty_lane_is_worked_off_at_once(dispatcher: Dispatcher) -> None:
    assert [await dispatcher.dispatch_once(lane) for lane in dispatcher.lanes] == [0, 0]
