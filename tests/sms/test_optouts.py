"""STOP: noted once, obeyed at once, taken back by hand only."""

import pytest

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.engine.database import Engine
from gateway.sms import optouts
from gateway.sms.policy import Rules
from plans.words import Reason
from tests.cast import DELIVERS, alice, bob, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import say_stop


async def listed(engine: Engine, account: str = "alice") -> list[optouts.OptOut]:
    return await engine.read(lambda connection: optouts.listing(connection, account=account))


async def test_after_stop_nothing_goes_to_that_number_from_that_account(engine: Engine, rules: Rules) -> None:
    members = [await alice(engine), await bob(engine)]
    await say_stop(engine, "alice", "06 39 98 12 34")
    answers = await send(engine, rules, *(sms(each) for each in members))
    assert [each.reason for each in answers] == [Reason.OPTED_OUT, None]


async def test_stop_said_twice_is_noted_once(engine: Engine, clock: StoppedClock) -> None:
    member = await alice(engine)
    said_at = clock.now()
    await say_stop(engine)
    clock.set(said_at.replace(hour=23))
    await say_stop(engine)
    assert await listed(engine) == [optouts.OptOut(DELIVERS, "operator", said_at)]
    trail = await engine.read(lambda connection: list(audit_trail.entries(connection, member.account_id)))
    assert [each.action for each in trail].count(trail[0].action) == 1


async def test_it_can_be_taken_back(engine: Engine, rules: Rules) -> None:
    member = await alice(engine)
    await say_stop(engine)
    await take_back(engine)
    assert await listed(engine) == []
    assert (await send(engine, rules, sms(member)))[0].reason is None


async def test_taking_back_what_was_never_said_is_refused(engine: Engine) -> None:
    await alice(engine)
    with pytest.raises(Refused, match="has not said STOP"):
        await take_back(engine)


async def test_what_is_no_number_cannot_say_stop(engine: Engine) -> None:
    await alice(engine)
    with pytest.raises(Refused) as refused:
        await say_stop(engine, number="0123456789")
    assert refused.value.reason is Reason.NUMBER_LANDLINE


async def test_a_list_goes_on_where_it_ended(engine: Engine) -> None:
    await alice(engine)
    numbers = [f"+3363998120{number}" for number in range(5)]
    for number in reversed(numbers):
        await say_stop(engine, number=number)
    first = await engine.read(lambda connection: optouts.listing(connection, account="alice", limit=3))
    rest = await engine.read(lambda connection: optouts.listing(connection, account="alice", after=first[-1].recipient))
    assert [each.recipient for each in first + rest] == numbers


async def take_back(engine: Engine) -> None:
    await engine.write(
        lambda connection: optouts.remove(
            connection, engine.stamp(), "tests", account="alice", number=DELIVERS, sandbox=True
        )
    )
