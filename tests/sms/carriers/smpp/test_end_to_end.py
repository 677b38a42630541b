"""From the queue over a peer that we did not write, and back into the database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.smpp.carrier import SmppCarrier
from gateway.sms.carriers.smpp.settings import MessageIds
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState
from tests.cast import alice, rules_to, send, sms
from tests.peers.node import Node
from tests.peers.smsc import peer as endings
from tests.peers.smsc.peer import SmscPeer, running_smsc
from tests.sms.carriers.smpp.steps import STATUSES, settings_for, until
from tests.sms.steps import credit, discrepancies, state, story, work_off
from tests.waiting import eventually


@pytest.fixture
def rules() -> Rules:
    """The rules as they ship, with all messages going over SMPP."""
    return rules_to("smpp")


@asynccontextmanager
async def service(
    engine: Engine, rules: Rules, node: Node, options: Mapping[str, Any], **settings: Any
) -> AsyncIterator[tuple[SmscPeer, Dispatcher]]:
    """A dispatcher whose link is bound to a peer."""
    async with running_smsc(node, options) as peer:
        carrier = SmppCarrier(settings_for(peer.port, **settings), STATUSES, engine.clock)
        dispatcher = Dispatcher(engine, carrier, rules)
        running = asyncio.create_task(carrier.run(dispatcher.inbox))
        try:
            await peer.saw("bind")
            await until(lambda: carrier.health[0].state == "bound")
            yield peer, dispatcher
        finally:
            await carrier.close()
            await running


async def _becomes(engine: Engine, message_id: int, wanted: MessageState) -> None:
    async def look() -> bool:
        return await state(engine, message_id) is wanted

    await eventually(look)


@pytest.mark.parametrize("when", ["now", "early"])
async def test_a_long_message_is_read_by_the_peer_and_delivered_when_all_its_parts_are(
    engine: Engine, rules: Rules, node: Node, when: str
) -> None:
    """Also where a receipt comes before the answer that gives the part its name."""
    member = await alice(engine)
    text = "Rendez-vous confirmé. " * 20
    async with service(
        engine, rules, node, {"receipts": when, "receiptIds": "dec"}, message_ids=MessageIds.DECIMAL_TO_HEX
    ) as (peer, dispatcher):
        (answer,) = await send(engine, rules, sms(member, text=text))
        assert await work_off(dispatcher) == 1
        await dispatcher.collect_once()
        seen = await peer.saw("submit_sm", answer.parts)
        assert "".join(each["pdu"]["short_message"]["message"] for each in seen) == text
        await _becomes(engine, answer.message_id, MessageState.DELIVERED)
        assert (await discrepancies(engine), await credit(engine, member.account_id)) == ([], 100 - answer.units)


async def test_a_refusal_gives_the_units_back_and_keeps_the_status(engine: Engine, rules: Rules, node: Node) -> None:
    member = await alice(engine)
    async with service(engine, rules, node, {}) as (_, dispatcher):
        (answer,) = await send(engine, rules, sms(member, endings.REFUSED))
        await work_off(dispatcher)
        told = await story(engine, answer.message_id)
        assert (told.line.state, told.carrier_code) == (MessageState.FAILED, "0x0000000B")
        assert (await credit(engine, member.account_id), await discrepancies(engine)) == (100, [])


async def test_an_answer_that_was_lost_is_made_good_by_what_the_receipt_echoes(
    engine: Engine, rules: Rules, node: Node
) -> None:
    """The peer took it, the line broke before it said so; nothing is sent twice."""
    member = await alice(engine)
    async with service(engine, rules, node, {"tlvs": True, "receipts": "asked"}) as (peer, dispatcher):
        (answer,) = await send(engine, rules, sms(member, endings.LATE))
        working = asyncio.create_task(work_off(dispatcher))
        await peer.saw("submit_sm")
        peer.tell("cut")
        await working
        assert await state(engine, answer.message_id) is MessageState.UNKNOWN
        await peer.saw("bind", 2)
        peer.tell("answer")
        peer.tell("receipts")
        await peer.saw("deliver_sm_resp")
        await dispatcher.collect_once()
        await _becomes(engine, answer.message_id, MessageState.DELIVERED)
        assert (len(peer.seen("submit_sm")), await discrepancies(engine)) == (1, [])
        assert await credit(engine, member.account_id) == 100 - answer.units
