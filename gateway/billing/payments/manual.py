"""The manual gateway: transfers, cheques and PayPal links, which come when they come and are recorded by an admin."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from gateway.billing.payments import manual_rows
from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Customer,
    InDoubt,
    PaymentMethod,
    RefundOutcome,
    SetupOpen,
    SetupOutcome,
    Unknown,
)
from gateway.billing.payments.port import ChargeRequest, Payer, check_key
from gateway.billing.payments.webhooks import Fault, PaymentEvent, WebhookRefused
from gateway.engine.database import Engine
from plans.money import Money


class ManualGateway:
    """Asks for money on paper: a charge is a reference to print on an invoice, and pending until a person says more.

    What the person says is recorded by ``receipts``; nothing here moves money.
    """

    name = "manual"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def register(self, payer: Payer) -> Customer | InDoubt:
        """Nobody needs to be told."""
        return Customer(f"manual_customer_{payer.reference}")

    async def begin_setup(self, customer_ref: str, key: str) -> ClientStep | InDoubt:
        """A reference for the mandate or the bank details that the client sends in."""
        check_key(key)
        stamp = self._engine.stamp()
        return await self._engine.write(
            partial(manual_rows.open_setup, stamp=stamp, customer_ref=customer_ref, key=key)
        )

    async def finish_setup(self, reference: str) -> SetupOutcome:
        """How the client will pay, once an admin has seen the details."""
        means = await self._engine.read(partial(manual_rows.means_of, reference=reference))
        return PaymentMethod(means, means) if means else SetupOpen()

    async def charge(self, request: ChargeRequest) -> ChargeOutcome:
        """Ask for an amount: pending, under the reference that the client must give with the money."""
        stamp = self._engine.stamp()
        return await self._engine.write(partial(manual_rows.charge, stamp=stamp, request=request), urgent=True)

    async def lookup(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """What became of a charge."""
        return await self._engine.read(partial(manual_rows.outcome_of, customer_ref=customer_ref, key=key))

    async def withdraw(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """Stop expecting the money; a receipt for it is refused from now on."""
        stamp = self._engine.stamp()
        return await self._engine.write(
            partial(manual_rows.withdraw, stamp=stamp, customer_ref=customer_ref, key=key), urgent=True
        )

    async def refund(self, ref: str, amount: Money, key: str) -> RefundOutcome:
        """Note that money is to go back: pending until an admin has sent it."""
        check_key(key)
        stamp = self._engine.stamp()
        return await self._engine.write(
            partial(manual_rows.refund, stamp=stamp, refund_of=ref, amount=amount, key=key), urgent=True
        )

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """Refuse: nobody sends any."""
        del headers, body, now
        raise WebhookRefused(Fault.NOT_EXPECTED)
