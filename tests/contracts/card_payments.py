"""What every payment gateway must keep that charges cards and tells of it by webhooks."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.billing.payments.outcomes import Declined, InDoubt, NeedsAuthentication, Paid, SetupFailed, Unknown
from gateway.billing.payments.settlement import is_hopeless
from gateway.billing.payments.webhooks import ChargeNews, Fault, PaymentEvent, WebhookRefused
from tests.contracts.payments import PRICE, Bank, PaymentContract

Delivery = tuple[Mapping[str, str], bytes]

NO_SIGNATURE = "v1=" + "0" * 64


class CardBank(Bank):
    """A bank that issues cards; names of cards by what they do."""

    good: str
    soft: str
    hard: str
    shy: str  # its bank wants to see the client
    lost: str  # it pays, and the answer is lost
    untaken: str  # nothing is taken, and the answer is lost
    header: str  # of the signature

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The instant at which it signs."""

    @abstractmethod
    async def authenticate(self, outcome: NeedsAuthentication) -> None:
        """The client has been to his bank."""

    @abstractmethod
    async def refuse_details(self, reference: str) -> None:
        """The client gives a card that its bank does not know."""

    @abstractmethod
    async def deliveries(self) -> Sequence[Delivery]:
        """The webhooks that were sent up to now."""

    @abstractmethod
    def signed(self, body: bytes) -> Mapping[str, str]:
        """The headers with which the provider would send a body now."""

    def read(self, delivery: Delivery) -> PaymentEvent:
        """An event, a minute after it was sent."""
        return self.gateway.read_webhook(*delivery, self.now + timedelta(minutes=1))


class CardContract(PaymentContract):
    """The suite of gateways that charge cards and tell of it; a class that inherits it gives the fixture ``cards``."""

    @pytest.fixture
    def bank(self, cards: CardBank) -> Bank:
        """The same bank."""
        return cards

    async def test_a_good_card_pays_at_once(self, cards: CardBank) -> None:
        assert isinstance(await cards.gateway.charge(await cards.request(cards.good)), Paid)

    async def test_a_soft_decline_may_be_tried_again_under_another_key(self, cards: CardBank) -> None:
        outcome = await cards.gateway.charge(await cards.request(cards.soft))
        assert outcome == Declined("insufficient_funds", hard=False)
        assert not is_hopeless(outcome)

    async def test_a_hard_decline_says_so(self, cards: CardBank) -> None:
        outcome = await cards.gateway.charge(await cards.request(cards.hard))
        assert outcome == Declined("lost_card", hard=True)
        assert is_hopeless(outcome)

    async def test_a_declined_key_stays_declined(self, cards: CardBank) -> None:
        request = await cards.request(cards.soft)
        outcome = await cards.gateway.charge(request)
        assert await cards.gateway.charge(request) == outcome
        assert await cards.gateway.lookup(request.customer_ref, request.key) == outcome

    async def test_a_card_that_is_refused_when_given_fails_the_setup(self, cards: CardBank) -> None:
        step = await cards.setup(await cards.customer())
        await cards.refuse_details(step.reference)
        assert isinstance(await cards.gateway.finish_setup(step.reference), SetupFailed)

    async def test_a_charge_that_needs_the_client_is_paid_when_he_came(self, cards: CardBank) -> None:
        request = await cards.request(cards.shy)
        outcome = await cards.gateway.charge(request)
        assert isinstance(outcome, NeedsAuthentication)
        assert (outcome.step.url or outcome.step.client_secret) is not None
        assert is_hopeless(outcome)
        await cards.authenticate(outcome)
        assert isinstance(await cards.gateway.lookup(request.customer_ref, request.key), Paid)

    async def test_a_charge_that_needs_the_client_can_be_withdrawn(self, cards: CardBank) -> None:
        """So that the next attempt cannot be paid beside it."""
        request = await cards.request(cards.shy)
        await cards.gateway.charge(request)
        withdrawn = await cards.gateway.withdraw(request.customer_ref, request.key)
        assert isinstance(withdrawn, Declined)
        assert not withdrawn.hard
        assert await cards.gateway.lookup(request.customer_ref, request.key) == withdrawn

    async def test_a_lost_answer_is_in_doubt_until_the_key_is_looked_up(self, cards: CardBank) -> None:
        request = await cards.request(cards.lost)
        assert isinstance(await cards.gateway.charge(request), InDoubt)
        assert isinstance(await cards.gateway.lookup(request.customer_ref, request.key), Paid)

    async def test_a_lost_request_is_in_doubt_until_the_key_proves_unknown(self, cards: CardBank) -> None:
        request = await cards.request(cards.untaken)
        assert isinstance(await cards.gateway.charge(request), InDoubt)
        assert await cards.gateway.lookup(request.customer_ref, request.key) == Unknown()
        assert isinstance(await cards.gateway.charge(replace(request, method_ref=cards.good)), Paid)

    @pytest.mark.parametrize(("pays", "end"), [(True, Paid), (False, Declined)])
    async def test_the_end_of_a_pending_charge_is_told_with_its_key_and_amount(
        self, cards: CardBank, *, pays: bool, end: type[Paid] | type[Declined]
    ) -> None:
        await self.ended(cards, pays=pays)
        news = cards.read((await cards.deliveries())[-1]).news
        assert isinstance(news, ChargeNews)
        assert (news.key, news.amount, type(news.outcome)) == ("invoice 1, attempt 1", PRICE, end)

    async def test_a_delivery_that_comes_twice_is_the_same_event(self, cards: CardBank) -> None:
        await self.ended(cards)
        delivery = (await cards.deliveries())[-1]
        assert cards.read(delivery) == cards.read(delivery)

    async def test_every_event_has_a_name_of_its_own(self, cards: CardBank) -> None:
        for number in range(3):
            await self.ended(cards, key=f"invoice {number}")
        names = [cards.read(each).event_id for each in await cards.deliveries()]
        assert len(names) == len(set(names))
        assert all(0 < len(name) <= 255 for name in names)

    @pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365])
    async def test_a_delivery_of_another_time_is_refused(self, cards: CardBank, minutes: int) -> None:
        """Five minutes, either way: what is older may be a recording."""
        await self.ended(cards)
        delivery = (await cards.deliveries())[-1]
        assert refused(cards, *delivery, minutes=minutes) == Fault.STALE

    async def test_a_recording_does_not_pass_for_new_by_a_second_time_in_its_header(self, cards: CardBank) -> None:
        await self.ended(cards)
        headers, body = (await cards.deliveries())[-1]
        old = next(value for name, value in headers.items() if name.lower() == cards.header)
        fresh = int((cards.now + timedelta(days=1)).timestamp())
        first, rest = old.split(",", 1)
        for header in (f"{first},t={fresh},{rest}", f"{first}=x,t={fresh},{rest}", f"t={fresh},{first},{rest}"):
            assert refused(cards, {cards.header: header}, body, minutes=60 * 24) == Fault.UNSIGNED

    async def test_a_delivery_that_was_changed_is_forged(self, cards: CardBank) -> None:
        await self.ended(cards)
        headers, body = (await cards.deliveries())[-1]
        assert refused(cards, headers, body.replace(b"4799", b"4800")) == Fault.FORGED
        assert refused(cards, headers, body + b"\xff") == Fault.FORGED

    async def test_a_signature_with_another_secret_is_forged(self, cards: CardBank) -> None:
        header = f"t={cards.now.timestamp():.0f},{NO_SIGNATURE}"
        assert refused(cards, {cards.header.title(): header}, b"{}") == Fault.FORGED

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "t=1",
            NO_SIGNATURE,
            f"t=x,{NO_SIGNATURE}",
            f"{NO_SIGNATURE},t=1",
            f"t=1,{NO_SIGNATURE},t=2",
            f"t=1,{NO_SIGNATURE},",
            f"t=1,{NO_SIGNATURE}\n",
            "t=1,v1=é",
            "t=1" + f",{NO_SIGNATURE}" * 30,
        ],
    )
    async def test_a_header_of_another_form_is_no_signature(self, cards: CardBank, header: str) -> None:
        assert refused(cards, {cards.header: header}, b"{}") == Fault.UNSIGNED

    async def test_a_delivery_without_measure_is_refused_before_it_is_read(self, cards: CardBank) -> None:
        assert refused(cards, {}, b"[" * 262_145) == Fault.TOO_LARGE

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b"\x00",
            b"[" * 200_000,
            b'{"id": "x", "created": "y"}',
            b'{"id": 1, "created": 1, "type": "x", "data": {"object": {}}}',
        ],
    )
    async def test_a_signed_delivery_that_makes_no_sense_is_refused(self, cards: CardBank, body: bytes) -> None:
        headers = cards.signed(body)
        assert refused(cards, headers, body) == Fault.MALFORMED

    async def test_money_of_another_currency_settles_nothing(self, cards: CardBank) -> None:
        await self.ended(cards)
        body = (await cards.deliveries())[-1][1].replace(b'"eur"', b'"usd"')
        assert refused(cards, cards.signed(body), body) == Fault.WRONG_CURRENCY

    async def ended(self, cards: CardBank, *, pays: bool = True, key: str = "invoice 1, attempt 1") -> None:
        """A charge that was pending and has ended."""
        request = await cards.request(cards.late(pays=pays), key)
        await cards.end(await cards.gateway.charge(request), pays=pays)


def refused(cards: CardBank, headers: Mapping[str, str], body: bytes, *, minutes: int = 1) -> Fault:
    """Why a delivery is refused, so many minutes after it was signed."""
    with pytest.raises(WebhookRefused) as refusal:
        cards.gateway.read_webhook(headers, body, cards.now + timedelta(minutes=minutes))
    return refusal.value.fault
