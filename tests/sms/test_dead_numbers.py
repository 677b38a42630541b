"""Which numbers are listed as dead, and what brings one back."""

from gateway.engine.database import Engine
from gateway.sms import dead_numbers
from gateway.sms.carriers.port import Receipt, Refused
from gateway.sms.dead_numbers import DeadNumber
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState
from plans.words import Reason
from tests.cast import DELIVERS, LATE, Member, alice, bob, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, work_off


async def listed(engine: Engine, account: str = "alice", failures: int = 2) -> list[DeadNumber]:
    return await engine.read(lambda connection: dead_numbers.listing(connection, account=account, failures=failures))


class Sent:
    """Messages that were sent and came to an end, one after the other."""

    def __init__(self, engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier) -> None:
        self._engine, self._rules, self._dispatcher, self._carrier = engine, rules, dispatcher, carrier

    async def ending(self, member: Member, *states: MessageState, to: str = DELIVERS) -> None:
        for number, state in enumerate(states):
            (answer,) = await send(self._engine, self._rules, sms(member, to, f"{number} {state}"))
            await work_off(self._dispatcher)
            receipt = Receipt(f"ref-{answer.message_id}", state, "011", self._engine.clock.now())
            self._carrier.receipts = [receipt]
            await self._dispatcher.collect_once()


async def test_a_number_is_dead_after_two_failures_and_alive_after_a_delivery(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier, clock: StoppedClock
) -> None:
    member, sent = await alice(engine), Sent(engine, rules, dispatcher, carrier)
    await sent.ending(member, MessageState.DELIVERED, MessageState.FAILED)
    assert await listed(engine) == []  # a phone that was off, perhaps
    assert [each.to for each in await listed(engine, failures=1)] == [DELIVERS]
    await sent.ending(member, MessageState.EXPIRED)
    now = clock.now()
    assert await listed(engine) == [DeadNumber(DELIVERS, 2, now, now, Reason.VALIDITY_EXPIRED, "011")]
    await sent.ending(member, MessageState.DELIVERED)
    assert await listed(engine, failures=1) == []


async def test_a_carrier_that_calls_a_number_out_of_use_is_believed_at_once(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    member = await alice(engine)
    carrier.answers = {
        DELIVERS: Refused("npai", Reason.NUMBER_INVALID),
        LATE: Refused("spam", Reason.CARRIER_REJECTED),  # that says nothing about the number
    }
    await send(engine, rules, sms(member), sms(member, LATE), sms(member, "0123"))
    await work_off(dispatcher)
    assert [(each.to, each.code, each.reason) for each in await listed(engine)] == [
        (DELIVERS, "npai", Reason.NUMBER_INVALID)
    ]


async def test_what_one_client_sent_says_nothing_to_another(
    engine: Engine, rules: Rules, dispatcher: Dispatcher, carrier: ScriptedCarrier
) -> None:
    members, sent = [await alice(engine), await bob(engine)], Sent(engine, rules, dispatcher, carrier)
    await sent.ending(members[0], MessageState.FAILED, MessageState.FAILED)
    await sent.ending(members[1], MessageState.DELIVERED, MessageState.FAILED)
    assert [each.failures for each in await listed(engine)] == [2]
    assert await listed(engine, "bob") == []
