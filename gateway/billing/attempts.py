"""The attempts to take the money of invoices: one row each, and a job while something is left to do."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, case, delete, func, insert, select, update

from gateway.billing.invoice_tables import collection, collection_job
from gateway.billing.issued import Issued
from gateway.billing.words import CollectionState, InvoiceState
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.queue import Queue

JOBS = Queue(collection_job, key="collection_id", order="collection_id")
TOPIC = "collections"

#: Attempts that may still bring money: no other one is made beside them.
UNDER_WAY = (CollectionState.WAITING, CollectionState.ASKED, CollectionState.PENDING)


def open_attempts(connection: Connection, stamp: Stamp, invoices: Sequence[Issued]) -> int:
    """Open the next attempt for each open invoice that has none under way; returns how many."""
    attempts = _attempts(connection, invoices)
    wanted = [each for each in invoices if each.state is InvoiceState.OPEN and attempts.get(each.invoice_id, 0) >= 0]
    rows = [_row(each, stamp, attempts.get(each.invoice_id, 0)) for each in wanted]
    if rows:
        connection.execute(insert(collection), rows)
        jobs = [{"account_id": row["account_id"], "collection_id": row["collection_id"]} for row in rows]
        connection.execute(insert(collection_job), jobs)
    return len(rows)


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
