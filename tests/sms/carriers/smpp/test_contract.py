"""The SMPP carrier keeps what every carrier must, with a peer that we did not write."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.port import Carrier, InboundSms, Inbox, Receipt
from gateway.sms.carriers.smpp.carrier import SmppCarrier
from tests.contracts.carrier import CarrierContract
from tests.peers.node import Node
from tests.peers.smsc.peer import BROKEN, REFUSED, SmscPeer, running_smsc
from tests.sms.carriers.smpp.steps import running, settings_for


class Gate:
    """An inbox that lets what comes wait until somebody takes it in."""

    def __init__(self) -> None:
        self._inbox: asyncio.Future[Inbox] = asyncio.get_running_loop().create_future()
        self._taken: asyncio.Queue[int | Exception] = asyncio.Queue()

    async def take_in(self, inbox: Inbox) -> int:
        """Hand what comes next to ``inbox``: how much it was, or what ``inbox`` raised."""
        self._inbox.set_result(inbox)
        taken = await self._taken.get()
        if isinstance(taken, Exception):
            raise taken
        return taken

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        inbox, self._inbox = await self._inbox, asyncio.get_running_loop().create_future()
        try:
            await inbox.receipts(receipts)
        except ConnectionError as error:
            self._taken.put_nowait(error)
            raise
        self._taken.put_nowait(len(receipts))

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        raise AssertionError(messages)


class TestSmpp(CarrierContract):
    """Everything comes by itself: to collect is to wait for what the peer still owes."""

    refused, not_sent = REFUSED, BROKEN

    _carrier: SmppCarrier
    _peer: SmscPeer
    _gate: Gate
    _owed: int

    @pytest.fixture(autouse=True)
    async def _bound(self, node: Node) -> AsyncIterator[None]:
        self._gate, self._owed = Gate(), 0
        async with running_smsc(node, {"receipts": "asked"}) as peer:
            self._peer = peer
            async with running(settings_for(peer.port), self._gate) as carrier:
                self._carrier = carrier
                yield

    def carrier(self, engine: Engine) -> Carrier:
        del engine
        return self._carrier

    async def deliver(self, carrier: Carrier, references: Sequence[str]) -> None:
        assert carrier is self._carrier
        self._owed += len(references)
        self._peer.tell("receipts")

    async def collect(self, carrier: Carrier, inbox: Inbox) -> int:
        if not self._owed:
            return await carrier.collect(inbox)
        taken = await self._gate.take_in(inbox)
        self._owed -= taken
        return taken
