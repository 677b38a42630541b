"""Every payment gateway keeps the same contract: the sandbox, what admins record by hand, and Stripe."""

import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import pytest

from gateway.billing.payments import cards as sandbox_cards
from gateway.billing.payments import receipts
from gateway.billing.payments.manual import ManualGateway
from gateway.billing.payments.outcomes import ChargeOutcome, NeedsAuthentication, Pending
from gateway.billing.payments.sandbox import HEADER, SandboxGateway
from gateway.billing.payments.stripe import StripeGateway
from gateway.billing.payments.stripe_secrets import StripeSecrets
from gateway.billing.payments.webhooks import sign
from gateway.engine.database import Engine
from plans.orders import PaymentMeans
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.contracts.card_payments import CardBank, CardContract, Delivery
from tests.contracts.payments import PRICE, Bank, PaymentContract
from tests.peers.stripe.peer import StripePeer
from tests.peers.stripe.server import API_KEY
from tests.peers.stripe.state import WEBHOOK_SECRET


class SandboxBank(CardBank):
    """Cards in the database; time is the stopped clock's."""

    good, soft, hard, shy, lost, untaken = map(sandbox_cards.method_ref, ("42", "90", "91", "92", "95", "96"))
    header = HEADER

    def __init__(self, engine: Engine, clock: StoppedClock) -> None:
        self.gateway: SandboxGateway = SandboxGateway(engine, b"a secret of the tests")
        self._clock = clock
        self._sent: list[Delivery] = []

    @property
    def now(self) -> datetime:
        return self._clock.now()

    async def give_details(self, reference: str) -> None:
        await self.gateway.enter_card(reference, "4242 4242 4242 4242")

    async def refuse_details(self, reference: str) -> None:
        await self.gateway.enter_card(reference, "4242 4242 4242 4297")

    def late(self, *, pays: bool) -> str:
        return sandbox_cards.method_ref("93" if pays else "94")

    async def end(self, outcome: ChargeOutcome, *, pays: bool) -> None:
        del outcome, pays  # the card knows
        self._clock.advance(sandbox_cards.LATE)

    async def authenticate(self, outcome: NeedsAuthentication) -> None:
        await self.gateway.authenticate(outcome.step.reference)

    async def deliveries(self) -> Sequence[Delivery]:
        await self.gateway.tell(self._take)
        return self._sent

    def signed(self, body: bytes) -> Mapping[str, str]:
        return {HEADER: sign(body, b"a secret of the tests", self.now)}

    async def _take(self, headers: Mapping[str, str], body: bytes) -> None:
        self._sent.append((headers, body))


class ManualBank(Bank):
    """Transfers, which an admin records."""

    def __init__(self, engine: Engine) -> None:
        self.gateway: ManualGateway = ManualGateway(engine)
        self._engine = engine

    def late(self, *, pays: bool) -> str:
        del pays  # who knows
        return PaymentMeans.TRANSFER

    async def give_details(self, reference: str) -> None:
        await self._engine.write(
            lambda connection: receipts.record_details(connection, reference=reference, means=PaymentMeans.TRANSFER)
        )

    async def end(self, outcome: ChargeOutcome, *, pays: bool) -> None:
        assert isinstance(outcome, Pending)
        await (self._receive(outcome.ref) if pays else self._fail(outcome.ref))

    async def _receive(self, reference: str) -> None:
        stamp = self._engine.stamp()
        await self._engine.write(
            lambda connection: receipts.record_settlement(
                connection, stamp, reference=reference, amount=PRICE, means=PaymentMeans.TRANSFER, at=stamp.now
            )
        )

    async def _fail(self, reference: str) -> None:
        stamp = self._engine.stamp()
        await self._engine.write(
            lambda connection: receipts.record_failure(connection, stamp, reference=reference, code="MS03")
        )


class StripeBank(CardBank):
    """A server with Stripe's manners, in a process of its own."""

    good, soft, hard = (
        "pm_card_visa",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "pm_card_visa_chargeDeclinedLostCard",
    )
    shy, lost, untaken = "pm_card_authenticationRequired", "pm_linePulledAfter", "pm_linePulledBefore"
    header = "stripe-signature"
    now = MONDAY_MORNING

    def __init__(self, gateway: StripeGateway, peer: StripePeer) -> None:
        self.gateway: StripeGateway = gateway
        self._peer = peer

    def late(self, *, pays: bool) -> str:
        del pays
        return "pm_sepa_debit"

    async def give_details(self, reference: str) -> None:
        self._peer.enter_details(reference, "pm_card_visa")

    async def refuse_details(self, reference: str) -> None:
        self._peer.enter_details(reference, "pm_card_chargeDeclined")

    async def end(self, outcome: ChargeOutcome, *, pays: bool) -> None:
        assert isinstance(outcome, Pending)
        (self._peer.succeed if pays else self._peer.fail)(outcome.ref)

    async def authenticate(self, outcome: NeedsAuthentication) -> None:
        self._peer.succeed(outcome.step.reference)

    async def deliveries(self) -> Sequence[Delivery]:
        return self._peer.deliveries()

    def signed(self, body: bytes) -> Mapping[str, str]:
        seconds = int(self.now.timestamp())
        digest = hmac.new(WEBHOOK_SECRET.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
        return {"Stripe-Signature": f"t={seconds},v1={digest}"}


class TestSandbox(CardContract):
    """Cards that live in the database."""

    @pytest.fixture
    def cards(self, engine: Engine, clock: StoppedClock) -> CardBank:
        return SandboxBank(engine, clock)


class TestManual(PaymentContract):
    """Transfers and cheques, on paper."""

    @pytest.fixture
    def bank(self, engine: Engine) -> Bank:
        return ManualBank(engine)


class TestStripe(CardContract):
    """Stripe's own library, against a server made after Stripe's documents."""

    @pytest.fixture
    async def cards(self, stripe_peer: StripePeer) -> AsyncIterator[CardBank]:
        gateway = StripeGateway(
            StripeSecrets(API_KEY, WEBHOOK_SECRET), website="https://sms.example/", api=stripe_peer.url
        )
        yield StripeBank(gateway, stripe_peer)
        await gateway.close()
