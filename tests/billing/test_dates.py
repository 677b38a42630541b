"""What the calendar does to clients is done by itself, and one missing rule holds up nothing else."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from gateway.accounts.words import AccountState
from gateway.billing.dates import Dates
from gateway.billing.invoice_tables import invoice
from gateway.billing.selling_tables import billing_letter
from gateway.billing.words import LetterKind
from gateway.engine.database import Engine
from plans.dated import dated
from tests.billing.buyers import RULES
from tests.billing.test_counter import open_postpaid, pay
from tests.clock import StoppedClock
from tests.terms.test_late_payers import owes, state


async def letters(engine: Engine) -> list[LetterKind]:
    """What clients were told besides their invoices."""
    row = billing_letter.c
    told = select(row.kind).where(row.kind != LetterKind.INVOICE_ISSUED).order_by(row.letter_id)
    return await engine.read(lambda connection: list(connection.scalars(told)))


async def test_a_month_is_invoiced_and_a_late_payer_suspended(engine: Engine, clock: StoppedClock) -> None:
    account_id = await open_postpaid(engine, "postpaid", 0)
    await pay(engine, account_id, [3])
    debt = await owes(engine, "10.00", date(2026, 11, 23))
    clock.set(datetime(2026, 12, 31, 12, tzinfo=UTC))
    await Dates(engine, RULES).keep()
    keys = select(invoice.c.invoice_key).where(invoice.c.account_id == account_id)
    assert await engine.read(lambda connection: connection.scalars(keys).all()) == ["postpaid until 2026-12-01"]
    assert (await state(engine, debt), await letters(engine)) == (
        AccountState.SUSPENDED,
        [LetterKind.SERVICE_SUSPENDED],
    )


async def test_a_missing_rule_holds_up_nothing_else(
    engine: Engine, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a rate of tax no month is invoiced; it waits, and whoever is late is suspended all the same."""
    account_id = await open_postpaid(engine, "postpaid", 0)
    await pay(engine, account_id, [3])
    debt = await owes(engine, "10.00", date(2026, 11, 23))
    clock.set(datetime(2026, 12, 31, 12, tzinfo=UTC))
    vat = replace(RULES.legal.vat, rates={**RULES.legal.vat.rates, "FR": dated("VAT in FR", ())})
    with caplog.at_level(logging.ERROR):
        await Dates(engine, replace(RULES, legal=replace(RULES.legal, vat=vat))).keep()
    assert [each.getMessage().split()[0] for each in caplog.records] == ["invoice_due"]
    assert await state(engine, debt) is AccountState.SUSPENDED
    await Dates(engine, RULES).keep()
    numbers = await engine.read(lambda connection: connection.scalars(select(invoice.c.number)).all())
    assert sorted(numbers) == [1, 2]
