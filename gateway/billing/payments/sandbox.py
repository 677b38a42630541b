"""The sandbox gateway: cards that live in the database, for trying every payment without a bank."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from gateway.billing.payments import cards, sandbox_rows
from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Customer,
    Declined,
    InDoubt,
    Paid,
    PaymentMethod,
    RefundOutcome,
    SetupFailed,
    SetupOpen,
    SetupOutcome,
    Unknown,
)
from gateway.billing.payments.port import ChargeRequest, Payer, check_key
from gateway.billing.payments.webhooks import (
    ChargeNews,
    Fault,
    PaymentEvent,
    WebhookRefused,
    document_in,
    is_signed,
    sign,
    signature_in,
)
from gateway.engine.database import Engine
from plans.money import Money

HEADER = "sandbox-signature"

#: Takes one delivery (headers and body); it is told again until this returned.
Deliver = Callable[[Mapping[str, str], bytes], Awaitable[None]]


class SandboxGateway:
    """A bank whose cards are rows: what it answers is on disk."""

    name = "sandbox"

    def __init__(self, engine: Engine, secret: bytes) -> None:
        """``secret`` signs the webhooks that it sends itself."""
        self._engine = engine
        self._secret = secret

    async def register(self, payer: Payer) -> Customer | InDoubt:
        """Everybody is known here."""
        return Customer(f"sandbox_customer_{payer.reference}")

    async def begin_setup(self, customer_ref: str, key: str) -> ClientStep | InDoubt:
        """A step that ``enter_card`` completes."""
        check_key(key)
        stamp = self._engine.stamp()
        return await self._engine.write(
            partial(sandbox_rows.open_setup, stamp=stamp, customer_ref=customer_ref, key=key)
        )

    async def enter_card(self, reference: str, number: str) -> None:
        """What the client does on the page of a real provider."""
        ending = cards.ending(number)
        await self._engine.write(partial(sandbox_rows.enter_card, reference=reference, ending=ending))

    async def finish_setup(self, reference: str) -> SetupOutcome:
        """The card, once the client entered one."""
        ending = await self._engine.read(partial(sandbox_rows.card_of, reference=reference))
        if ending is None:
            return SetupOpen()
        if ending == cards.REFUSED:
            return SetupFailed("card_declined")
        return PaymentMethod(cards.method_ref(ending), f"sandbox {ending}")

    async def charge(self, request: ChargeRequest) -> ChargeOutcome:
        """Do with the card what its number says."""
        fate = cards.fate(request.method_ref)
        if not fate.takes:
            return InDoubt("no_answer")
        stamp = self._engine.stamp()
        outcome = await self._engine.write(
            partial(sandbox_rows.charge, stamp=stamp, request=request, fate=fate), urgent=True
        )
        return outcome if fate.answers else InDoubt("no_answer")

    async def lookup(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """What became of a charge."""
        now = self._engine.clock.now()
        return await self._engine.read(partial(sandbox_rows.outcome_of, now=now, customer_ref=customer_ref, key=key))

    async def authenticate(self, charge_ref: str) -> None:
        """What the client does when the bank wants to see him: the charge is paid."""
        now = self._engine.clock.now()
        await self._engine.write(partial(sandbox_rows.authenticate, now=now, charge_ref=charge_ref))

    async def withdraw(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """Give up a charge that is still open."""
        now = self._engine.clock.now()
        return await self._engine.write(
            partial(sandbox_rows.withdraw, now=now, customer_ref=customer_ref, key=key), urgent=True
        )

    async def refund(self, ref: str, amount: Money, key: str) -> RefundOutcome:
        """Give back, never more than was paid."""
        check_key(key)
        stamp = self._engine.stamp()
        return await self._engine.write(
            partial(sandbox_rows.refund, stamp=stamp, charge_ref=ref, amount=amount, key=key), urgent=True
        )

    async def tell(self, deliver: Deliver) -> int:
        """Send a signed webhook for each charge that has ended by itself; how many."""
        now = self._engine.clock.now()
        ended = await self._engine.read(partial(sandbox_rows.ended, now=now))
        for charge_ref, news in ended:
            body = _body(charge_ref, news, now)
            await deliver({HEADER: sign(body, self._secret, now)}, body)
            await self._engine.write(partial(sandbox_rows.mark_told, now=now, charge_ref=charge_ref))
        return len(ended)

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """What ``tell`` sent."""
        header = signature_in(headers, HEADER, body, now)
        if not is_signed(body, header, self._secret):
            raise WebhookRefused(Fault.FORGED)
        try:
            return _event(document_in(body))
        except (KeyError, TypeError, ValueError):
            raise WebhookRefused(Fault.MALFORMED) from None


def _body(charge_ref: str, news: ChargeNews, now: datetime) -> bytes:
    outcome = asdict(news.outcome)
    if isinstance(news.outcome, Paid):
        outcome["at"] = news.outcome.at.isoformat()
    document = {"key": news.key, "cents": news.amount.cents, "currency": "eur", "outcome": outcome}
    return json.dumps({"id": f"event_{charge_ref}", "at": now.isoformat(), "charge": document}).encode()


def _event(document: Mapping[str, Any]) -> PaymentEvent:
    charge, at = document["charge"], datetime.fromisoformat(document["at"])
    if charge["currency"] != "eur":
        raise WebhookRefused(Fault.WRONG_CURRENCY)
    news = ChargeNews(charge["key"], Money(charge["cents"]), _outcome(**charge["outcome"]))
    return PaymentEvent(document["id"], at, news)


def _outcome(ref: str = "", at: str = "", code: str = "", *, hard: bool = False) -> Paid | Declined:
    return Paid(ref, datetime.fromisoformat(at)) if at else Declined(code, hard)
