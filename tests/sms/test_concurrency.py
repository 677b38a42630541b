"""Several processes on one PostgreSQL database: no double charge, no double send, nobody stuck."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from gateway.engine.database import Engine, open_engine
from gateway.sms.dispatch import Dispatcher
from gateway.sms.lanes import set_lane
from gateway.sms.policy import Rules
from gateway.sms.request import Submission
from gateway.sms.words import MessageState
from plans.words import LotKind, Reason
from tests.cast import alice, bob, grant_more, send, sms
from tests.clock import StoppedClock
from tests.databases import ON_POSTGRES
from tests.sms.steps import ALERTS, ScriptedCarrier, credit, discrepancies, reap, state

pytestmark = ON_POSTGRES


@pytest.fixture
async def other(engine: Engine, database_url: str, clock: StoppedClock) -> AsyncIterator[Engine]:
    """A second process on the same database."""
    del engine
    async with open_engine(database_url, clock) as opened:
        yield opened


async def test_the_same_batches_handed_in_crosswise_are_charged_once(
    engine: Engine, other: Engine, rules: Rules
) -> None:
    """Twenty batches at once, over the same two accounts, in opposite orders: deadlocks are retried."""
    members = [await alice(engine, units=1000), await bob(engine)]
    await grant_more(engine, members[1], LotKind.PACK, 1000)
    requests = [sms(members[number % 2]) for number in range(100)]
    answers = await asyncio.gather(
        *(send(engine, rules, *requests[start:], *requests[:start]) for start in range(0, 100, 10)),
        *(send(other, rules, *requests[start::-1], *requests[:start:-1]) for start in range(0, 100, 10)),
    )
    fresh = Counter(answer.message_id for batch in answers for answer in batch if not answer.replayed)
    assert (len(fresh), set(fresh.values())) == (100, {1})
    assert sum([await credit(engine, each.account_id) for each in members]) == 1000 - 50 + 1010 - 50
    assert await discrepancies(engine) == []


async def test_the_last_units_are_spent_once(engine: Engine, other: Engine, rules: Rules) -> None:
    member = await alice(engine, units=30)
    answers = await asyncio.gather(*(send(each, rules, sms(member)) for _ in range(30) for each in (engine, other)))
    reasons = Counter(answer.reason for (answer,) in answers)
    assert reasons == {None: 30, Reason.NO_CREDIT: 30}
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (0, [])


async def test_two_dispatchers_on_one_lane_send_each_message_once(engine: Engine, other: Engine, rules: Rules) -> None:
    member, carrier = await alice(engine, units=1000), ScriptedCarrier(deduplicates=False)
    answers = await send(engine, rules, *(sms(member) for _ in range(900)))

    async def work(on: Engine) -> None:
        dispatcher = Dispatcher(on, carrier, rules)
        while await dispatcher.dispatch_once(ALERTS):
            pass

    await asyncio.gather(*(work(each) for each in (engine, other) for _ in range(2)))
    sent = Counter(each.reference for each in carrier.sent)
    assert (len(sent), set(sent.values())) == (900, {1})
    assert await state(engine, answers[-1].message_id) is MessageState.SUBMITTED
    assert (await reap(engine), await discrepancies(engine)) == (0, [])


async def test_two_dispatchers_share_the_rate_of_a_lane(engine: Engine, other: Engine, rules: Rules) -> None:
    member, carrier = await alice(engine, units=1000), ScriptedCarrier()
    await send(engine, rules, *(sms(member) for _ in range(100)))
    await engine.write(lambda connection: set_lane(connection, ALERTS, rate_per_s=20, paused=False))
    dispatchers = [Dispatcher(each, carrier, rules) for each in (engine, other)]
    moved = await asyncio.gather(*(each.dispatch_once(ALERTS) for each in dispatchers for _ in range(3)))
    assert (sum(moved), len(carrier.sent)) == (21, 21)


async def test_a_batch_and_its_replay_at_the_same_moment_give_the_same_answers(
    engine: Engine, other: Engine, rules: Rules
) -> None:
    member = await alice(engine, units=1000)
    requests = [sms(member) for _ in range(50)]
    first, second = await asyncio.gather(send(engine, rules, *requests), send(other, rules, *requests))
    assert [answered(each) for each in first] == [answered(each) for each in second]
    assert {each.replayed for each in first} != {each.replayed for each in second}


def answered(answer: Submission) -> tuple[int, MessageState, int]:
    return answer.message_id, answer.state, answer.units
