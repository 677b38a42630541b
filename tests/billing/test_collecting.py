"""Collecting: each attempt is written down, asked once, heard out, and followed by what the terms say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from gateway.billing.attempts import JOBS, open_attempts
from gateway.billing.collecting import Collector
from gateway.billing.invoice_tables import collection, payment, webhook_seen
from gateway.billing.issued import of_account
from gateway.billing.methods import Method, note_method
from gateway.billing.payments.manual import ManualGateway
from gateway.billing.payments.outcomes import ChargeOutcome
from gateway.billing.payments.port import ChargeRequest
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.payments.tables import sandbox_charge
from gateway.billing.payments.webhooks import WebhookRefused
from gateway.billing.renewing import advance_due
from gateway.billing.running import latest, next_due
from gateway.billing.selling_tables import billing_letter
from gateway.billing.settling import Receipt, pay
from gateway.billing.setups import take_method
from gateway.billing.subscriptions import Subscribe, apply
from gateway.billing.words import CollectionState, InvoiceState, LetterKind
from gateway.engine.database import Engine
from plans.money import Money
from plans.orders import PaymentMeans
from plans.periods import Interval
from plans.prices import Formula
from plans.subscription import Pause, State, Subscription, pause
from tests.billing.buyers import RULES, card, new_subscriber
from tests.clock import StoppedClock
from tests.terms.shop import at, day

SOLO = Formula("SOLO", Interval.MONTH)
TRIAL = timedelta(days=30)


class Desk:
    """A client with a subscription of SOLO, and whoever collects from it."""

    def __init__(self, engine: Engine, clock: StoppedClock, account_id: int) -> None:
        self.engine, self.clock, self.account_id = engine, clock, account_id
        self.bank = SandboxGateway(engine, b"secret")
        self.collector = Collector(engine, RULES, {"sandbox": self.bank})

    async def pass_time(self, by: timedelta) -> None:
        """Do all that falls due, when it does."""
        until = self.clock.now() + by
        while (due := await self.engine.read(next_due)) is not None and due <= until:
            self.clock.set(max(due, self.clock.now()))
            await self.engine.write(lambda connection: advance_due(connection, self.engine.stamp(), RULES))
            await self.collect()
        self.clock.set(until)
        await self.collect()

    async def collect(self) -> int:
        """Work off every attempt whose turn it is."""
        asked = 0
        while True:
            await self.engine.write(lambda connection: JOBS.reap(connection, self.clock.now()))
            taken = await self.collector.run_once()
            if not taken:
                return asked
            asked += taken

    async def attempts(self) -> list[CollectionState]:
        """How all attempts stand."""
        row = collection.c
        return await self.engine.read(lambda c: list(c.scalars(select(row.state).order_by(row.collection_id)).all()))

    async def invoices(self) -> list[InvoiceState]:
        """How all invoices stand."""
        return await self.engine.read(lambda c: [each.state for each in of_account(c, self.account_id)])

    async def charges(self) -> int:
        """How often the bank was charged."""
        return await self.engine.read(lambda c: len(c.execute(select(sandbox_charge)).all()))

    async def failures(self) -> list[dict[str, Any]]:
        """What the client was told of payments that failed."""
        row = billing_letter.c
        told = select(row.facts).where(row.kind == LetterKind.PAYMENT_FAILED).order_by(row.letter_id)
        return await self.engine.read(lambda connection: list(connection.scalars(told)))

    async def give_card(self, ending: str) -> int:
        """The client gives another card; how many invoices it is charged for at once."""
        given = card(self.account_id, ending)
        return await self.engine.write(lambda c: take_method(c, self.engine.stamp(), RULES, self.account_id, given))

    async def subscription(self) -> Subscription:
        """How the subscription stands."""
        found = await self.engine.read(lambda c: latest(c, self.account_id))
        assert found is not None
        return found.value


async def subscribed(engine: Engine, clock: StoppedClock, ending: str) -> Desk:
    """A trial of SOLO, with a card that does what its ending says."""
    account_id = await new_subscriber(engine, ending=ending)
    await engine.write(lambda c: apply(c, engine.stamp(), RULES, account_id=account_id, wish=Subscribe(SOLO)))
    return Desk(engine, clock, account_id)


async def test_a_good_card_pays_each_period_once(engine: Engine, clock: StoppedClock) -> None:
    """R10, special term 6."""
    desk = await subscribed(engine, clock, "42")
    await desk.pass_time(TRIAL + timedelta(days=62))
    assert await desk.invoices() == [InvoiceState.PAID] * 3
    assert (await desk.charges(), await desk.attempts()) == (3, [CollectionState.PAID] * 3)
    assert (await desk.subscription()).state is State.ACTIVE


async def test_a_declined_card_is_tried_again_on_the_days_of_the_terms_and_stops_at_the_end(
    engine: Engine, clock: StoppedClock
) -> None:
    """A6, R45: retries after 1, 3, 7, 14 and 21 days; reminders of a trial that nobody paid wait."""
    desk = await subscribed(engine, clock, "90")
    await desk.pass_time(TRIAL)
    assert pause(await desk.subscription()) is Pause.TRIAL_UNPAID
    asked = []
    for _ in range(40):
        await desk.pass_time(timedelta(days=1))
        asked.append(await desk.charges())
    assert [day + 1 for day in range(1, 40) if asked[day] > asked[day - 1]] == [3, 7, 14, 21]
    assert (asked[0], asked[-1]) == (2, 6)
    assert await desk.invoices() == [InvoiceState.OPEN]


async def test_a_lost_card_is_not_tried_again(engine: Engine, clock: StoppedClock) -> None:
    """The networks forbid it, and the bank said that it is of no use."""
    desk = await subscribed(engine, clock, "91")
    await desk.pass_time(TRIAL + timedelta(days=60))
    assert (await desk.charges(), await desk.attempts()) == (1, [CollectionState.DECLINED])


@pytest.mark.parametrize(
    ("ending", "why", "retries"), [("90", "declined", True), ("91", "refused", False), ("92", "needs_client", False)]
)
async def test_the_client_is_told_of_a_payment_that_failed(
    engine: Engine, clock: StoppedClock, ending: str, why: str, *, retries: bool
) -> None:
    """A6, article 5.3: the reason, and when it is tried again; also when it failed again."""
    desk = await subscribed(engine, clock, ending)
    await desk.pass_time(TRIAL)
    first = await desk.failures()
    assert [(each["amount"], each["why"]) for each in first] == [("9.59", why)]
    assert first[0]["retry_at"] == ((clock.now() + timedelta(days=1)).isoformat() if retries else None)
    await desk.pass_time(timedelta(days=40))
    told = await desk.failures()
    assert [bool(each["retry_at"]) for each in told] == ([True] * 5 + [False] if retries else [False])


async def test_another_card_pays_at_once_what_a_lost_one_could_not(engine: Engine, clock: StoppedClock) -> None:
    """A6: and where the new one is declined too, it is tried again like any other."""
    desk = await subscribed(engine, clock, "91")
    await desk.pass_time(TRIAL)
    await desk.give_card("90")
    await desk.collect()
    assert await desk.attempts() == [CollectionState.DECLINED] * 2
    await desk.pass_time(timedelta(days=1))
    assert await desk.attempts() == [CollectionState.DECLINED] * 3
    await desk.give_card("42")
    await desk.collect()
    assert (await desk.attempts())[-1] is CollectionState.PAID
    assert (await desk.subscription()).state is State.ACTIVE
    assert await desk.give_card("42") == 0


async def test_a_new_card_pays_what_is_open_and_the_service_goes_on(engine: Engine, clock: StoppedClock) -> None:
    """A6: the first period then begins on the day of the payment."""
    desk = await subscribed(engine, clock, "90")
    await desk.pass_time(TRIAL + timedelta(hours=1))
    await engine.write(lambda c: note_method(c, engine.stamp(), desk.account_id, card(desk.account_id)))
    await desk.pass_time(timedelta(days=1))
    assert await desk.attempts() == [CollectionState.DECLINED, CollectionState.PAID]
    assert ((await desk.subscription()).state, pause(await desk.subscription())) == (State.ACTIVE, None)


@pytest.mark.parametrize(("ending", "charges"), [("95", 1), ("96", 0)])
async def test_a_lost_answer_is_looked_up_before_anything_is_charged_again(
    engine: Engine, clock: StoppedClock, ending: str, charges: int
) -> None:
    desk = await subscribed(engine, clock, ending)
    await desk.pass_time(TRIAL)
    assert (await desk.attempts(), await desk.charges()) == ([CollectionState.ASKED], charges)
    await desk.pass_time(timedelta(minutes=3))
    assert await desk.charges() == charges
    assert await desk.attempts() == [CollectionState.PAID if charges else CollectionState.ASKED]


async def test_after_a_crash_between_question_and_answer_the_charge_is_looked_up(
    engine: Engine, clock: StoppedClock
) -> None:
    """The answer came, and the process died before it was recorded: one charge, one payment."""
    desk = await subscribed(engine, clock, "42")
    desk.collector = Collector(engine, RULES, {"sandbox": Dying(engine, b"secret")})
    with pytest.raises(Died):
        await desk.pass_time(TRIAL)
    desk.collector = Collector(engine, RULES, {"sandbox": desk.bank})
    assert (await desk.attempts(), await desk.charges()) == ([CollectionState.ASKED], 1)
    await desk.pass_time(timedelta(minutes=11))
    assert (await desk.attempts(), await desk.charges()) == ([CollectionState.PAID], 1)


async def test_a_card_that_pays_late_is_told_by_webhook_and_counted_once(engine: Engine, clock: StoppedClock) -> None:
    desk = await subscribed(engine, clock, "93")
    await desk.pass_time(TRIAL)
    assert await desk.attempts() == [CollectionState.PENDING]
    clock.advance(timedelta(hours=2))

    async def twice(headers: Mapping[str, str], body: bytes) -> None:
        for _ in range(2):
            await desk.collector.hear("sandbox", headers, body)

    assert await desk.bank.tell(twice) == 1
    assert (await desk.attempts(), await desk.invoices()) == ([CollectionState.PAID], [InvoiceState.PAID])
    assert await engine.read(lambda c: len(c.execute(select(payment)).all())) == 1


async def test_a_forged_webhook_changes_nothing(engine: Engine, clock: StoppedClock) -> None:
    desk = await subscribed(engine, clock, "93")
    await desk.pass_time(TRIAL)
    clock.advance(timedelta(hours=2))

    async def forged(headers: Mapping[str, str], body: bytes) -> None:
        with pytest.raises(WebhookRefused):
            await desk.collector.hear("sandbox", headers, body.replace(b"959", b"1"))

    await desk.bank.tell(forged)
    assert await desk.attempts() == [CollectionState.PENDING]
    assert await engine.read(lambda c: c.execute(select(webhook_seen)).all()) == []


async def test_a_bank_that_wants_to_see_the_client_is_not_charged_beside_it(
    engine: Engine, clock: StoppedClock
) -> None:
    """A second attempt waits until the first one is given up."""
    desk = await subscribed(engine, clock, "92")
    await desk.pass_time(TRIAL)
    assert await desk.attempts() == [CollectionState.NEEDS_CLIENT]
    await engine.write(lambda c: note_method(c, engine.stamp(), desk.account_id, card(desk.account_id)))
    await engine.write(lambda c: open_attempts(c, engine.stamp(), list(of_account(c, desk.account_id))))
    await desk.collect()
    assert await desk.attempts() == [CollectionState.DECLINED, CollectionState.PAID]


async def test_an_invoice_that_was_paid_otherwise_is_not_collected(engine: Engine, clock: StoppedClock) -> None:
    desk = await subscribed(engine, clock, "42")
    clock.advance(TRIAL)
    await engine.write(lambda connection: advance_due(connection, engine.stamp(), RULES))
    (invoice,) = await engine.read(lambda c: list(of_account(c, desk.account_id)))
    receipt = Receipt(desk.account_id, invoice.invoice_id, PaymentMeans.TRANSFER, "transfer 1", Money(959), clock.now())
    paid = [await engine.write(lambda c: pay(c, engine.stamp(), RULES, receipt)) for _ in range(2)]
    await desk.collect()
    assert (paid, await desk.charges(), await desk.attempts()) == ([True, False], 0, [CollectionState.NEEDLESS])


async def test_part_of_the_money_leaves_the_invoice_open_for_the_rest(engine: Engine, clock: StoppedClock) -> None:
    desk = await subscribed(engine, clock, "42")
    clock.set(at("2026-12-23 10:00"))
    await engine.write(lambda connection: advance_due(connection, engine.stamp(), RULES))
    (invoice,) = await engine.read(lambda c: list(of_account(c, desk.account_id)))
    receipt = Receipt(desk.account_id, invoice.invoice_id, PaymentMeans.CHEQUE, "1", Money(500), clock.now())
    assert not await engine.write(lambda c: pay(c, engine.stamp(), RULES, receipt))
    await desk.collect()
    charged = await engine.read(lambda c: c.scalars(select(sandbox_charge.c.cents)).all())
    assert (charged, await desk.invoices()) == ([459], [InvoiceState.PAID])


async def test_a_transfer_that_does_not_come_is_late_and_at_last_stops_the_service(
    engine: Engine, clock: StoppedClock
) -> None:
    """A25, R45, R46: due 23 December; 22 January is day 30 (still on), 23 January is suspended; money ends it."""
    desk = await subscribed(engine, clock, "42")
    by_transfer = Method("manual", f"manual_customer_{desk.account_id}", "transfer", "transfer", PaymentMeans.TRANSFER)
    await engine.write(lambda c: note_method(c, engine.stamp(), desk.account_id, by_transfer))
    desk.collector = Collector(engine, RULES, {"manual": ManualGateway(engine)})
    await desk.pass_time(TRIAL + timedelta(hours=1))
    assert ((await desk.subscription()).state, await desk.attempts()) == (State.ACTIVE, [CollectionState.PENDING])
    await desk.pass_time(timedelta(days=1))
    assert (await desk.subscription()).state is State.PAST_DUE
    await desk.pass_time(at("2027-01-22 23:59") - clock.now())
    arrears = (await desk.subscription()).arrears
    assert arrears is not None
    assert not arrears.suspended
    await desk.pass_time(timedelta(minutes=2))
    arrears = (await desk.subscription()).arrears
    assert arrears is not None
    assert arrears.suspended
    (invoice,) = await engine.read(lambda c: list(of_account(c, desk.account_id)))
    receipt = Receipt(desk.account_id, invoice.invoice_id, PaymentMeans.TRANSFER, "T1", Money(959), clock.now())
    assert await engine.write(lambda c: pay(c, engine.stamp(), RULES, receipt))
    await desk.pass_time(timedelta(hours=7))
    subscription = await desk.subscription()
    assert (subscription.state, subscription.period and subscription.period.start) == (State.ACTIVE, day("2027-01-23"))
    assert await desk.attempts() == [CollectionState.DECLINED, CollectionState.PENDING]
    assert [each["why"] for each in await desk.failures()] == ["overdue"]


class Died(Exception):
    """The process is gone."""


class Dying(SandboxGateway):
    """A bank that answers a process which is gone by then."""

    async def charge(self, request: ChargeRequest) -> ChargeOutcome:
        """Charge, and die."""
        await super().charge(request)
        raise Died
