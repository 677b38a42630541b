"""The laws of the flow to a carrier: as many are under way as it takes, each answer makes room, none is forgotten."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from gateway.engine.database import Engine
from gateway.sms.carriers.port import PATIENCE, NotSent, Receipt
from gateway.sms.circuits import OPENS_AFTER
from gateway.sms.dispatch import Dispatcher
from gateway.sms.flow import Flow
from gateway.sms.policy import Rules
from gateway.sms.tables import early_receipt
from gateway.sms.words import MessageState
from plans.words import MessageClass
from tests.cast import alice, send, sms
from tests.clock import StoppedClock
from tests.sms.flow.window import Window, phone, ten, until
from tests.sms.steps import reap, say_stop, state

SLOW = "+33639989999"


async def test_as_many_are_under_way_as_the_carrier_takes_at_once(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow
) -> None:
    phones = await ten(engine, rules, flow)
    carrier.let(*phones)
    await until(flow, engine, {MessageState.SUBMITTED: 10})
    assert (carrier.most, len(carrier.sent)) == (4, 10)


async def test_one_that_is_slow_to_be_answered_holds_up_no_other(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow
) -> None:
    member = await alice(engine)
    phones = [phone(number) for number in range(20)]
    await send(engine, rules, *(sms(member, each) for each in [SLOW, *phones]))
    carrier.let(*phones)
    await until(flow, engine, {MessageState.SENDING: 1, MessageState.SUBMITTED: 20})
    carrier.let(SLOW)
    await until(flow, engine, {MessageState.SUBMITTED: 21})


async def test_an_alert_goes_before_the_marketing_that_waits_for_room(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow
) -> None:
    member = await alice(engine)
    offers = [sms(member, phone(number), message_class=MessageClass.MARKETING) for number in range(12)]
    await send(engine, rules, *offers)
    await until(flow, engine, {MessageState.SENDING: 4, MessageState.QUEUED: 8})
    await send(engine, rules, sms(member, phone(99)))
    carrier.let(*(phone(number) for number in range(100)))
    await until(flow, engine, {MessageState.SUBMITTED: 13})
    assert phone(99) in [each.recipient for each in carrier.sent[4:8]]


async def test_those_that_must_not_leave_any_more_do_not_keep_the_next_waiting(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow
) -> None:
    """A turn that only ends messages is followed by the next at once."""
    member = await alice(engine)
    await send(engine, rules, *(sms(member, phone(1)) for _ in range(8)))
    await send(engine, rules, sms(member, phone(2)))
    await say_stop(engine, number=phone(1))
    assert [await flow.run_once() for _ in range(2)] == [4, 4]
    carrier.let(phone(2))
    await until(flow, engine, {MessageState.CANCELLED: 8, MessageState.SUBMITTED: 1})


async def test_a_receipt_that_comes_with_its_answer_is_written_with_it(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    """It need not wait aside for its message to be known."""
    (answer,) = await send(engine, rules, sms(await alice(engine), phone(1)))
    await until(flow, engine, {MessageState.SENDING: 1})
    carrier.let(phone(1))
    receipt = Receipt(f"ref-{answer.message_id}", MessageState.DELIVERED, "000", clock.now())
    kept = asyncio.create_task(flow.receipts([receipt]))
    await until(flow, engine, {MessageState.DELIVERED: 1})
    await kept
    aside = select(func.count()).select_from(early_receipt)
    assert await engine.read(lambda connection: connection.scalar(aside)) == 0


async def test_receipts_are_kept_at_once_where_nothing_is_under_way(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    (answer,) = await send(engine, rules, sms(await alice(engine), phone(1)))
    carrier.let(phone(1))
    await until(flow, engine, {MessageState.SUBMITTED: 1})
    await flow.receipts([Receipt(f"ref-{answer.message_id}", MessageState.DELIVERED, "000", clock.now())])
    assert await state(engine, answer.message_id) is MessageState.DELIVERED


async def test_a_carrier_that_failed_is_tried_with_one_message(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    """A second one waits until that one is answered."""
    member = await alice(engine)
    phones = [phone(number) for number in range(OPENS_AFTER + 1)]
    carrier.answers = dict.fromkeys(phones, NotSent("link"))
    carrier.let(*phones)
    await send(engine, rules, *(sms(member, each) for each in phones))
    while len(carrier.sent) < OPENS_AFTER:
        await flow.run_once()
    await flow.finish()
    clock.advance(timedelta(minutes=10))
    await reap(engine)
    carrier.answers.clear()
    carrier.hold(*phones)
    for _ in range(3):
        await flow.run_once()
    assert carrier.under_way == 1
    carrier.let(*phones)
    await until(flow, engine, {MessageState.SUBMITTED: OPENS_AFTER + 1})


async def test_one_that_is_not_answered_in_time_makes_room(
    engine: Engine, rules: Rules, carrier: Window, dispatcher: Dispatcher, flow: Flow
) -> None:
    """Whether it left nobody knows; this carrier deduplicates, so it will be handed over again."""
    member, phones = await alice(engine), [phone(number) for number in range(5)]
    await send(engine, rules, *(sms(member, each) for each in phones))
    await until(flow, engine, {MessageState.SENDING: 4, MessageState.QUEUED: 1})
    carrier.let(*phones[4:])
    dispatcher.patience = timedelta()
    await flow.run_once()
    dispatcher.patience = PATIENCE
    await until(flow, engine, {MessageState.SENDING: 4, MessageState.SUBMITTED: 1})
    assert (carrier.most, carrier.under_way) == (4, 0)
