"""Messages in doubt: sent once more and charged once, or found by their receipts and never sent again."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.accounts import clients
from gateway.accounts.words import Notify
from gateway.engine.database import Engine
from gateway.sms.carriers.port import Receipt, Taken
from gateway.sms.dispatch import BATCH, Dispatcher
from gateway.sms.doubt import DoubtTerms
from gateway.sms.echo import echo_of
from gateway.sms.policy import Rules
from gateway.sms.receipts import apply_receipts
from gateway.sms.words import MessageState, News
from plans.words import MessageClass, Reason
from tests.cast import DELIVERS, alice, bob, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, discrepancies, news, reap, silent_carrier, state, story, work_off

GRACE = DoubtTerms().grace
DELIVERED, UNKNOWN = MessageState.DELIVERED, MessageState.UNKNOWN


@pytest.fixture
def carrier() -> ScriptedCarrier:
    """It took the link down with it."""
    return silent_carrier()


async def doubtful(engine: Engine, rules: Rules, carrier: ScriptedCarrier, *, count: int = 1, **fields: Any) -> int:
    """Messages in doubt; the id of the last."""
    member = await alice(engine)
    answers = await send(engine, rules, *(sms(member, notify=Notify.ALL, **fields) for _ in range(count)))
    await work_off(Dispatcher(engine, carrier, rules))
    assert {await state(engine, each.message_id) for each in answers} == {UNKNOWN}
    return answers[-1].message_id


async def wait(engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock, time: timedelta) -> None:
    clock.advance(time)
    await reap(engine)
    await work_off(Dispatcher(engine, carrier, rules))


async def test_an_alert_without_a_receipt_is_handed_over_once_more_and_charged_once(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    message_id = await doubtful(engine, rules, carrier)
    carrier.answers.clear()
    await wait(engine, rules, carrier, clock, GRACE)
    told = await story(engine, message_id)
    assert (told.line.state, told.resent, len(carrier.sent)) == (MessageState.SUBMITTED, True, 2)
    assert (told.line.units, await discrepancies(engine), await news(engine)) == (1, [], [])


async def test_it_is_handed_over_no_third_time(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    """The second silence is told at once, and refunded when the network can no longer deliver it."""
    message_id = await doubtful(engine, rules, carrier)
    await wait(engine, rules, carrier, clock, GRACE)
    assert (await state(engine, message_id), len(carrier.sent)) == (UNKNOWN, 2)
    assert await news(engine) == [(message_id, News.FAILED)]
    await wait(engine, rules, carrier, clock, carrier.validity)
    assert ((await story(engine, message_id)).line.reason, len(carrier.sent)) == (Reason.CARRIER_SILENT, 2)
    assert (len(await news(engine)), await discrepancies(engine)) == (1, [])


async def test_marketing_is_held(engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock) -> None:
    message_id = await doubtful(engine, rules, carrier, message_class=MessageClass.MARKETING)
    await wait(engine, rules, carrier, clock, GRACE)
    assert (await state(engine, message_id), len(carrier.sent)) == (UNKNOWN, 1)
    assert await news(engine) == [(message_id, News.FAILED)]


async def test_what_would_come_too_late_is_not_sent_again(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    soon = clock.now() + GRACE
    message_id = await doubtful(engine, rules, carrier, useless_after=soon)
    await wait(engine, rules, carrier, clock, GRACE)
    told = (await story(engine, message_id)).line
    assert (told.state, told.reason, len(carrier.sent)) == (MessageState.FAILED, Reason.CARRIER_SILENT, 1)
    assert await news(engine) == [(message_id, News.FAILED)]


@pytest.mark.parametrize("named", ["reference", "echo", "recipient"])
async def test_a_receipt_finds_its_message_and_it_is_never_sent_again(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock, named: str
) -> None:
    message_id = await doubtful(engine, rules, carrier)
    tells: dict[str, dict[str, Any]] = {
        "reference": {"reference": str(message_id)},
        "echo": {"recipient": DELIVERS, "echo": echo_of(str(message_id), 1)},
        "recipient": {"recipient": DELIVERS},
    }
    orphan = Receipt("carrier-7", DELIVERED, "000", clock.now())._replace(**tells[named])
    carrier.receipts = [orphan]
    await Dispatcher(engine, carrier, rules).collect_once()
    await wait(engine, rules, carrier, clock, GRACE)
    told = await story(engine, message_id)
    assert (told.line.state, told.carrier_ref, told.waiting, len(carrier.sent)) == (DELIVERED, "carrier-7", None, 1)
    assert (told.line.reason, await discrepancies(engine)) == (None, [])


async def test_the_parts_of_a_message_in_doubt_are_found_one_by_one(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    message_id = await doubtful(engine, rules, carrier, text="a" * 200)
    for number in (2, 1):
        carrier.receipts = [
            Receipt(f"c-{number}", DELIVERED, "000", clock.now(), None, DELIVERS, echo_of(str(message_id), number))
        ]
        await Dispatcher(engine, carrier, rules).collect_once()
        assert await state(engine, message_id) is (DELIVERED if number == 1 else MessageState.SUBMITTED)
    assert len(carrier.sent) == 1


async def test_a_receipt_that_may_be_about_two_messages_is_about_none(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    message_id = await doubtful(engine, rules, carrier, count=2)
    carrier.receipts = [Receipt("carrier-7", DELIVERED, "000", clock.now(), recipient=DELIVERS)]
    await Dispatcher(engine, carrier, rules).collect_once()
    assert await state(engine, message_id) is UNKNOWN


async def test_one_that_is_being_handed_over_again_is_left_to_that(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    message_id = await doubtful(engine, rules, carrier)
    clock.advance(GRACE)
    await reap(engine)
    dispatcher = Dispatcher(engine, carrier, rules)
    await engine.write(lambda connection: dispatcher.claim(connection, dispatcher.lanes, BATCH))
    orphan = Receipt("carrier-7", DELIVERED, "000", clock.now(), recipient=DELIVERS)
    await engine.write(lambda connection: apply_receipts(connection, engine.stamp(), carrier.name, [orphan]))
    await dispatcher.collect_once()
    assert await state(engine, message_id) is MessageState.SENDING


async def test_the_receipt_of_a_message_that_is_just_leaving_is_not_given_to_one_in_doubt(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    """Both went to one phone; the answer to the second is not recorded yet when its receipt comes."""
    message_id = await doubtful(engine, rules, carrier)
    member = await engine.read(lambda connection: clients.find(connection, "alice"))
    (second,) = await send(engine, rules, sms(await bob(engine))._replace(account_id=member.account_id, sender_id=0))
    dispatcher = Dispatcher(engine, carrier, rules)
    batch = await engine.write(lambda connection: dispatcher.claim(connection, dispatcher.lanes, BATCH))
    carrier.receipts = [Receipt("carrier-7", DELIVERED, "000", clock.now(), recipient=DELIVERS)]
    await dispatcher.collect_once()
    assert await state(engine, message_id) is UNKNOWN
    handled = [(each, Taken("carrier-7")) for each in batch.leaving]
    await engine.write(lambda connection: dispatcher.record(connection, handled))
    assert (await state(engine, message_id), await state(engine, second.message_id)) == (UNKNOWN, DELIVERED)


async def test_a_receipt_from_long_before_is_not_about_a_message_in_doubt(
    engine: Engine, rules: Rules, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    carrier.receipts = [Receipt("carrier-7", DELIVERED, "000", clock.now(), recipient=DELIVERS)]
    await Dispatcher(engine, carrier, rules).collect_once()
    clock.advance(timedelta(hours=1))
    message_id = await doubtful(engine, rules, carrier)
    await Dispatcher(engine, carrier, rules).collect_once()
    assert await state(engine, message_id) is UNKNOWN
