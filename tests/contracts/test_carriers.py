"""Every carrier behind the port keeps the same contract; the one that tests script does too."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.port import Carrier, NotSent, Receipt, Refused
from gateway.sms.carriers.sandbox import SandboxCarrier, behaviour
from gateway.sms.words import MessageState
from plans.words import Reason
from tests.cast import EXPIRES, LATE, NO_LINK, REFUSED, UNDELIVERED
from tests.clock import StoppedClock
from tests.contracts.carrier import A_MESSAGE, CarrierContract, Kept
from tests.sms.steps import ScriptedCarrier


class TestSandbox(CarrierContract):
    """The phone that lives in the database."""

    refused, not_sent = REFUSED, NO_LINK

    def carrier(self, engine: Engine) -> Carrier:
        return SandboxCarrier(engine)

    async def deliver(self, carrier: Carrier, references: Sequence[str]) -> None:
        """It delivers by itself."""

    @pytest.mark.parametrize(
        ("recipient", "state"), [(UNDELIVERED, MessageState.FAILED), (EXPIRES, MessageState.EXPIRED)]
    )
    async def test_the_last_digits_say_what_becomes_of_an_sms(
        self, engine: Engine, recipient: str, state: MessageState
    ) -> None:
        carrier, kept = self.carrier(engine), Kept()
        await carrier.send(A_MESSAGE._replace(recipient=recipient))
        await carrier.collect(kept)
        assert [each.state for each in kept.kept] == [state]

    async def test_a_late_one_comes_after_a_minute(self, engine: Engine, clock: StoppedClock) -> None:
        carrier, kept = self.carrier(engine), Kept()
        await carrier.send(A_MESSAGE._replace(recipient=LATE))
        assert await carrier.collect(kept) == 0
        clock.advance(timedelta(minutes=1))
        assert await carrier.collect(kept) == 1

    async def test_receipts_can_be_made_to_wait(self, engine: Engine, clock: StoppedClock) -> None:
        carrier, kept = SandboxCarrier(engine, receipt_delay=timedelta(seconds=3)), Kept()
        await carrier.send(A_MESSAGE)
        assert await carrier.collect(kept) == 0
        clock.advance(timedelta(seconds=3))
        assert await carrier.collect(kept) == 1

    async def test_more_receipts_than_one_batch_come_in_several(self, engine: Engine) -> None:
        carrier, kept = self.carrier(engine), Kept()
        await asyncio.gather(*(carrier.send(A_MESSAGE._replace(reference=str(number))) for number in range(501)))
        assert [await carrier.collect(kept) for _ in range(3)] == [500, 1, 0]

    def test_every_other_number_delivers(self) -> None:
        assert behaviour("+33639981234") == behaviour("+33639981299")


class TestScripted(CarrierContract):
    """The carrier that other tests make answer by heart."""

    refused, not_sent = "+33639981201", "+33639981202"

    def carrier(self, engine: Engine) -> Carrier:
        del engine
        carrier = ScriptedCarrier()
        carrier.answers = {self.refused: Refused("no", Reason.CARRIER_REJECTED), self.not_sent: NotSent("down")}
        return carrier

    async def deliver(self, carrier: Carrier, references: Sequence[str]) -> None:
        assert isinstance(carrier, ScriptedCarrier)
        now = StoppedClock().now()
        carrier.receipts = [Receipt(each, MessageState.DELIVERED, "000", now) for each in references]
