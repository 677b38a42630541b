"""Who fails too often is left alone for a while, its messages go elsewhere, and one message tries it again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.port import InDoubt, NotSent, Outcome, Refused, Taken
from gateway.sms.circuits import CRASHED, OPENS_AFTER, Circuit, after, circuit_of, close, closed_to_messages
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.routes import Route
from gateway.sms.words import MessageState
from plans.words import MessageClass, Reason
from tests.cast import DELIVERS, alice, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, credit, discrepancies, reap, story, work_off

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
DOWN, SLOW = NotSent("link"), NotSent("0x00000058", throttled=True)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([DOWN] * (OPENS_AFTER - 1), Circuit(OPENS_AFTER - 1)),
        ([DOWN] * OPENS_AFTER, Circuit(OPENS_AFTER, NOW + timedelta(seconds=30))),
        ([DOWN] * 9 + [Taken("a")], Circuit()),
        ([DOWN] * 9 + [Refused("no", Reason.CARRIER_REJECTED)], Circuit()),
        ([InDoubt("timeout")] * OPENS_AFTER, Circuit(OPENS_AFTER, NOW + timedelta(seconds=30))),
        ([DOWN] * 4 + [InDoubt("500")], Circuit(OPENS_AFTER, NOW + timedelta(seconds=30))),
        ([InDoubt("link")] * 9 + [Taken("a")], Circuit()),
        ([InDoubt(CRASHED)] * 99, Circuit()),
        ([SLOW] * 99, Circuit()),
        ([], Circuit()),
    ],
)
def test_failures_in_a_row_open_it_any_answer_closes_it_and_slowness_or_a_crash_is_no_failure(
    outcomes: Sequence[Outcome], expected: Circuit
) -> None:
    assert after(Circuit(), outcomes, NOW) == expected


def test_it_rests_twice_as_long_each_time_that_it_is_tried_in_vain() -> None:
    circuit, rests, now = Circuit(), [], NOW
    for tried in ([DOWN] * 2 * OPENS_AFTER, *[[DOWN]] * 7):
        circuit = after(circuit, tried, now)
        assert circuit.open_until is not None
        rests.append((circuit.open_until - now).total_seconds())
        now = circuit.open_until
    assert rests == [30, 60, 120, 240, 480, 600, 600, 600]


def test_what_was_under_way_when_it_opened_makes_its_rest_no_longer() -> None:
    """A window of fifty that fails in as many turns is one failure of the carrier."""
    opened = after(Circuit(), [DOWN] * OPENS_AFTER, NOW)
    circuit = opened
    for second in range(30 - 1):
        circuit = after(circuit, [InDoubt("timeout")], NOW + timedelta(seconds=second))
    assert circuit == opened
    assert after(circuit, [Taken("a")], NOW) == Circuit()


def test_it_is_open_until_its_time_and_half_open_after() -> None:
    circuit = Circuit(OPENS_AFTER, NOW)
    assert (circuit.is_open(NOW - timedelta(seconds=1)), circuit.is_open(NOW), circuit.half_open) == (True, False, True)
    assert (Circuit().is_open(NOW), Circuit().half_open) == (False, False)


@pytest.fixture
def two(rules: Rules) -> Rules:
    """Two carriers, one in reserve."""
    return replace(rules, routes=(Route("one", fictional=True), Route("two", priority=1, fictional=True)))


def carrier_named(name: str, answer: Outcome | None = None) -> ScriptedCarrier:
    carrier = ScriptedCarrier()
    carrier.name = name
    if answer:
        carrier.answers[DELIVERS] = answer
    return carrier


async def test_the_queue_of_a_carrier_that_is_down_goes_to_the_one_in_reserve(
    engine: Engine, two: Rules, clock: StoppedClock
) -> None:
    """Charged once; what is sent meanwhile goes there straight away; and it is tried again with one message."""
    member, one, other = await alice(engine), carrier_named("one", DOWN), carrier_named("two")
    first, second = Dispatcher(engine, one, two), Dispatcher(engine, other, two)
    answers = await send(engine, two, *(sms(member) for _ in range(OPENS_AFTER + 1)))
    await first.dispatch_once("one:alert")
    assert await engine.read(lambda connection: closed_to_messages(connection, clock.now())) == {"one"}
    straight, *_ = await send(engine, two, sms(member))
    assert (await story(engine, straight.message_id)).carrier == "two"
    clock.advance(timedelta(seconds=10))
    await reap(engine)
    assert await first.dispatch_once("one:alert") == OPENS_AFTER + 1
    await work_off(second)
    assert (len(other.sent), len(one.sent)) == (OPENS_AFTER + 2, OPENS_AFTER + 1)
    told = [await story(engine, each.message_id) for each in answers]
    assert {(each.line.state, each.carrier) for each in told} == {(MessageState.SUBMITTED, "two")}
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100 - OPENS_AFTER - 2, [])


async def test_without_another_carrier_the_queue_waits_and_one_message_tries_it(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    member, carrier = await alice(engine), ScriptedCarrier()
    carrier.answers[DELIVERS] = DOWN
    dispatcher = Dispatcher(engine, carrier, rules)
    await send(engine, rules, *(sms(member) for _ in range(OPENS_AFTER)))
    lane = dispatcher.lanes[0]
    await dispatcher.dispatch_once(lane)
    clock.advance(timedelta(seconds=20))  # their own pauses are over, the rest of the carrier is not
    await reap(engine)
    assert await dispatcher.dispatch_once(lane) == 0
    clock.advance(timedelta(seconds=10))
    await reap(engine)
    assert (await dispatcher.dispatch_once(lane), len(carrier.sent)) == (1, OPENS_AFTER + 1)
    carrier.answers.clear()
    clock.advance(timedelta(minutes=5))
    await reap(engine)
    await work_off(dispatcher)
    assert len(carrier.phones) == OPENS_AFTER
    assert not (await engine.read(lambda connection: circuit_of(connection, carrier.name))).half_open


async def test_a_carrier_that_is_well_is_asked_to_slow_down_and_no_attempt_is_used_up(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    carrier = ScriptedCarrier()
    carrier.answers[DELIVERS] = SLOW
    dispatcher = Dispatcher(engine, carrier, rules)
    (answer,) = await send(engine, rules, sms(await alice(engine)))
    for _ in range(10):
        await dispatcher.dispatch_once(dispatcher.lanes[0])
        clock.advance(timedelta(seconds=10))
        await reap(engine)
    told = await story(engine, answer.message_id)
    assert told.waiting is not None
    assert (len(carrier.sent), told.waiting.attempts, told.line.state) == (10, 0, MessageState.QUEUED)


async def test_what_one_carrier_does_not_take_in_three_attempts_is_offered_to_another(
    engine: Engine, two: Rules, clock: StoppedClock
) -> None:
    one, other = carrier_named("one", DOWN), carrier_named("two")
    first = Dispatcher(engine, one, two)
    (answer,) = await send(engine, two, sms(await alice(engine)))
    for _ in range(3):
        await first.dispatch_once("one:alert")
        clock.advance(timedelta(minutes=1))
        await reap(engine)
    await work_off(Dispatcher(engine, other, two))
    assert (len(one.sent), len(other.sent)) == (3, 1)
    assert (await story(engine, answer.message_id)).carrier == "two"


async def test_an_operator_can_let_messages_through_at_once(engine: Engine, rules: Rules, clock: StoppedClock) -> None:
    carrier = ScriptedCarrier()
    carrier.answers[DELIVERS] = DOWN
    member = await alice(engine)
    await send(engine, rules, *(sms(member) for _ in range(OPENS_AFTER)))
    await Dispatcher(engine, carrier, rules).dispatch_once("scripted:alert")
    assert await engine.write(lambda connection: close(connection, carrier.name))
    assert not await engine.write(lambda connection: close(connection, carrier.name))
    assert await engine.read(lambda connection: closed_to_messages(connection, clock.now())) == frozenset()


async def test_no_route_is_a_refusal_that_costs_nothing(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    nowhere = replace(rules, routes=(Route("one", classes=frozenset({MessageClass.MARKETING}), fictional=True),))
    (answer,) = await send(engine, nowhere, sms(member))
    assert (answer.state, answer.reason) == (MessageState.REJECTED, Reason.NO_ROUTE)
    assert await credit(engine, member.account_id) == 100
