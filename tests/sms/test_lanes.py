"""How fast a lane goes, exactly, and whether it goes at all."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from gateway.engine.database import Engine
from gateway.sms.dispatch import Dispatcher
from gateway.sms.lanes import allowance, set_lane, spend
from gateway.sms.policy import Rules
from gateway.sms.tables import lane
from plans.words import MessageClass
from tests.cast import alice, send, sms
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.sms.steps import ALERTS


async def set_alerts(engine: Engine, rate_per_s: float | None, *, paused: bool = False) -> None:
    await engine.write(lambda connection: set_lane(connection, ALERTS, rate_per_s=rate_per_s, paused=paused))


async def test_a_lane_leaves_at_its_rate(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    """What a second and one message bring at first, then what time brings: nothing more, and nothing is lost."""
    member = await alice(engine)
    await send(engine, rules, *(sms(member) for _ in range(30)))
    await set_alerts(engine, 10)
    left = []
    for _ in range(4):
        left.append([await dispatcher.dispatch_once(ALERTS), await dispatcher.dispatch_once(ALERTS)])
        clock.advance(timedelta(seconds=0.25))
    assert left == [[11, 0], [2, 0], [3, 0], [2, 0]]


async def test_asking_an_empty_lane_spends_nothing(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    member = await alice(engine)
    await set_alerts(engine, 10)
    for _ in range(3):
        assert await dispatcher.dispatch_once(ALERTS) == 0
        clock.advance(timedelta(seconds=0.01))
    await send(engine, rules, *(sms(member) for _ in range(30)))
    assert await dispatcher.dispatch_once(ALERTS) == 11


async def test_a_lane_may_go_slower_than_one_a_second(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, clock: StoppedClock
) -> None:
    member = await alice(engine)
    await send(engine, rules, sms(member), sms(member), sms(member))
    await set_alerts(engine, 0.1)
    left = []
    for _ in range(21):
        left.append(await dispatcher.dispatch_once(ALERTS))
        clock.advance(timedelta(seconds=1))
    assert [second for second, moved in enumerate(left) if moved] == [0, 9, 19]


async def test_a_paused_lane_keeps_its_messages_and_the_other_lane_goes_on(
    engine: Engine, rules: Rules, dispatcher: Dispatcher
) -> None:
    member = await alice(engine)
    await send(engine, rules, sms(member), sms(member, message_class=MessageClass.MARKETING))
    await set_alerts(engine, None, paused=True)
    assert [await dispatcher.dispatch_once(each) for each in dispatcher.lanes] == [0, 1]
    await set_alerts(engine, None)
    assert [await dispatcher.dispatch_once(each) for each in dispatcher.lanes] == [1, 0]


@settings(max_examples=60, deadline=None)
@given(
    rate=st.floats(0.05, 500),
    steps=st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(0, 300)), min_size=1, max_size=40),
)
def test_over_any_time_no_more_leaves_than_rate_and_burst_allow(rate: float, steps: list[tuple[int, int]]) -> None:
    gone = asked_for(rate, steps)
    burst, (end, _) = rate + 1, gone[-1]
    for first, (began, _) in enumerate(gone):
        assert sum(messages for _, messages in gone[first:]) <= rate * (end - began).total_seconds() + burst + 0.05


@settings(max_examples=60, deadline=None)
@given(rate=st.floats(0.05, 500), waits=st.lists(st.integers(0, 1_000_000), min_size=1, max_size=40))
def test_whoever_asks_every_second_gets_all_that_the_rate_brings(rate: float, waits: list[int]) -> None:
    gone = asked_for(rate, [(0, 10**6), *((wait, 10**6) for wait in waits)])
    (began, _), (end, _) = gone[0], gone[-1]
    assert sum(messages for _, messages in gone) > rate * (end - began).total_seconds() + rate - 0.05


def asked_for(rate: float, steps: list[tuple[int, int]]) -> list[tuple[datetime, int]]:
    """What a lane let go when asked for so many messages, each time after a wait in microseconds."""
    database = create_engine("sqlite://")
    now, gone = MONDAY_MORNING, []
    with database.begin() as connection:
        lane.create(connection)
        set_lane(connection, "lane", rate_per_s=rate, paused=False)
        for wait, wanted in steps:
            now += timedelta(microseconds=wait)
            allowed = allowance(connection, "lane", now, wanted)
            spend(connection, allowed, allowed.messages)
            gone.append((now, allowed.messages))
    database.dispose()
    return gone
