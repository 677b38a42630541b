"""A worker that died between the claim and the answer: nothing is lost, nothing is charged or sent twice in silence."""

import asyncio
from dataclasses import replace

from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.carriers.port import Outcome, OutgoingSms, Refused
from gateway.sms.dispatch import LEASE, Dispatcher
from gateway.sms.doubt import DoubtTerms
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState, News
from plans.words import Reason
from tests.cast import DELIVERS, alice, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ALERTS, ScriptedCarrier, credit, discrepancies, news, reap, say_stop, state, story, work_off


class SlowCarrier(ScriptedCarrier):
    """A carrier that takes the SMS and answers only when it is let."""

    def __init__(self, *, deduplicates: bool) -> None:
        super().__init__(deduplicates=deduplicates)
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def send(self, sms: OutgoingSms) -> Outcome:
        answer = await super().send(sms)
        self.asked.set()
        await self.let.wait()
        return answer


async def die_while_sending(engine: Engine, rules: Rules, carrier: SlowCarrier) -> None:
    """Claim, hand over, and end before the answer is recorded."""
    dying = asyncio.create_task(Dispatcher(engine, carrier, rules).dispatch_once(ALERTS))
    await carrier.asked.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    carrier.let.set()


async def test_nobody_touches_a_message_before_the_lease_is_over(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    carrier = SlowCarrier(deduplicates=True)
    (answer,) = await send(engine, rules, sms(await alice(engine)))
    await die_while_sending(engine, rules, carrier)
    clock.advance(LEASE / 2)
    assert (await reap(engine), await work_off(Dispatcher(engine, carrier, rules))) == (0, 0)
    assert await state(engine, answer.message_id) is MessageState.SENDING


async def test_a_carrier_that_deduplicates_gets_it_again(engine: Engine, rules: Rules, clock: StoppedClock) -> None:
    """Twice handed over, once on the phone, charged once."""
    member, carrier = await alice(engine), SlowCarrier(deduplicates=True)
    (answer,) = await send(engine, rules, sms(member))
    await die_while_sending(engine, rules, carrier)
    clock.advance(LEASE)
    assert (await reap(engine), await work_off(Dispatcher(engine, carrier, rules))) == (1, 1)
    assert (len(carrier.sent), carrier.phones) == (2, [DELIVERS])
    assert await state(engine, answer.message_id) is MessageState.SUBMITTED
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (99, [])


async def test_with_any_other_carrier_it_is_unknown_and_where_it_is_held_never_sent_again(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    """It is told at once, and refunded when the network can no longer deliver it; told only once."""
    member, carrier = await alice(engine), SlowCarrier(deduplicates=False)
    dispatcher = Dispatcher(engine, carrier, replace(rules, doubt=DoubtTerms(resend=frozenset())))
    (answer,) = await send(engine, rules, sms(member, notify=Notify.FAILURES))
    await die_while_sending(engine, rules, carrier)
    clock.advance(LEASE)
    await reap(engine)
    await work_off(dispatcher)
    unknown = await story(engine, answer.message_id)
    assert (unknown.line.state, unknown.line.reason) == (MessageState.UNKNOWN, Reason.CARRIER_SILENT)
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (99, [])
    clock.advance(carrier.validity)
    await reap(engine)
    await work_off(dispatcher)
    over = await story(engine, answer.message_id)
    assert (over.line.state, over.line.reason) == (MessageState.FAILED, Reason.CARRIER_SILENT)
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])
    assert (len(carrier.sent), await news(engine)) == (1, [(answer.message_id, News.FAILED)])


async def test_stop_said_after_a_crash_does_not_make_it_refunded_while_it_may_have_left(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    """Nor does a closed window let it leave a second time: without deduplication it stays unknown."""
    member, carrier = await alice(engine), SlowCarrier(deduplicates=False)
    (answer,) = await send(engine, rules, sms(member))
    await die_while_sending(engine, rules, carrier)
    await say_stop(engine)
    clock.advance(LEASE)
    await reap(engine)
    await work_off(Dispatcher(engine, carrier, rules))
    assert await state(engine, answer.message_id) is MessageState.UNKNOWN
    assert (len(carrier.sent), await credit(engine, member.account_id)) == (1, 99)


async def test_the_answer_of_a_worker_whose_lease_ran_out_changes_nothing(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    """It would have refunded; whoever held the message since has recorded that it was taken."""
    member, slow, quick = await alice(engine), SlowCarrier(deduplicates=True), ScriptedCarrier()
    slow.answers[DELIVERS] = Refused("late", Reason.CARRIER_REJECTED)
    (answer,) = await send(engine, rules, sms(member))
    stale = asyncio.create_task(Dispatcher(engine, slow, rules).dispatch_once(ALERTS))
    await slow.asked.wait()
    clock.advance(LEASE)
    await reap(engine)
    await work_off(Dispatcher(engine, quick, rules))
    slow.let.set()
    await stale
    assert await state(engine, answer.message_id) is MessageState.SUBMITTED
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (99, [])
