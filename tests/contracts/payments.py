"""What every payment gateway must keep: each adapter's tests inherit this suite and say what its bank does."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Customer,
    Declined,
    Paid,
    PaymentMethod,
    Pending,
    Refunded,
    RefundRefused,
    SetupOpen,
    Unknown,
)
from gateway.billing.payments.port import ChargeRequest, Payer, PaymentGateway, PaymentMisuse
from gateway.billing.payments.settlement import is_open
from gateway.billing.payments.webhooks import WebhookRefused
from plans.money import Money
from tests.clock import MONDAY_MORNING

ALICE = Payer("17", "Alice's clinic", "alice@client.example")
PRICE = Money(4799)


class Bank(ABC):
    """A gateway, and the other side of it: what clients and banks do."""

    gateway: PaymentGateway

    @abstractmethod
    def late(self, *, pays: bool) -> str:
        """A means of payment that is pending first, and pays or does not."""

    @abstractmethod
    async def give_details(self, reference: str) -> None:
        """The client gives good bank details."""

    @abstractmethod
    async def end(self, outcome: ChargeOutcome, *, pays: bool) -> None:
        """What was pending ends, as its means of payment does."""

    async def customer(self, payer: Payer = ALICE) -> str:
        """A client that the provider knows."""
        answer = await self.gateway.register(payer)
        assert isinstance(answer, Customer)
        return answer.customer_ref

    async def setup(self, customer_ref: str, key: str = "setup 1") -> ClientStep:
        """A step for the client."""
        step = await self.gateway.begin_setup(customer_ref, key)
        assert isinstance(step, ClientStep)
        return step

    async def request(self, method_ref: str | None = None, key: str = "invoice 1, attempt 1") -> ChargeRequest:
        """A charge of 47.99 euros to Alice."""
        return ChargeRequest(
            key, await self.customer(), method_ref or self.late(pays=True), PRICE, "BUSINESS, one month"
        )

    async def paid(self, key: str = "invoice 1, attempt 1") -> Paid:
        """A charge that was paid in the end."""
        request = await self.request(key=key)
        await self.end(await self.gateway.charge(request), pays=True)
        outcome = await self.gateway.lookup(request.customer_ref, key)
        assert isinstance(outcome, Paid)
        return outcome


class PaymentContract:
    """The suite. A class that inherits it gives the fixture ``bank``."""

    async def test_registering_a_client_twice_is_one_customer(self, bank: Bank) -> None:
        assert await bank.customer() == await bank.customer()
        assert await bank.customer() != await bank.customer(replace(ALICE, reference="18"))

    async def test_a_setup_is_open_until_the_client_gave_details(self, bank: Bank) -> None:
        step = await bank.setup(await bank.customer())
        assert await bank.gateway.finish_setup(step.reference) == SetupOpen()
        await bank.give_details(step.reference)
        method = await bank.gateway.finish_setup(step.reference)
        assert isinstance(method, PaymentMethod)
        assert (len(method.method_ref) > 0, len(method.label) > 0) == (True, True)

    async def test_a_setup_begun_twice_with_one_key_is_one_step(self, bank: Bank) -> None:
        customer_ref = await bank.customer()
        assert await bank.setup(customer_ref) == await bank.setup(customer_ref)
        assert await bank.setup(customer_ref, "setup 2") != await bank.setup(customer_ref)

    async def test_a_setup_that_nobody_began_is_a_mistake(self, bank: Bank) -> None:
        with pytest.raises(PaymentMisuse):
            await bank.gateway.finish_setup("RF18539007547034")

    async def test_charging_one_key_at_the_same_time_or_later_is_one_charge(self, bank: Bank) -> None:
        request = await bank.request()
        answers = await asyncio.gather(*(bank.gateway.charge(request) for _ in range(5)))
        answers.append(await bank.gateway.charge(request))
        assert [type(each) for each in answers] == [Pending] * 6
        assert len(set(answers)) == 1

    async def test_two_keys_are_two_charges(self, bank: Bank) -> None:
        request = await bank.request()
        first, second = [
            await bank.gateway.charge(replace(request, key=f"invoice 1, attempt {number}")) for number in (1, 2)
        ]
        assert first != second

    async def test_a_key_cannot_charge_something_else(self, bank: Bank) -> None:
        request = await bank.request()
        first = await bank.gateway.charge(request)
        with pytest.raises(PaymentMisuse):
            await bank.gateway.charge(replace(request, amount=Money(4800)))
        assert await bank.gateway.charge(request) == first

    async def test_a_key_that_never_charged_is_unknown(self, bank: Bank) -> None:
        customer_ref = await bank.customer()
        assert await bank.gateway.lookup(customer_ref, "invoice 9, attempt 1") == Unknown()
        assert await bank.gateway.withdraw(customer_ref, "invoice 9, attempt 1") == Unknown()

    async def test_after_a_crash_between_charge_and_record_the_key_tells_what_became_of_it(self, bank: Bank) -> None:
        request = await bank.request()
        outcome = await bank.gateway.charge(request)
        assert await bank.gateway.lookup(request.customer_ref, request.key) == outcome

    async def test_one_client_is_not_told_of_the_charges_of_another(self, bank: Bank) -> None:
        request = await bank.request()
        await bank.gateway.charge(request)
        other = await bank.customer(replace(ALICE, reference="18"))
        assert await bank.gateway.lookup(other, request.key) == Unknown()

    @pytest.mark.parametrize(("pays", "end"), [(True, Paid), (False, Declined)])
    async def test_what_is_pending_ends_paid_or_declined(
        self, bank: Bank, *, pays: bool, end: type[Paid] | type[Declined]
    ) -> None:
        request = await bank.request(bank.late(pays=pays))
        outcome = await bank.gateway.charge(request)
        assert is_open(outcome)
        await bank.end(outcome, pays=pays)
        ended = await bank.gateway.lookup(request.customer_ref, request.key)
        assert isinstance(ended, end)
        assert not is_open(ended)

    async def test_what_was_paid_cannot_be_withdrawn(self, bank: Bank) -> None:
        paid = await bank.paid()
        assert await bank.gateway.withdraw(await bank.customer(), "invoice 1, attempt 1") == paid

    async def test_a_refund_is_never_more_than_what_is_left(self, bank: Bank) -> None:
        """R30: unused advances are given back; 20.00 of 47.99, then not 28.00 but 27.99."""
        paid = await bank.paid()
        first = await bank.gateway.refund(paid.ref, Money(2000), "refund 1")
        too_much = await bank.gateway.refund(paid.ref, Money(2800), "refund 2")
        rest = await bank.gateway.refund(paid.ref, Money(2799), "refund 3")
        assert (type(first), type(too_much), type(rest)) in {
            (Refunded, RefundRefused, Refunded),
            (Pending, RefundRefused, Pending),
        }

    async def test_one_refund_key_refunds_once(self, bank: Bank) -> None:
        paid = await bank.paid()
        answers = await asyncio.gather(*(bank.gateway.refund(paid.ref, PRICE, "refund 1") for _ in range(3)))
        assert len(set(answers)) == 1
        assert isinstance(answers[0], (Refunded, Pending))

    async def test_a_refund_key_cannot_refund_something_else(self, bank: Bank) -> None:
        paid = await bank.paid()
        await bank.gateway.refund(paid.ref, Money(2000), "refund 1")
        with pytest.raises(PaymentMisuse):
            await bank.gateway.refund(paid.ref, Money(1000), "refund 1")

    async def test_what_was_not_paid_is_not_refunded(self, bank: Bank) -> None:
        outcome = await bank.gateway.charge(await bank.request())
        assert isinstance(outcome, Pending)
        assert isinstance(await bank.gateway.refund(outcome.ref, PRICE, "refund 1"), RefundRefused)

    async def test_references_and_names_fit_their_columns(self, bank: Bank) -> None:
        paid = await bank.paid()
        lengths = [len(paid.ref), len(await bank.customer()), len(bank.gateway.name)]
        assert all(0 < length <= limit for length, limit in zip(lengths, (80, 80, 20), strict=True))

    async def test_a_delivery_that_nobody_signed_is_refused(self, bank: Bank) -> None:
        with pytest.raises(WebhookRefused):
            bank.gateway.read_webhook({"host": "sms.example"}, b"{}", MONDAY_MORNING)
