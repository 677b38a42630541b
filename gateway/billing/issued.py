"""The invoices and credit notes that were issued, and what is still to be paid of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, and_, func, select, update

from gateway.accounts.refusals import Refused
from gateway.billing.invoice_tables import invoice, payment
from gateway.billing.stored import from_stored
from gateway.billing.words import InvoiceKind, InvoiceState
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from plans.invoices import Invoice
from plans.money import NOTHING, Money


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that was issued."""

    account_id: int
    invoice_id: int
    invoice_key: str
    series: str
    number: int
    kind: InvoiceKind
    state: InvoiceState
    issued_on: date
    due_on: date | None
    document: Invoice
    corrects_id: int | None
    subscription_id: int | None

    @property
    def name(self) -> str:
        """The number as it is printed: F2026-000123."""
        return f"{self.series}-{self.number:06}"


_FIELDS = (
    "account_id",
    "invoice_id",
    "invoice_key",
    "series",
    "number",
    "kind",
    "state",
    "issued_on",
    "due_on",
    "document",
    "corrects_id",
    "subscription_id",
)
_ISSUED = select(*(invoice.c[name] for name in _FIELDS))


def locked(connection: Connection, account_id: int, invoice_id: int) -> Issued:
    """An invoice, locked until the end of the transaction; ``Refused`` where there is none."""
    return _one(connection, _ISSUED.with_for_update(), account_id, invoice_id)


def by_id(connection: Connection, account_id: int, invoice_id: int) -> Issued:
    """An invoice; ``Refused`` where there is none."""
    return _one(connection, _ISSUED, account_id, invoice_id)


def outstanding(connection: Connection, issued: Issued) -> Money:
    """What is still to be paid of an invoice: below zero where too much was."""
    of_it = (payment.c.account_id == issued.account_id, payment.c.invoice_id == issued.invoice_id)
    paid = connection.scalar(select(func.coalesce(func.sum(payment.c.cents), 0)).where(*of_it))
    given = connection.scalar(
        select(func.coalesce(func.sum(invoice.c.due_cents), 0)).where(
            invoice.c.account_id == issued.account_id, invoice.c.corrects_id == issued.invoice_id
        )
    )
    return issued.document.due - Money(int(paid or 0)) + Money(int(given or 0))


def settle_if_covered(connection: Connection, stamp: Stamp, issued: Issued) -> bool:
    """Close an open invoice of which nothing is outstanding any more; whether it was closed now."""
    if issued.state is not InvoiceState.OPEN or outstanding(connection, issued) > NOTHING:
        return False
    has_money = connection.scalar(
        select(func.count()).where(payment.c.account_id == issued.account_id, payment.c.invoice_id == issued.invoice_id)
    )
    state = InvoiceState.PAID if has_money else InvoiceState.CREDITED
    row = invoice.c
    closed = update(invoice).where(row.account_id == issued.account_id, row.invoice_id == issued.invoice_id)
    connection.execute(closed.values(state=state, settled_at=stamp.now))
    return True


def of_account(connection: Connection, account_id: int) -> Iterator[Issued]:
    """All documents of an account, the oldest first."""
    found = _ISSUED.where(invoice.c.account_id == account_id).order_by(invoice.c.invoice_id)
    return (_issued(each) for each in connection.execute(found))


def open_of(connection: Connection, subscriptions: Collection[tuple[int, int]]) -> list[Issued]:
    """The invoices of subscriptions, given by (account, subscription), that are not paid; the oldest first."""
    if not subscriptions:
        return []
    wanted, row = pairs(connection.dialect.name), invoice.c
    of_them = and_(row.account_id == wanted.c.first, row.subscription_id == wanted.c.second)
    unpaid = _ISSUED.join(wanted, of_them).where(row.state == InvoiceState.OPEN).order_by(row.invoice_id)
    return [_issued(each) for each in connection.execute(unpaid, as_pairs(subscriptions))]


def credits_of(connection: Connection, account_id: int, invoice_id: int) -> list[Issued]:
    """The credit notes of an invoice, the oldest first."""
    row = invoice.c
    of_it = (row.account_id == account_id, row.corrects_id == invoice_id)
    return [_issued(each) for each in connection.execute(_ISSUED.where(*of_it).order_by(row.invoice_id))]


def under(connection: Connection, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Issued]:
    """The documents that were issued under keys, by (account, key)."""
    found = connection.execute(_under(connection.dialect.name), as_pairs(keys))
    return {(each.account_id, each.invoice_key): _issued(each) for each in found}


def _one(connection: Connection, wanted: Select[*tuple[Any, ...]], account_id: int, invoice_id: int) -> Issued:
    which = (invoice.c.account_id == account_id, invoice.c.invoice_id == invoice_id)
    found = connection.execute(wanted.where(*which)).one_or_none()
    if found is None:
        raise Refused("There is no such invoice.", "`gateway invoice list` shows all there are.")
    return _issued(found)


@cache
def _under(dialect: str) -> Select[*tuple[Any, ...]]:
    wanted = pairs(dialect, Text())
    row = invoice.c
    return _ISSUED.join(wanted, and_(row.account_id == wanted.c.first, row.invoice_key == wanted.c.second))


def _issued(row: Row[*tuple[Any, ...]]) -> Issued:
    return Issued(**{**row._mapping, "document": from_stored(Invoice, row.document)})  # noqa: SLF001 - its public name
