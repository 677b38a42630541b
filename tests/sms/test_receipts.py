"""News from the network: each receipt moves its message on, once and never back."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select

from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.carriers.port import Receipt, Taken
from gateway.sms.dispatch import BATCH, Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.receipts import apply_receipts
from gateway.sms.tables import early_receipt
from gateway.sms.words import MessageState, News
from plans.words import Reason
from tests.cast import DELIVERS, alice, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, apply, credit, discrepancies, news, state, story, work_off

DELIVERED, FAILED, EXPIRED = MessageState.DELIVERED, MessageState.FAILED, MessageState.EXPIRED


def receipt(clock: StoppedClock, message_id: int, state: MessageState = DELIVERED) -> Receipt:
    return Receipt(f"ref-{message_id}", state, "000", clock.now())


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (DELIVERED, None, News.DELIVERED),
        (FAILED, Reason.NOT_DELIVERED, News.FAILED),
        (EXPIRED, Reason.VALIDITY_EXPIRED, News.FAILED),
    ],
)
async def test_a_receipt_ends_a_message_and_refunds_nothing(
    engine: Engine,
    rules: Rules,
    dispatcher: Dispatcher,
    carrier: ScriptedCarrier,
    clock: StoppedClock,
    *,
    state: MessageState,
    reason: Reason | None,
    told: News,
) -> None:
    """What the network took is paid for, delivered or not (A14)."""
    member = await alice(engine)
    (answer,) = await send(engine, rules, sms(member, notify=Notify.ALL))
    await work_off(dispatcher)
    carrier.receipts = [receipt(clock, answer.message_id, state)]
    assert await dispatcher.collect_once() == 1
    line = (await story(engine, answer.message_id)).line
    assert (line.state, line.reason, line.finished_at) == (state, reason, clock.now())
    assert await news(engine) == [(answer.message_id, told)]
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (99, [])


@pytest.mark.parametrize("order", list(permutations([DELIVERED, FAILED, EXPIRED])))
@pytest.mark.parametrize("together", [True, False])
async def test_the_first_receipt_counts_and_is_told_once(
    engine: Engine,
    rules: Rules,
    dispatcher: Dispatcher,
    clock: StoppedClock,
    order: Sequence[MessageState],
    *,
    together: bool,
) -> None:
    """Twice, out of order, after the end: in one batch or one by one."""
    (answer,) = await send(engine, rules, sms(await alice(engine), notify=Notify.ALL))
    await work_off(dispatcher)
    receipts = [receipt(clock, answer.message_id, state) for state in (*order, *order)]
    for batch in [receipts] if together else [[each] for each in receipts]:
        await apply(engine, batch)
    assert (await story(engine, answer.message_id)).line.state is order[0]
    assert len(await news(engine)) == 1


async def test_a_receipt_that_is_quicker_than_the_answer_waits_for_it(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    (answer,) = await send(engine, rules, sms(await alice(engine), notify=Notify.ALL))
    early = [receipt(clock, answer.message_id), receipt(clock, answer.message_id, FAILED)]
    assert (await apply(engine, early), await apply(engine, early)) == (0, 0)
    await work_off(dispatcher)
    assert (await story(engine, answer.message_id)).line.state is DELIVERED
    assert await waiting_receipts(engine) == 0


async def test_a_receipt_that_crossed_the_answer_is_found_by_the_next_collection(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    """As two processes may leave it: the message is submitted, and its receipt still lies with the early ones."""
    (answer,) = await send(engine, rules, sms(await alice(engine)))
    await work_off(dispatcher)
    crossed = receipt(clock, answer.message_id)
    await engine.write(
        lambda connection: connection.execute(
            early_receipt.insert().values(
                carrier="scripted",
                carrier_ref=crossed.carrier_ref,
                state=crossed.state,
                code=crossed.code,
                at=crossed.at,
            )
        )
    )
    await dispatcher.collect_once()
    assert (await story(engine, answer.message_id)).line.state is DELIVERED
    assert await waiting_receipts(engine) == 0


async def test_a_receipt_that_nobody_claims_is_forgotten_after_a_week(
    engine: Engine, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    await apply(engine, [receipt(clock, 1)])
    clock.advance(timedelta(days=7))
    await dispatcher.collect_once()
    assert await waiting_receipts(engine) == 1
    clock.advance(timedelta(microseconds=1))
    await dispatcher.collect_once()
    assert await waiting_receipts(engine) == 0


async def test_the_reference_of_another_carrier_means_nothing(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    (answer,) = await send(engine, rules, sms(await alice(engine)))
    await work_off(dispatcher)
    found = [receipt(clock, answer.message_id)]
    assert await engine.write(lambda connection: apply_receipts(connection, engine.stamp(), "other", found)) == 0
    assert (await story(engine, answer.message_id)).line.state is MessageState.SUBMITTED


BOB = "+33639985634"


async def restarted(engine: Engine, rules: Rules, recipient: str = DELIVERS, **fields: Any) -> int:
    """A message that a carrier called 7, as it calls every one after it was started anew; its id."""
    carrier = ScriptedCarrier()
    carrier.answers[recipient] = Taken("7", fields.pop("more", ()))
    (answer,) = await send(engine, rules, sms(fields.pop("member"), recipient, notify=Notify.ALL, **fields))
    await work_off(Dispatcher(engine, carrier, rules))
    return answer.message_id


async def test_a_name_used_again_reaches_the_message_that_waits_for_its_receipt(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    """The receipt of the first never came, or came: in either case the second gets its own."""
    member = await alice(engine)
    unheard, heard = await restarted(engine, rules, member=member), await restarted(engine, rules, BOB, member=member)
    await apply(engine, [Receipt("7", FAILED, "011", clock.now(), recipient=BOB)])
    newest = await restarted(engine, rules, member=member)
    assert await apply(engine, [Receipt("7", DELIVERED, "000", clock.now(), recipient=DELIVERS)]) == 1
    states = [await state(engine, each) for each in (unheard, heard, newest)]
    assert states == [MessageState.SUBMITTED, FAILED, DELIVERED]


@pytest.mark.parametrize("ended", [True, False])
async def test_a_receipt_waits_for_its_message_though_an_earlier_one_has_its_name(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock, *, ended: bool
) -> None:
    """It comes while the answer to its message, which names it, is not recorded yet."""
    member = await alice(engine)
    earlier = await restarted(engine, rules, BOB, member=member)
    if ended:
        await apply(engine, [Receipt("7", FAILED, "011", clock.now(), recipient=BOB)])
    before = await state(engine, earlier)
    (answer,) = await send(engine, rules, sms(member))
    lane = dispatcher.lanes[0]
    batch = await engine.write(lambda connection: dispatcher.claim(connection, [lane], BATCH))
    assert await apply(engine, [Receipt("7", DELIVERED, "000", clock.now(), recipient=DELIVERS)]) == 0
    await dispatcher.collect_once()  # it is nobody else's meanwhile
    handled = [(each, Taken("7")) for each in batch.leaving]
    await engine.write(lambda connection: dispatcher.record(connection, handled))
    assert (await state(engine, answer.message_id), await state(engine, earlier)) == (DELIVERED, before)


async def test_a_receipt_from_before_the_message_is_not_about_it(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    await apply(engine, [Receipt("7", DELIVERED, "000", clock.now(), recipient=DELIVERS)])
    clock.advance(timedelta(days=1))
    message_id = await restarted(engine, rules, member=await alice(engine))
    assert await state(engine, message_id) is MessageState.SUBMITTED


async def test_a_part_and_a_message_that_bear_one_name_are_told_apart(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    member = await alice(engine)
    long = await restarted(engine, rules, member=member, text="a" * 200, more=("8",))
    short = await restarted(engine, rules, BOB, member=member)
    to_bob = Receipt("7", DELIVERED, "000", clock.now(), recipient=BOB)
    assert await apply(engine, [to_bob, Receipt("8", DELIVERED, "000", clock.now(), recipient=DELIVERS)]) == 1
    assert (await state(engine, long), await state(engine, short)) == (MessageState.SUBMITTED, DELIVERED)
    assert await apply(engine, [Receipt("7", DELIVERED, "000", clock.now(), recipient=DELIVERS)]) == 1
    assert await state(engine, long) is DELIVERED


async def waiting_receipts(engine: Engine) -> int:
    count = select(func.count()).select_from(early_receipt)
    return await engine.read(lambda connection: connection.scalar(count)) or 0
