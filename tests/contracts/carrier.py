"""What every carrier must keep: each adapter's tests inherit this suite and say how to build the carrier."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence

from gateway.engine.database import Engine
from gateway.sms.carriers.port import Carrier, InboundSms, Inbox, InDoubt, NotSent, OutgoingSms, Receipt, Refused, Taken
from gateway.sms.words import Alphabet, MessageState
from plans.words import MessageClass

A_MESSAGE = OutgoingSms(
    reference="250545910579200023",
    recipient="+33639981234",
    display="ALICE",
    body="Rendez-vous demain à 10h",
    alphabet=Alphabet.GSM,
    parts=1,
    message_class=MessageClass.ALERT,
)


class Kept:
    """An inbox that keeps what comes, and can fail once."""

    def __init__(self, *, failing: bool = False) -> None:
        self.kept: list[Receipt] = []
        self.messages: list[InboundSms] = []
        self._failing = failing

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Keep them, or fail as a database that is away."""
        self._fail()
        self.kept += receipts

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        """Keep them, or fail as a database that is away."""
        self._fail()
        self.messages += messages

    def _fail(self) -> None:
        if self._failing:
            self._failing = False
            raise ConnectionError("the database is away")


class CarrierContract(ABC):
    """The suite. An adapter says what number has which fate on its own test peer."""

    @abstractmethod
    def carrier(self, engine: Engine) -> Carrier:
        """A carrier that is ready to send."""

    @abstractmethod
    async def deliver(self, carrier: Carrier, references: Sequence[str]) -> None:
        """Have the network deliver what was taken under these references of the carrier."""

    async def collect(self, carrier: Carrier, inbox: Inbox) -> int:
        """Have the carrier hand in what waits; one to which everything comes by itself waits for what is owed."""
        return await carrier.collect(inbox)

    #: Recipients that the test peer refuses for good, and for now.
    refused: str
    not_sent: str

    async def test_what_it_took_has_a_reference_of_its_own(self, engine: Engine) -> None:
        carrier = self.carrier(engine)
        messages = [A_MESSAGE._replace(reference=str(number)) for number in range(50)]
        answers = await asyncio.gather(*map(carrier.send, messages))
        assert all(isinstance(each, Taken) for each in answers)
        assert len({each.carrier_ref for each in answers if isinstance(each, Taken)}) == 50

    async def test_references_and_codes_fit_their_columns(self, engine: Engine) -> None:
        carrier = self.carrier(engine)
        answers = [await carrier.send(A_MESSAGE._replace(recipient=each)) for each in (self.refused, self.not_sent)]
        taken = await carrier.send(A_MESSAGE)
        assert all(len(each.code) <= 20 for each in answers if isinstance(each, (Refused, NotSent, InDoubt)))
        assert isinstance(taken, Taken)
        assert (len(taken.carrier_ref) <= 80, len(carrier.name) <= 20) == (True, True)

    async def test_a_refusal_is_an_answer_and_no_error(self, engine: Engine) -> None:
        carrier = self.carrier(engine)
        assert isinstance(await carrier.send(A_MESSAGE._replace(recipient=self.refused)), Refused)
        assert isinstance(await carrier.send(A_MESSAGE._replace(recipient=self.not_sent)), NotSent)

    async def test_where_it_deduplicates_a_reference_sent_again_is_the_same_sms(self, engine: Engine) -> None:
        """At the same time or later: one reference of the carrier, and one receipt."""
        carrier, kept = self.carrier(engine), Kept()
        if carrier.deduplicates:
            answers = await asyncio.gather(*(carrier.send(A_MESSAGE) for _ in range(5)))
            answers.append(await carrier.send(A_MESSAGE))
            references = {each.carrier_ref for each in answers if isinstance(each, Taken)}
            await self.deliver(carrier, sorted(references))
            await self.collect(carrier, kept)
            assert (len(references), len(kept.kept)) == (1, 1)

    async def test_a_receipt_names_the_reference_that_was_answered(self, engine: Engine) -> None:
        carrier, kept = self.carrier(engine), Kept()
        taken = await carrier.send(A_MESSAGE)
        assert isinstance(taken, Taken)
        await self.deliver(carrier, [taken.carrier_ref])
        assert await self.collect(carrier, kept) == 1
        assert [(each.carrier_ref, each.state) for each in kept.kept] == [(taken.carrier_ref, MessageState.DELIVERED)]

    async def test_receipts_that_were_not_kept_come_again_and_others_do_not(self, engine: Engine) -> None:
        """The carrier is told only after the sink returned."""
        carrier, kept = self.carrier(engine), Kept(failing=True)
        taken = await carrier.send(A_MESSAGE)
        assert isinstance(taken, Taken)
        await self.deliver(carrier, [taken.carrier_ref])
        (failed,) = await asyncio.gather(self.collect(carrier, kept), return_exceptions=True)
        assert isinstance(failed, ConnectionError)
        assert [await self.collect(carrier, kept), await self.collect(carrier, kept)] == [1, 0]
        assert len(kept.kept) == 1
