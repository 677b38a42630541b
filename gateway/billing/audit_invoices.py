"""Recomputing every invoice: lines, totals, numbers, credit notes and what was paid; what does not agree is named."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, literal, or_, select

from gateway.billing.discrepancies import Discrepancy
from gateway.billing.invoice_tables import invoice, invoice_series, payment
from gateway.billing.selling_tables import postpaid_use
from gateway.billing.stored import from_stored
from gateway.billing.words import InvoiceKind, InvoiceState
from plans.invoices import Invoice, LineKind, problems

_FIGURES = ("net", "tax", "gross", "prepaid", "due")
_AT_ONCE = 500  # documents held in memory


def audit_invoices(connection: Connection) -> Iterator[Discrepancy]:
    """Check the arithmetic of each document, then numbers, credit notes and payments; nothing found is clean."""
    yield from _documents(connection)
    for subject, statement in (
        ("series {}: documents up to its last number", _numbers()),
        ("invoice {}: cents given back by credit notes against those that it took", _credited_too_much()),
        ("credit note {}: invoices that it corrects", _notes_of_nothing()),
        ("invoice {}: is closed (1) or open (0), by what was paid and given back", _settled_otherwise()),
        ("payment {}: invoices that it pays", _payments_of_nothing()),
    ):
        for account_id, key, expected, found in connection.execute(statement):
            yield Discrepancy(account_id, subject.format(key), int(expected), int(found))


def _documents(connection: Connection) -> Iterator[Discrepancy]:
    row, used = invoice.c, postpaid_use.c
    counted = (
        select(used.account_id, used.invoice_id, func.sum(used.units).label("units"))
        .where(used.invoice_id.is_not(None))
        .group_by(used.account_id, used.invoice_id)
        .subquery()
    )
    of_it = and_(counted.c.account_id == row.account_id, counted.c.invoice_id == row.invoice_id)
    every = select(invoice, counted.c.units.label("counted")).outerjoin(counted, of_it).order_by(row.series, row.number)
    # Said for this statement alone: the connection belongs to the other units of the group, too.
    streamed = connection.execute(every, execution_options={"yield_per": _AT_ONCE})
    for each in streamed:
        yield from _of_document(each, from_stored(Invoice, each.document))


def _of_document(row: Row[*tuple[Any, ...]], document: Invoice) -> Iterator[Discrepancy]:
    """Its own arithmetic, the figures that are kept beside it, and the units of the counter that it took."""
    name, is_credit = f"invoice {row.series}-{row.number:06}", row.kind is InvoiceKind.CREDIT_NOTE
    if broken := problems(document, is_credit=is_credit):
        yield Discrepancy(row.account_id, f"{name}: rules of arithmetic broken ({', '.join(broken)})", 0, len(broken))
    for figure in _FIGURES:
        expected, found = getattr(document, figure).cents, getattr(row, f"{figure}_cents")
        if expected != found:
            yield Discrepancy(row.account_id, f"{name}: {figure} in cents", expected, found)
    sold = sum(each.quantity for each in document.lines if each.kind is LineKind.CONSUMPTION)
    counted = int(row.counted or 0)
    if not is_credit and sold != counted:
        yield Discrepancy(row.account_id, f"{name}: units of consumption against the counter", counted, sold)


def _numbers() -> Select[int, str, int, int]:
    """Numbers begin at 1 and leave no gap: no two are equal, so as many as the last one says are all of them."""
    row, series = invoice.c, invoice_series.c
    count = func.count(row.number)
    return (
        select(literal(0), series.series, series.last_number, count)
        .outerjoin(invoice, and_(row.series == series.series, row.number.between(1, series.last_number)))
        .group_by(series.series, series.last_number)
        .having(count != series.last_number)
    )


def _credited_too_much() -> Select[int, int, int, int]:
    note, corrected = invoice.alias(), invoice.c
    given = -func.sum(note.c.gross_cents)
    return (
        select(corrected.account_id, corrected.invoice_id, corrected.gross_cents, given)
        .join(note, and_(note.c.account_id == corrected.account_id, note.c.corrects_id == corrected.invoice_id))
        .group_by(corrected.account_id, corrected.invoice_id, corrected.gross_cents)
        .having(given > corrected.gross_cents)
    )


def _notes_of_nothing() -> Select[int, int, int, int]:
    """A credit note corrects an invoice, and nothing else corrects anything."""
    note, corrected = invoice.c, invoice.alias()
    is_note = case((note.kind == InvoiceKind.CREDIT_NOTE, 1), else_=0)
    found = case((corrected.c.kind == InvoiceKind.INVOICE, 1), else_=0)
    of_it = and_(corrected.c.account_id == note.account_id, corrected.c.invoice_id == note.corrects_id)
    return select(note.account_id, note.invoice_id, is_note, found).outerjoin(corrected, of_it).where(is_note != found)


def _settled_otherwise() -> Select[int, int, int, int]:
    """An invoice is closed where nothing of it is outstanding, and only there."""
    row, note = invoice.c, invoice.alias()
    paid = (
        select(func.coalesce(func.sum(payment.c.cents), 0))
        .where(payment.c.account_id == row.account_id, payment.c.invoice_id == row.invoice_id)
        .scalar_subquery()
    )
    given = (
        select(func.coalesce(func.sum(note.c.due_cents), 0))
        .where(note.c.account_id == row.account_id, note.c.corrects_id == row.invoice_id)
        .scalar_subquery()
    )
    covered = case((row.due_cents - paid + given <= 0, 1), else_=0)
    closed = case((row.state == InvoiceState.OPEN, 0), else_=1)
    return select(row.account_id, row.invoice_id, covered, closed).where(
        row.kind == InvoiceKind.INVOICE, or_(covered != closed, row.state == InvoiceState.GIVEN)
    )


def _payments_of_nothing() -> Select[int, int, int, int]:
    row, paid = invoice.c, payment.c
    return (
        select(paid.account_id, paid.payment_id, literal(1), literal(0))
        .outerjoin(invoice, and_(row.account_id == paid.account_id, row.invoice_id == paid.invoice_id))
        .where(row.invoice_id.is_(None))
    )
