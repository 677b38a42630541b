"""From a bank's answer to a subscription's retries: the days come from the catalogue, and a hard decline ends them."""

from dataclasses import dataclass, field

import pytest

from gateway.billing.payments import cards
from gateway.billing.payments.outcomes import ChargeOutcome, Declined, NeedsAuthentication, Paid
from gateway.billing.payments.port import ChargeRequest
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.payments.settlement import is_hopeless
from gateway.engine.database import Engine
from plans import arrears
from plans.renewal import next_at, step
from plans.subscription import RetryDue, State, Subscription
from tests.clock import StoppedClock
from tests.terms.shop import CONDITIONS, PRICES, at, euros, trial, until

DUE = at("2026-12-23 10:15")  # the end of a trial that began a month before


@dataclass
class Practice:
    """A client at the end of a trial, who owes 23.99."""

    gateway: SandboxGateway
    clock: StoppedClock
    card: str
    subscription: Subscription = field(
        default_factory=lambda: until(trial("BUSINESS", "2026-11-23 10:15"), "2026-12-23 10:15")[0]
    )
    attempts: list[int] = field(default_factory=list)  # days after the first

    async def charge(self) -> None:
        """Try once, under a key of its own, and write down what it does to the subscription."""
        now = self.clock.now()
        self.attempts.append((now - DUE).days)
        key = f"invoice 1, attempt {len(self.attempts)}"
        request = ChargeRequest(key, "customer", cards.method_ref(self.card), euros("23.99"), "BUSINESS, one month")
        self._note(await self.gateway.charge(request))

    async def wait(self) -> None:
        """Let time pass, and try again whenever that is due."""
        while self.subscription.arrears and (due := next_at(self.subscription, CONDITIONS.payment)):
            self.clock.set(due)
            self.subscription, events = step(self.subscription, PRICES, CONDITIONS.payment)
            if any(isinstance(each, RetryDue) for each in events):
                await self.charge()

    def _note(self, outcome: ChargeOutcome) -> None:
        now = self.clock.now()
        if isinstance(outcome, Paid):
            self.subscription, _ = arrears.paid(self.subscription, now, PRICES)
        if isinstance(outcome, (Declined, NeedsAuthentication)):
            self.subscription = arrears.declined(self.subscription, DUE.date(), now, hopeless=is_hopeless(outcome))


def practice(engine: Engine, clock: StoppedClock, card: str) -> Practice:
    clock.set(DUE)
    return Practice(SandboxGateway(engine, b"a secret of the tests"), clock, card)


async def test_a_soft_decline_is_tried_again_on_the_days_of_the_catalogue(engine: Engine, clock: StoppedClock) -> None:
    """R10, A6: past due, and retries on the days that the terms in force name."""
    alice = practice(engine, clock, "90")
    await alice.charge()
    await alice.wait()
    assert alice.attempts == [0, *CONDITIONS.payment.retry_days]
    assert alice.subscription.state is State.PAST_DUE


@pytest.mark.parametrize("card", ["91", "92"])
async def test_a_card_that_will_not_pay_is_not_tried_again(engine: Engine, clock: StoppedClock, card: str) -> None:
    """R10, A6: lost, or its bank wants to see the client, who has to come or to give another card."""
    alice = practice(engine, clock, card)
    await alice.charge()
    await alice.wait()
    assert alice.attempts == [0]
    assert alice.subscription.state is State.PAST_DUE


async def test_another_card_pays_at_the_next_retry(engine: Engine, clock: StoppedClock) -> None:
    """R10: a soft decline, then a good card the day after."""
    alice = practice(engine, clock, "90")
    await alice.charge()
    alice.card = "42"
    await alice.wait()
    assert alice.attempts == [0, CONDITIONS.payment.retry_days[0]]
    assert alice.subscription.state is State.ACTIVE
