"""Subscriptions on a database: begun, renewed, changed and ended, with the invoices that follow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.billing.customers import customer, note_profile
from gateway.billing.invoice_tables import collection, collection_job
from gateway.billing.invoicing import InvoiceOrder, issue
from gateway.billing.issued import Issued, of_account, outstanding
from gateway.billing.methods import Method, methods, note_method
from gateway.billing.renewing import advance_due
from gateway.billing.running import latest, next_due
from gateway.billing.settling import Receipt, pay
from gateway.billing.subscriptions import Cancel, Change, Outcome, Subscribe, Wish, apply, preview
from gateway.engine.database import Engine
from plans.invoices import LineKind, sum_line
from plans.money import Money
from plans.orders import PaymentMeans
from plans.periods import Interval
from plans.prices import Formula
from plans.subscription import State
from tests.billing.buyers import RULES, buyer, new_buyer, new_subscriber
from tests.clock import StoppedClock
from tests.terms.shop import VAT_20, at

BY_TRANSFER = PaymentMeans.TRANSFER
SOLO, BUSINESS = Formula("SOLO", Interval.MONTH), Formula("BUSINESS", Interval.MONTH)


async def wish(engine: Engine, account_id: int, wished: Wish) -> Outcome:
    """Preview and do it: both must say the same."""
    foreseen = await engine.read(
        lambda connection: preview(connection, engine.clock.now(), RULES, account_id=account_id, wish=wished)
    )
    done = await engine.write(
        lambda connection: apply(connection, engine.stamp(), RULES, account_id=account_id, wish=wished)
    )
    assert foreseen == done
    return done


async def pass_time(engine: Engine, clock: StoppedClock, to: str) -> None:
    """Let time pass, stopping wherever it does something to a subscription."""
    until = at(to)
    while (due := await engine.read(next_due)) is not None and due <= until:
        clock.set(max(due, clock.now()))
        await engine.write(lambda connection: advance_due(connection, engine.stamp(), RULES))
    clock.set(until)


async def settle(engine: Engine, account_id: int) -> None:
    """The client pays all that is open, by transfer."""

    def unit(connection: Connection) -> None:
        stamp = engine.stamp()
        for each in list(of_account(connection, account_id)):
            amount, number = outstanding(connection, each), each.invoice_id
            pay(connection, stamp, RULES, Receipt(account_id, number, BY_TRANSFER, f"bank {number}", amount, stamp.now))

    await engine.write(unit)


async def documents(engine: Engine, account_id: int) -> Sequence[Issued]:
    """What was issued."""
    return await engine.read(lambda connection: list(of_account(connection, account_id)))


async def test_a_trial_ends_in_an_invoice_and_an_attempt_to_take_its_money(engine: Engine, clock: StoppedClock) -> None:
    """R7, R10, A6: SOLO on 23 November, 7.99 and tax 30 days later."""
    account_id = await new_subscriber(engine)
    begun = await wish(engine, account_id, Subscribe(SOLO))
    assert (begun.subscription.state, begun.invoices) == (State.TRIALING, ())
    assert begun.coming is not None
    await pass_time(engine, clock, "2026-12-23 09:59")
    assert await documents(engine, account_id) == []
    await pass_time(engine, clock, "2026-12-23 10:00")
    (invoice,) = await documents(engine, account_id)
    assert invoice.document == begun.coming.invoice
    assert (str(invoice.document.net), str(invoice.document.gross)) == ("7.99", "9.59")
    asked = await engine.read(lambda c: c.execute(select(collection.c.invoice_id, collection.c.cents)).all())
    assert [tuple(each) for each in asked] == [(invoice.invoice_id, 959)]


async def test_a_subscription_is_an_order(engine: Engine, clock: StoppedClock) -> None:
    """R31, R45, article 1: of a main account that accepted the terms and owes nothing; whoever is late may leave."""
    stranger = await engine.write(lambda c: buyer(c, engine.stamp(), "stranger", accepts=False))
    with pytest.raises(Refused, match="have not been accepted"):
        await wish(engine, stranger, Subscribe(SOLO))
    account_id = await new_subscriber(engine)
    branch = await engine.write(lambda c: clients.add(c, engine.stamp(), "tests", name="Branch", parent="alice"))
    with pytest.raises(Refused, match="sub-account"):
        await wish(engine, branch.account_id, Subscribe(SOLO))
    await wish(engine, account_id, Subscribe(SOLO))
    today = RULES.today(clock.now())
    lines = (sum_line(LineKind.PACK, "PACK-1000", Money(5000), VAT_20),)
    late = InvoiceOrder(account_id, "pack", lines, today, today)
    await engine.write(lambda connection: issue(connection, engine.stamp(), RULES, late))
    clock.advance(timedelta(days=1))
    with pytest.raises(Refused, match="payment is late"):
        await wish(engine, account_id, Change(BUSINESS))
    assert (await wish(engine, account_id, Cancel())).subscription.cancelled


async def test_without_bank_details_no_trial_begins(engine: Engine) -> None:
    """R8, special term 6."""
    account_id = await new_buyer(engine)
    with pytest.raises(Refused, match="bank details"):
        await wish(engine, account_id, Subscribe(SOLO))
    assert await engine.read(lambda connection: latest(connection, account_id)) is None


async def test_a_legal_entity_has_one_trial(engine: Engine) -> None:
    """A6: a second account of the same SIREN pays from the first day."""
    first, second = await new_subscriber(engine), await new_subscriber(engine, "alice2")
    profile = (await engine.read(lambda connection: customer(connection, RULES, first))).profile
    await engine.write(lambda c: note_profile(c, second, replace(profile, email="x@example.org")))
    assert (await wish(engine, first, Subscribe(SOLO))).subscription.state is State.TRIALING
    again = await wish(engine, second, Subscribe(SOLO))
    assert (again.subscription.state, [str(each.net) for each in again.invoices]) == (State.ACTIVE, ["7.99"])


async def test_a_client_has_one_subscription_at_a_time(engine: Engine) -> None:
    account_id = await new_subscriber(engine)
    await wish(engine, account_id, Subscribe(SOLO))
    with pytest.raises(Refused, match="has a subscription"):
        await wish(engine, account_id, Subscribe(BUSINESS))


async def test_an_upgrade_then_a_cancellation_owe_a_closing_invoice(engine: Engine, clock: StoppedClock) -> None:
    """A15: SOLO 10 November, BUSINESS on the 11th, cancelled on the 12th: 11.60 + 2.32 = 13.92 on 10 December."""
    clock.set(at("2026-10-11 00:00"))
    account_id = await new_subscriber(engine)
    await wish(engine, account_id, Subscribe(SOLO))
    await pass_time(engine, clock, "2026-11-11 15:00")
    await settle(engine, account_id)
    changed = await wish(engine, account_id, Change(BUSINESS))
    assert changed.coming is not None
    assert str(changed.coming.invoice.net) == "31.59"
    await pass_time(engine, clock, "2026-11-12 15:00")
    cancelled = await wish(engine, account_id, Cancel())
    assert cancelled.coming is not None
    await pass_time(engine, clock, "2026-12-10 00:00")
    last = (await documents(engine, account_id))[-1]
    assert last.document == cancelled.coming.invoice
    assert (str(last.document.gross), last.issued_on.isoformat()) == ("13.92", "2026-12-10")
    ended = await engine.read(lambda connection: latest(connection, account_id))
    assert ended is not None
    assert ended.value.state is State.ENDED
    assert await engine.read(next_due) is None


async def test_a_month_is_replaced_by_a_year_at_once(engine: Engine, clock: StoppedClock) -> None:
    """A18: BUSINESS 10 November to 10 December, switched on the 25th: 180.00, 216.00 with tax."""
    clock.set(at("2026-10-11 00:00"))
    account_id = await new_subscriber(engine)
    await wish(engine, account_id, Subscribe(BUSINESS))
    await pass_time(engine, clock, "2026-11-25 12:00")
    await settle(engine, account_id)
    switched = await wish(engine, account_id, Change(Formula("BUSINESS", Interval.YEAR), at_once=True))
    assert [str(each.gross) for each in switched.invoices] == ["216.00"]
    assert [each.document for each in await documents(engine, account_id)][-1:] == list(switched.invoices)


@pytest.mark.parametrize(
    ("wished", "says"),
    [
        (Subscribe(Formula("GOLD", Interval.MONTH)), "no plan 'GOLD'"),
        (Change(SOLO), "no subscription"),
        (Cancel(), "no subscription"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(engine: Engine, wished: Wish, says: str) -> None:
    account_id = await new_subscriber(engine)
    with pytest.raises(Refused, match=says):
        await wish(engine, account_id, wished)
    assert await engine.read(lambda connection: latest(connection, account_id)) is None


async def test_a_thousand_steps_and_one_end_the_same(engine: Engine, clock: StoppedClock) -> None:
    """14 months of two clients, stepped by due instants or by hours: the same invoices on the same days."""
    accounts = [await new_subscriber(engine, "alice"), await new_subscriber(engine, "bob")]
    await wish(engine, accounts[0], Subscribe(SOLO))
    clock.advance(timedelta(hours=7))
    await wish(engine, accounts[1], Subscribe(BUSINESS))
    for _ in range(400):
        clock.advance(timedelta(hours=26))
        await engine.write(lambda connection: advance_due(connection, engine.stamp(), RULES))
    figures: list[Any] = [
        [(str(each.document.gross), each.document.lines[0].period) for each in await documents(engine, account_id)]
        for account_id in accounts
    ]
    assert [len(each) for each in figures] == [14, 14]
    assert [period.start.day for _, period in figures[0]] == [23] * 14
    assert await engine.read(lambda c: len(c.execute(select(collection_job)).all())) == 28


async def test_new_bank_details_are_the_ones_that_count(engine: Engine) -> None:
    account_id = await new_subscriber(engine)
    newer = Method("sandbox", "sandbox_customer_1", "sandbox_card_90", "sandbox 90", PaymentMeans.CARD)
    await engine.write(lambda connection: note_method(connection, engine.stamp(), account_id, newer))
    assert await engine.read(lambda connection: methods(connection, {account_id})) == {account_id: newer}
