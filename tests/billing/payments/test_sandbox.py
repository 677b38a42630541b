"""The sandbox's own ways: time passes for its cards, and its webhooks come until somebody takes them."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest

from gateway.billing.payments import cards
from gateway.billing.payments.outcomes import ClientStep, Paid, PaymentMethod, Pending
from gateway.billing.payments.port import ChargeRequest, PaymentMisuse
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.payments.webhooks import ChargeNews
from gateway.engine.database import Engine
from plans.money import Money
from tests.clock import StoppedClock

MINUTE = timedelta(minutes=1)


class Taker:
    """Takes deliveries, and can fail first."""

    def __init__(self, *, failing: bool = False) -> None:
        self.taken: list[tuple[Mapping[str, str], bytes]] = []
        self._failing = failing

    async def __call__(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take one, or fail as a database that is away."""
        if self._failing:
            self._failing = False
            raise ConnectionError("the database is away")
        self.taken.append((headers, body))


@pytest.fixture
def sandbox(engine: Engine) -> SandboxGateway:
    return SandboxGateway(engine, b"a secret of the tests")


def late(key: str = "invoice 1") -> ChargeRequest:
    return ChargeRequest(key, "customer", cards.method_ref("93"), Money(799), "SOLO")


async def test_a_late_card_pays_after_an_hour_and_not_before(sandbox: SandboxGateway, clock: StoppedClock) -> None:
    await sandbox.charge(late())
    clock.advance(cards.LATE - MINUTE)
    assert isinstance(await sandbox.lookup("customer", "invoice 1"), Pending)
    clock.advance(MINUTE)
    paid = await sandbox.lookup("customer", "invoice 1")
    assert isinstance(paid, Paid)
    assert paid.at == clock.now()


async def test_a_late_card_on_its_way_cannot_be_called_back(sandbox: SandboxGateway) -> None:
    pending = await sandbox.charge(late())
    assert await sandbox.withdraw("customer", "invoice 1") == pending


async def test_news_that_was_not_taken_comes_again_and_other_news_does_not(
    sandbox: SandboxGateway, clock: StoppedClock
) -> None:
    await sandbox.charge(late())
    clock.advance(cards.LATE)
    taker = Taker(failing=True)
    (failed,) = await asyncio.gather(sandbox.tell(taker), return_exceptions=True)
    assert isinstance(failed, ConnectionError)
    assert [await sandbox.tell(taker), await sandbox.tell(taker)] == [1, 0]
    assert len(taker.taken) == 1


async def test_what_is_told_is_what_a_look_shows(sandbox: SandboxGateway, clock: StoppedClock) -> None:
    await sandbox.charge(late())
    clock.advance(cards.LATE)
    taker = Taker()
    await sandbox.tell(taker)
    news = sandbox.read_webhook(*taker.taken[0], clock.now()).news
    seen = await sandbox.lookup("customer", "invoice 1")
    assert isinstance(seen, Paid)
    assert news == ChargeNews("invoice 1", Money(799), seen)


async def test_many_ended_charges_are_told_in_several_rounds(sandbox: SandboxGateway, clock: StoppedClock) -> None:
    await asyncio.gather(*(sandbox.charge(late(f"invoice {number}")) for number in range(501)))
    clock.advance(cards.LATE)
    assert [await sandbox.tell(Taker()) for _ in range(3)] == [500, 1, 0]


async def test_of_a_card_only_its_last_two_digits_are_kept(sandbox: SandboxGateway) -> None:
    step = await sandbox.begin_setup("customer", "setup 1")
    assert isinstance(step, ClientStep)
    await sandbox.enter_card(step.reference, "4000 0000 0000 0090")
    assert await sandbox.finish_setup(step.reference) == PaymentMethod(cards.method_ref("90"), "sandbox 90")


@pytest.mark.parametrize("number", ["", "4242", "4" * 20, "4242-4242-4242-4242", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"])
def test_what_is_no_card_is_refused(number: str) -> None:
    with pytest.raises(PaymentMisuse):
        cards.ending(number)
