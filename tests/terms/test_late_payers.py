"""The terms on late payment, as they are carried out (article 5.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import AccountState
from gateway.billing.invoicing import InvoiceOrder, issue
from gateway.billing.issued import Issued
from gateway.billing.penalties import charge_penalty, late_invoices, next_suspension, suspend_late
from gateway.billing.selling_tables import billing_letter
from gateway.billing.settling import Receipt, pay
from gateway.billing.words import LetterKind
from gateway.engine.database import Engine
from plans.dated import NotInForce
from plans.invoices import LineKind, sum_line
from plans.money import Money
from plans.orders import PaymentMeans
from tests.billing.buyers import RULES, buyer
from tests.clock import StoppedClock
from tests.terms.shop import VAT_20, at, euros

DAY = timedelta(days=1)


async def owes(engine: Engine, net: str, due_on: date, slug: str = "alice") -> Issued:
    """A client with an open invoice of today."""

    def unit(connection: Connection) -> Issued:
        stamp = engine.stamp()
        account_id = buyer(connection, stamp, slug)
        lines = (sum_line(LineKind.SUBSCRIPTION, "SOLO", euros(net), VAT_20),)
        today = RULES.today(stamp.now)
        order = InvoiceOrder(account_id, "debt", lines, today, due_on, means=PaymentMeans.TRANSFER)
        return issue(connection, stamp, RULES, order)

    return await engine.write(unit)


async def paid(engine: Engine, issued: Issued) -> None:
    def unit(connection: Connection) -> bool:
        stamp = engine.stamp()
        receipt = Receipt(
            issued.account_id, issued.invoice_id, PaymentMeans.TRANSFER, "RF1", issued.document.due, stamp.now
        )
        return pay(connection, stamp, RULES, receipt)

    assert await engine.write(unit)


async def penalty(engine: Engine, issued: Issued, proven_costs: str = "0.00") -> Issued:
    def unit(connection: Connection) -> Issued:
        return charge_penalty(
            connection,
            engine.stamp(),
            RULES,
            account_id=issued.account_id,
            invoice_id=issued.invoice_id,
            proven_costs=euros(proven_costs),
        )

    return await engine.write(unit)


async def suspended(engine: Engine) -> list[int]:
    return await engine.write(lambda connection: suspend_late(connection, engine.stamp(), RULES))


async def state(engine: Engine, issued: Issued) -> AccountState:
    return await engine.read(lambda connection: clients.find(connection, str(issued.account_id)).state)


@pytest.mark.parametrize(
    ("net", "days", "interest"), [("399.00", 17, "1.75"), ("7.99", 1, "0.00")], ids=["17 days", "one day"]
)
async def test_a_late_payment_costs_interest_and_forty_euros(
    engine: Engine, clock: StoppedClock, net: str, days: int, interest: str
) -> None:
    """R43, R44, R49, A26, article 5.3: three times 2.62 % a year, and 40 euros; no reminder, no tax; once."""
    clock.set(at("2026-03-02T10:00"))
    issued = await owes(engine, net, date(2026, 4, 1))
    clock.set(at("2026-04-01T10:00") + days * DAY)
    (late,) = await engine.read(
        lambda connection: list(late_invoices(connection, clock.now(), RULES, issued.account_id))
    )
    asked = await penalty(engine, issued)
    assert [str(line.net) for line in asked.document.lines] == [interest, "40.00"]
    assert (late.days, asked.document.tax) == (days, Money(0))
    assert (await penalty(engine, issued)).invoice_id == asked.invoice_id


async def test_interest_stops_on_the_day_of_the_payment(engine: Engine, clock: StoppedClock) -> None:
    """R43: a penalty that is invoiced later counts the days until the money came."""
    clock.set(at("2026-03-02T10:00"))
    issued = await owes(engine, "399.00", date(2026, 4, 1))
    clock.set(at("2026-04-18T10:00"))
    await paid(engine, issued)
    clock.advance(100 * DAY)
    assert (await penalty(engine, issued)).document.lines[0].net == euros("1.75")


async def test_proven_costs_take_the_place_of_the_forty_euros(engine: Engine, clock: StoppedClock) -> None:
    """R44, article 5.3: where they are higher."""
    clock.set(at("2026-03-02T10:00"))
    issued = await owes(engine, "399.00", date(2026, 4, 1))
    clock.set(at("2026-04-02T10:00"))
    assert (await penalty(engine, issued, "61.50")).document.lines[1].net == euros("61.50")


async def test_nothing_is_owed_on_the_payment_date(engine: Engine, clock: StoppedClock) -> None:
    """R49: penalties run from the day after it; and an indemnity bears none of its own."""
    clock.set(at("2026-03-02T10:00"))
    issued = await owes(engine, "399.00", date(2026, 4, 1))
    clock.set(at("2026-04-01T23:59"))
    with pytest.raises(Refused, match="not late"):
        await penalty(engine, issued)
    clock.advance(DAY)
    asked = await penalty(engine, issued)
    clock.advance(90 * DAY)
    with pytest.raises(Refused, match="not late"):
        await penalty(engine, asked)


async def test_without_a_known_rate_no_penalty_is_guessed(engine: Engine, clock: StoppedClock) -> None:
    """R43: the legal rate of the second half of 2026 is not in the tables, and that is said."""
    issued = await owes(engine, "399.00", date(2026, 11, 24))
    clock.advance(10 * DAY)
    with pytest.raises(NotInForce, match="2026-11-23"):
        await penalty(engine, issued)


async def test_the_service_stops_after_thirty_days_and_goes_on_when_it_is_paid(
    engine: Engine, clock: StoppedClock
) -> None:
    """R46, A25, article 5.3: due on 10 December: on 9 January still served, on 10 January not."""
    issued = await owes(engine, "399.00", date(2026, 12, 10))
    clock.set(at("2027-01-09T23:59"))
    assert await suspended(engine) == []
    due = await engine.read(lambda connection: next_suspension(connection, RULES, clock.now()))
    assert due == at("2027-01-10")
    clock.set(at("2027-01-10"))
    assert await suspended(engine) == [issued.account_id]
    assert (await suspended(engine), await state(engine, issued)) == ([], AccountState.SUSPENDED)
    row = billing_letter.c
    kinds = await engine.read(lambda connection: connection.scalars(select(row.kind).order_by(row.letter_id)).all())
    assert kinds == [LetterKind.INVOICE_ISSUED, LetterKind.SERVICE_SUSPENDED]
    await paid(engine, issued)
    assert await state(engine, issued) is AccountState.ACTIVE


async def test_who_was_suspended_for_another_reason_stays_so(engine: Engine, clock: StoppedClock) -> None:
    """R46, R63: a payment ends only what the late payment began."""
    issued = await owes(engine, "399.00", date(2026, 12, 10))
    await engine.write(
        lambda connection: clients.suspend(connection, engine.stamp(), "tests", account=str(issued.account_id))
    )
    clock.set(datetime(2027, 1, 20, tzinfo=UTC))
    assert await suspended(engine) == []
    await paid(engine, issued)
    assert await state(engine, issued) is AccountState.SUSPENDED
