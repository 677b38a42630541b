"""What breaks in the flow to a carrier costs the others nothing, and at its end every answer is written down."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import Connection, String, literal, text, update

from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable
from gateway.sms.carriers.port import Receipt, Taken
from gateway.sms.dispatch import LEASE, Dispatcher
from gateway.sms.flow import Flow
from gateway.sms.jobs import TOPIC
from gateway.sms.policy import Rules
from gateway.sms.tables import message
from gateway.sms.words import Alphabet, MessageState
from tests.cast import alice, bob, send, sms
from tests.clock import StoppedClock
from tests.databases import ON_SQLITE, room_for
from tests.sms.flow.window import Window, phone, states, ten, until
from tests.sms.steps import reap


async def test_at_the_end_nothing_more_leaves_and_every_answer_is_written_down(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow
) -> None:
    phones = await ten(engine, rules, flow)
    finishing = asyncio.create_task(flow.finish())
    carrier.let(*phones)
    await finishing
    assert await states(engine) == {MessageState.SUBMITTED: 4, MessageState.QUEUED: 6}


async def test_an_answer_that_cannot_be_written_down_does_not_take_the_others_along(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    """It is left as being sent, until its lease ends; a receipt that came along is kept."""
    member = await alice(engine)
    answers = await send(engine, rules, *(sms(member, phone(number)) for number in range(3)))
    carrier.answers[phone(1)] = Taken(cast("str", object()))
    await until(flow, engine, {MessageState.SENDING: 3})
    kept = asyncio.create_task(
        flow.receipts([Receipt(f"ref-{answers[0].message_id}", MessageState.DELIVERED, "000", clock.now())])
    )
    carrier.let(*map(phone, range(3)))
    await until(flow, engine, {MessageState.DELIVERED: 1, MessageState.SENDING: 1, MessageState.SUBMITTED: 1})
    await kept


async def test_a_receipt_that_cannot_be_kept_is_told_to_whoever_brought_it(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    await send(engine, rules, sms(await alice(engine), phone(1)))
    await until(flow, engine, {MessageState.SENDING: 1})
    unreadable = Receipt(cast("str", object()), MessageState.DELIVERED, "000", clock.now())
    keeping = asyncio.create_task(flow.receipts([unreadable]))
    carrier.let(phone(1))
    await until(flow, engine, {MessageState.SUBMITTED: 1})
    with pytest.raises(TypeError):
        await keeping


async def test_at_the_end_an_answer_that_cannot_be_written_down_does_not_take_the_others_along(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow
) -> None:
    member = await alice(engine)
    await send(engine, rules, *(sms(member, phone(number)) for number in range(3)))
    carrier.answers[phone(1)] = Taken(cast("str", object()))
    await until(flow, engine, {MessageState.SENDING: 3})
    finishing = asyncio.create_task(flow.finish())
    for number in (1, 0, 2):
        carrier.let(phone(number))
        await asyncio.sleep(0)
    await finishing
    assert await states(engine) == {MessageState.SENDING: 1, MessageState.SUBMITTED: 2}


async def test_a_message_that_breaks_our_last_look_is_put_off_and_holds_up_no_other(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    """A word stands in it that this program does not know, as after going back to an older one."""
    lost, member = await alice(engine), await bob(engine)
    await send(engine, rules, *(sms(lost, phone(number)) for number in range(5)))
    await send(engine, rules, *(sms(member, phone(number)) for number in range(5, 8)))
    await engine.write(lambda connection: _write_in(connection, lost.account_id, "morse"))
    carrier.let(*map(phone, range(8)))
    await until(flow, engine, {MessageState.QUEUED: 5, MessageState.SUBMITTED: 3})
    await engine.write(lambda connection: _write_in(connection, lost.account_id, Alphabet.GSM))
    clock.advance(timedelta(minutes=10))
    await reap(engine)
    await until(flow, engine, {MessageState.SUBMITTED: 8})


def _write_in(connection: Connection, account_id: int, alphabet: str) -> None:
    written = literal(alphabet, String())  # the column's own type would refuse it
    connection.execute(update(message).where(message.c.account_id == account_id).values(alphabet=written))


async def test_whoever_brings_receipts_does_not_wait_for_a_turn_that_was_broken_off_or_never_comes(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    """What was kept is acknowledged, all else is told not to be: it comes again."""
    (answer,) = await send(engine, rules, sms(await alice(engine), phone(1)))
    receipt = Receipt(f"ref-{answer.message_id}", MessageState.DELIVERED, "000", clock.now())
    await until(flow, engine, {MessageState.SENDING: 1})
    first = asyncio.create_task(flow.receipts([receipt]))
    await asyncio.sleep(0)
    turn = asyncio.create_task(flow.run_once())
    await asyncio.sleep(0)
    turn.cancel()
    second = asyncio.create_task(flow.receipts([receipt]))
    async with asyncio.timeout(10):
        told = await asyncio.gather(turn, first, return_exceptions=True)
        assert [type(each) for each in told] == [asyncio.CancelledError, StorageUnavailable]
        await flow.close()
        with pytest.raises(StorageUnavailable):
            await second
        await flow.receipts([receipt])
    carrier.let(phone(1))
    await flow.finish()
    assert await states(engine) == {MessageState.DELIVERED: 1}


@ON_SQLITE
@pytest.mark.parametrize("unreadable", [False, True])
async def test_at_the_end_the_disk_is_waited_for(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock, *, unreadable: bool
) -> None:
    """Also where an answer beside cannot be written down at all."""
    many = Taken("many", tuple(f"{part:070}" for part in range(1000)))
    carrier.answers = {phone(0): Taken(cast("str", object())) if unreadable else Taken("a"), phone(1): many}
    member = await alice(engine)
    (answer, _) = await send(engine, rules, *(sms(member, phone(number)) for number in range(2)))
    await until(flow, engine, {MessageState.SENDING: 2})
    await room_for(engine, pages=2)
    finishing = asyncio.create_task(flow.finish())
    await asyncio.sleep(0)
    receipt = Receipt(f"ref-{answer.message_id}", MessageState.FAILED, "000", clock.now())
    kept = asyncio.create_task(flow.receipts([receipt]))
    carrier.let(*map(phone, range(2)))
    with pytest.raises(StorageUnavailable):
        await kept
    await engine.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1000000")).scalar())
    engine.wake([TOPIC])
    await finishing
    expected = {MessageState.SENDING: 1, MessageState.SUBMITTED: 1} if unreadable else {MessageState.SUBMITTED: 2}
    assert await states(engine) == expected


@ON_SQLITE
async def test_the_end_does_not_wait_for_ever_for_the_disk(engine: Engine, rules: Rules, carrier: Window) -> None:
    """What was answered meanwhile is in doubt at the next start."""
    flow = Flow(engine, Dispatcher(engine, carrier, rules, patience=timedelta()))
    carrier.answers[phone(1)] = Taken("many", tuple(f"{part:070}" for part in range(1000)))
    carrier.let(phone(1))
    await send(engine, rules, sms(await alice(engine), phone(1)))
    await flow.run_once()
    await room_for(engine, pages=2)
    with pytest.raises(StorageUnavailable):
        await flow.finish()
    assert await states(engine) == {MessageState.SENDING: 1}


@ON_SQLITE
async def test_answers_that_come_while_the_disk_takes_nothing_are_written_down_when_it_does_again(
    engine: Engine, rules: Rules, carrier: Window, flow: Flow, clock: StoppedClock
) -> None:
    """Whoever brought a receipt meanwhile is told that it was not kept. The lease of what was answered may be over."""
    member = await alice(engine)
    carrier.answers[phone(1)] = Taken("many", tuple(f"{part:070}" for part in range(1000)))
    (answer, _) = await send(engine, rules, *(sms(member, phone(number)) for number in range(2)))
    await until(flow, engine, {MessageState.SENDING: 2})
    await room_for(engine, pages=2)
    receipt = Receipt(f"ref-{answer.message_id}", MessageState.DELIVERED, "000", clock.now())
    kept = asyncio.create_task(flow.receipts([receipt]))
    carrier.let(*map(phone, range(2)))
    with pytest.raises(StorageUnavailable):
        await until(flow, engine, {})
    with pytest.raises(StorageUnavailable):
        await kept
    await engine.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1000000")).scalar())
    clock.advance(LEASE)
    assert await reap(engine) == 2
    await until(flow, engine, {MessageState.SUBMITTED: 2})
    assert len(carrier.sent) == 2
