"""The audit recomputes every invoice: whatever was tampered with is named, and a house that sold something is clean."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import ColumnElement, Connection, Table, delete, update

from gateway.billing.audit import audit
from gateway.billing.discrepancies import Discrepancy
from gateway.billing.invoice_tables import invoice, invoice_series, payment
from gateway.billing.invoicing import credit
from gateway.billing.issued import Issued, of_account
from gateway.billing.selling_tables import postpaid_use
from gateway.billing.settling import Receipt, pay
from gateway.billing.words import InvoiceKind, InvoiceState
from gateway.engine.database import Engine
from plans.money import Money
from plans.orders import PaymentMeans
from tests.billing.buyers import RULES
from tests.billing.test_counter import MONTH, invoice_months, open_postpaid
from tests.billing.test_counter import pay as use
from tests.clock import StoppedClock


async def sold(engine: Engine, clock: StoppedClock) -> None:
    """Three months of postpaid: one paid, one given back in part, one open."""
    account_id = await open_postpaid(engine, "alice", 2)
    for _ in range(3):
        await use(engine, account_id, [3, 4])
        clock.advance(MONTH)
        await invoice_months(engine)

    def settle(connection: Connection) -> None:
        stamp = engine.stamp()
        first, second, _ = list(of_account(connection, account_id))
        pay(connection, stamp, RULES, _receipt(first, stamp.now))
        parts = {0: Money(100)}
        credit(connection, stamp, RULES, account_id=account_id, invoice_id=second.invoice_id, key="kind", parts=parts)

    await engine.write(settle)


def _receipt(issued: Issued, at: datetime) -> Receipt:
    amount = issued.document.due
    return Receipt(issued.account_id, issued.invoice_id, PaymentMeans.TRANSFER, "bank 1", amount, at)


async def found(engine: Engine) -> Sequence[Discrepancy]:
    return await engine.read(lambda connection: list(audit(connection)))


async def test_a_house_that_sold_something_is_clean(engine: Engine, clock: StoppedClock) -> None:
    await sold(engine, clock)
    assert await found(engine) == []


NOTES = invoice.c.kind == InvoiceKind.CREDIT_NOTE
PAID = invoice.c.state == InvoiceState.PAID
OPEN = invoice.c.state == InvoiceState.OPEN


@pytest.mark.parametrize(
    ("table", "where", "values", "subjects"),
    [
        (invoice, PAID, {"net_cents": 1}, {"F2026-000001: net in cents"}),
        (invoice, PAID, {"due_cents": 1}, {"F2026-000001: due in cents"}),
        (invoice, PAID, {"state": InvoiceState.OPEN}, {"is closed (1) or open (0)"}),
        (invoice, OPEN, {"state": InvoiceState.PAID}, {"is closed (1) or open (0)"}),
        (invoice, NOTES, {"gross_cents": -10_000}, {"gross in cents", "cents given back by credit notes"}),
        (invoice, NOTES, {"corrects_id": 7}, {"invoices that it corrects"}),
        (invoice, NOTES, None, {"series A2027: documents"}),
        (invoice, PAID, None, {"series F2026: documents", "invoices that it pays"}),
        (invoice_series, invoice_series.c.series == "F2026", {"last_number": 2}, {"series F2026: documents"}),
        (payment, payment.c.cents > 0, {"cents": 1}, {"is closed (1) or open (0)"}),
        (payment, payment.c.cents > 0, {"invoice_id": 7}, {"invoices that it pays", "is closed (1) or open (0)"}),
        (postpaid_use, postpaid_use.c.units == 3, None, {"units of consumption", "counter against its ledger"}),
    ],
)
async def test_what_was_tampered_with_is_named(
    engine: Engine,
    clock: StoppedClock,
    *,
    table: Table,
    where: ColumnElement[bool],
    values: dict[str, object] | None,
    subjects: set[str],
) -> None:
    await sold(engine, clock)
    change = delete(table) if values is None else update(table).values(values)
    await engine.write(lambda connection: connection.execute(change.where(where)))
    named = [each.subject for each in await found(engine)]
    assert {subject for subject in subjects if any(subject in each for each in named)} == subjects
    assert all(any(subject in each for subject in subjects) for each in named)


async def test_a_line_that_was_edited_is_named(engine: Engine, clock: StoppedClock) -> None:
    """The document itself is recomputed, down to quantity times price."""
    await sold(engine, clock)

    def edit(connection: Connection) -> None:
        (document,) = connection.scalars(invoice.select().with_only_columns(invoice.c.document).where(PAID))
        document["lines"][0]["quantity"] += 1
        connection.execute(update(invoice).where(PAID).values(document=document))

    await engine.write(edit)
    named = {each.subject: (each.expected, each.found) for each in await found(engine)}
    assert named == {
        "invoice F2026-000001: rules of arithmetic broken (line_net)": (0, 1),
        "invoice F2026-000001: units of consumption against the counter": (5, 6),
    }
