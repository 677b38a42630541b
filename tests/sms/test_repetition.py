"""Where a sender wants it so, the same text goes to the same number once in a while, and is paid for once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from gateway.engine.database import Engine
from gateway.sms.policy import Rules
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import MessageClass, Origin, Reason
from tests.cast import alice, alices_branch, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import credit, discrepancies

OTHER_PHONE = "+33639980002"


async def test_the_same_text_to_the_same_number_is_refused_for_so_long(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    member = await alice(engine)
    again: dict[str, Any] = {"text": "Porte ouverte", "message_class": MessageClass.MARKETING, "repeat_min": 10}
    answers = await send(
        engine,
        rules,
        *(sms(member, **again), sms(member, **again), sms(member, OTHER_PHONE, **again)),
        *(sms(member, **again | {"text": "Porte fermée"}), sms(member, **again | {"repeat_min": None})),
    )
    assert [each.reason for each in answers] == [None, Reason.DUPLICATE, None, None, None]
    clock.advance(timedelta(minutes=9, seconds=59))
    (later,) = await send(engine, rules, sms(member, **again))
    assert (later.state, later.reason, later.units) == (MessageState.REJECTED, Reason.DUPLICATE, 0)
    clock.advance(timedelta(seconds=1))
    assert (await send(engine, rules, sms(member, **again)))[0].reason is None
    assert (await credit(engine, member.account_id), await discrepancies(engine)) == (95, [])


async def test_each_pause_is_its_own_and_all_that_an_account_said_counts(
    engine: Engine, rules: Rules, clock: StoppedClock
) -> None:
    member = await alice(engine)
    stranger = await alices_branch(engine)
    await send(engine, rules, sms(member, origin=Origin.CLI, sender_id=0))
    clock.advance(timedelta(minutes=5))
    short, long, another = await send(
        engine, rules, sms(member, repeat_min=5), sms(member, repeat_min=6), sms(stranger, repeat_min=6)
    )
    assert (short.reason, long.reason, another.reason) == (None, Reason.DUPLICATE, None)


@pytest.mark.parametrize(("state", "reason"), [(MessageState.FAILED, None), (MessageState.UNKNOWN, Reason.DUPLICATE)])
async def test_what_never_reached_the_phone_may_be_said_again(
    engine: Engine, rules: Rules, state: MessageState, reason: Reason | None
) -> None:
    member = await alice(engine)
    await send(engine, rules, sms(member))
    await engine.write(lambda connection: connection.execute(update(message).values(state=state)))
    assert (await send(engine, rules, sms(member, repeat_min=10)))[0].reason is reason
