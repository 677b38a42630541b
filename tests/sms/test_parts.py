"""A longer message has a receipt for each part, and one state: early, late, twice, out of order."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.carriers.port import Outcome, OutgoingSms, Receipt, Taken
from gateway.sms.dispatch import Dispatcher
from gateway.sms.parts import merged
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState
from tests.cast import alice, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, apply, news, state, story, work_off

DELIVERED, FAILED, EXPIRED = MessageState.DELIVERED, MessageState.FAILED, MessageState.EXPIRED
LONG = "a" * 400  # three parts


class PartCarrier(ScriptedCarrier):
    """A carrier that names each part."""

    def _answer(self, sms: OutgoingSms) -> Outcome:
        first, *more = [f"ref-{sms.reference}-{number}" for number in range(1, sms.parts + 1)]
        return Taken(first, tuple(more))


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([DELIVERED, DELIVERED], DELIVERED),
        ([DELIVERED, None], None),
        ([None, None], None),
        ([FAILED, None], FAILED),
        ([DELIVERED, EXPIRED], EXPIRED),
        ([EXPIRED, FAILED], FAILED),
        ([DELIVERED], None),
    ],
)
def test_parts_make_one_state(states: Sequence[MessageState | None], expected: MessageState | None) -> None:
    assert merged(states, 2) is expected


@given(st.permutations([DELIVERED, None, FAILED, EXPIRED]))
def test_the_order_of_parts_means_nothing(states: Sequence[MessageState | None]) -> None:
    assert merged(states, 4) is FAILED


def receipts_of(clock: StoppedClock, message_id: int, *states: MessageState) -> list[Receipt]:
    return [
        Receipt(f"ref-{message_id}-{number}", each, "000", clock.now()) for number, each in enumerate(states, start=1)
    ]


async def sent(engine: Engine, rules: Rules) -> int:
    dispatcher = Dispatcher(engine, PartCarrier(), rules)
    (answer,) = await send(engine, rules, sms(await alice(engine), text=LONG, notify=Notify.ALL))
    await work_off(dispatcher)
    return answer.message_id


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_it_is_delivered_when_every_part_is_and_told_once(
    engine: Engine, rules: Rules, clock: StoppedClock, order: Sequence[int]
) -> None:
    message_id = await sent(engine, rules)
    receipts = receipts_of(clock, message_id, DELIVERED, DELIVERED, DELIVERED)
    for number in order[:-1]:
        assert await apply(engine, [receipts[number]] * 2) == 0
    assert await state(engine, message_id) is MessageState.SUBMITTED
    assert await apply(engine, [receipts[order[-1]]]) == 1
    assert (await apply(engine, receipts), await state(engine, message_id)) == (0, DELIVERED)
    assert len(await news(engine)) == 1


async def test_one_part_that_fails_makes_it_fail_at_once_and_for_good(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    message_id = await sent(engine, rules)
    assert await apply(engine, receipts_of(clock, message_id, DELIVERED, FAILED)) == 1
    assert await apply(engine, receipts_of(clock, message_id, DELIVERED, DELIVERED, DELIVERED)) == 0
    assert await state(engine, message_id) is FAILED


async def test_the_code_of_each_part_is_kept_and_shown(engine: Engine, rules: Rules, clock: StoppedClock) -> None:
    message_id = await sent(engine, rules)
    first, second, _ = receipts_of(clock, message_id, DELIVERED, FAILED, DELIVERED)
    await apply(engine, [first, second._replace(code="UNDELIV 027")])
    shown = [(each.number, each.state, each.code) for each in (await story(engine, message_id)).receipts]
    assert shown == [(1, DELIVERED, "000"), (2, FAILED, "UNDELIV 027"), (3, None, None)]


async def test_receipts_of_parts_that_are_quicker_than_the_answer_wait_for_it(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    dispatcher = Dispatcher(engine, PartCarrier(), rules)
    (answer,) = await send(engine, rules, sms(await alice(engine), text=LONG))
    assert await apply(engine, receipts_of(clock, answer.message_id, DELIVERED, DELIVERED)) == 0
    await work_off(dispatcher)
    await apply(engine, receipts_of(clock, answer.message_id, DELIVERED, DELIVERED, DELIVERED)[2:])
    assert await state(engine, answer.message_id) is DELIVERED
