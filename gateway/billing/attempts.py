"""The attempts to take the money of invoices: one row each, and a job while something is left to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, select, update

from gateway.billing.invoice_tables import collection, collection_job
from gateway.billing.issued import Issued, of_account
from gateway.billing.words import CollectionState, InvoiceState
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.queue import Claim, Queue
from plans.money import Money

JOBS = Queue(collection_job, key="collection_id", order="collection_id")
TOPIC = "collections"

#: Attempts that may still bring money: no other one is made beside them.
UNDER_WAY = (CollectionState.WAITING, CollectionState.ASKED, CollectionState.PENDING)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to take the money of an invoice. Who is asked stands in it from the first request on."""

    account_id: int
    collection_id: int
    collection_key: str  # what the provider is asked with: asking again asks the same
    invoice_id: int
    attempt: int  # from 0
    cents: int
    state: CollectionState
    provider: str | None
    customer_ref: str | None
    method_ref: str | None
    ref: str | None  # the provider's, for money that came or is coming
    code: str | None  # the provider's, where it did not come

    @property
    def amount(self) -> Money:
        """What is asked for, with tax."""
        return Money(self.cents)


def open_attempts(
    connection: Connection, stamp: Stamp, invoices: Sequence[Issued], not_before: datetime | None = None
) -> int:
    """Open the next attempt for each open invoice that has none under way; returns how many.

    Nobody is asked before ``not_before``: a direct debit waits for its payment date.
    """
    attempts = _attempts(connection, invoices)
    wanted = [each for each in invoices if each.state is InvoiceState.OPEN and attempts.get(each.invoice_id, 0) >= 0]
    rows = [_row(each, stamp, attempts.get(each.invoice_id, 0)) for each in wanted]
    if rows:
        connection.execute(insert(collection), rows)
        names = ("account_id", "collection_id")
        jobs = [{**{name: row[name] for name in names}, "parked_until": not_before} for row in rows]
        connection.execute(insert(collection_job), jobs)
    return len(rows)


def uncollected(connection: Connection, account_id: int) -> list[Issued]:
    """The open invoices of a client whose money was asked for and did not come; the oldest first."""
    row = collection.c
    asked = set(connection.scalars(select(row.invoice_id).where(row.account_id == account_id).distinct()))
    return [
        each
        for each in of_account(connection, account_id)
        if each.invoice_id in asked and each.state is InvoiceState.OPEN
    ]


def claimed(connection: Connection, claim: Claim) -> Attempt:
    """The attempt of a claim, locked."""
    row = collection.c
    return _locked(connection, row.account_id == claim.account_id, row.collection_id == claim.row_id)[0]


def under_key(connection: Connection, key: str) -> Attempt | None:
    """The attempt that a provider was asked for with this key, locked; None where it was none of ours."""
    return next(iter(_locked(connection, collection.c.collection_key == key)), None)


def awaiting_client(connection: Connection, invoice: Attempt) -> Attempt | None:
    """An earlier attempt for the same invoice that the client could still come to pay; locked."""
    row = collection.c
    of_it = (row.account_id == invoice.account_id, row.invoice_id == invoice.invoice_id)
    return next(iter(_locked(connection, *of_it, row.state == CollectionState.NEEDS_CLIENT)), None)


def change(connection: Connection, attempt: Attempt, **values: Any) -> Attempt:
    """Write down something about an attempt that is locked."""
    row = collection.c
    which = (row.account_id == attempt.account_id, row.collection_id == attempt.collection_id)
    changed = update(collection).where(*which).values(**values).returning(*_COLUMNS)
    return Attempt(*connection.execute(changed).one())


def end_job(connection: Connection, attempt: Attempt) -> None:
    """Leave nothing more to do for an attempt."""
    job = collection_job.c
    which = (job.account_id == attempt.account_id, job.collection_id == attempt.collection_id)
    connection.execute(delete(collection_job).where(*which))


def drop_needless(connection: Connection, stamp: Stamp, settled: Issued) -> None:
    """Ask nobody any more for an invoice that was settled otherwise; what was asked already is still heard out."""
    row = collection.c
    waiting = (row.account_id == settled.account_id, row.invoice_id == settled.invoice_id)
    dropped = connection.scalars(
        update(collection)
        .where(*waiting, row.state == CollectionState.WAITING)
        .values(state=CollectionState.NEEDLESS, ended_at=stamp.now)
        .returning(row.collection_id)
    ).all()
    job = collection_job.c
    connection.execute(
        delete(collection_job).where(job.account_id == settled.account_id, job.collection_id.in_(dropped))
    )


_COLUMNS = [collection.c[name] for name in Attempt.__dataclass_fields__]


def _locked(connection: Connection, *which: ColumnElement[bool]) -> list[Attempt]:
    found = select(*_COLUMNS).where(*which).order_by(collection.c.collection_id).with_for_update()
    return [Attempt(*each) for each in connection.execute(found)]


def _attempts(connection: Connection, invoices: Sequence[Issued]) -> dict[int, int]:
    """The number of the next attempt, by invoice; below zero where one is under way."""
    wanted, row = pairs(connection.dialect.name), collection.c
    under_way = func.max(case((row.state.in_(UNDER_WAY), 1), else_=0))
    found = (
        select(row.invoice_id, func.max(row.attempt), under_way)
        .join(wanted, and_(row.account_id == wanted.c.first, row.invoice_id == wanted.c.second))
        .group_by(row.invoice_id)
    )
    keys = as_pairs((each.account_id, each.invoice_id) for each in invoices)
    return {invoice_id: -1 if busy else last + 1 for invoice_id, last, busy in connection.execute(found, keys)}


def _row(invoice: Issued, stamp: Stamp, attempt: int) -> dict[str, object]:
    return {
        "account_id": invoice.account_id,
        "collection_id": stamp.new_id(),
        "collection_key": f"invoice {invoice.invoice_id}, attempt {attempt}",
        "invoice_id": invoice.invoice_id,
        "attempt": attempt,
        "cents": invoice.document.due.cents,
        "state": CollectionState.WAITING,
        "hopeless": False,
        "created_at": stamp.now,
    }
