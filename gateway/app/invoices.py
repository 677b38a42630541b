"""The commands about invoices: those that were issued, the money that came for them, and credit notes."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.app.figures import amount, day, issued_words
from gateway.billing import invoicing, issued
from gateway.billing.invoice_tables import invoice
from gateway.billing.issued import Issued
from gateway.billing.penalties import charge_penalty
from gateway.billing.rules import BillingRules
from gateway.billing.settling import Receipt, pay
from gateway.engine.database import Stamp
from plans.orders import PaymentMeans
from plans.periods import midnight

_LONGEST_REFERENCE = 80


def listing(connection: Connection, *, account: str) -> Iterator[dict[str, Any]]:
    """The invoices and credit notes of a client, the oldest first."""
    return map(issued_words, issued.of_account(connection, clients.find(connection, account).account_id))


def show(connection: Connection, *, number: str) -> dict[str, Any]:
    """One document, with what is still to be paid of it."""
    found = numbered(connection, number)
    return {**issued_words(found), "outstanding": str(issued.outstanding(connection, found))}


def receive(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    number: str,
    paid: str,
    means: PaymentMeans,
    reference: str,
    on: str | None = None,
) -> dict[str, Any]:
    """Record money that came for an invoice by hand; ``on`` is the day on which it was on the account, else today."""
    found = numbered(connection, number)
    at = midnight(day(on), billing.zone) if on else stamp.now
    if at > stamp.now:
        raise Refused("This payment lies in the future.", "Give the day on which the money was on the account.")
    if not 0 < len(reference) <= _LONGEST_REFERENCE or not reference.isprintable():
        raise Refused("This is no reference.", f"Give the bank's own, of up to {_LONGEST_REFERENCE} characters.")
    received = amount(paid)
    if received.cents == 0:
        raise Refused("This is no payment.", "Give the amount that came.")
    receipt = Receipt(found.account_id, found.invoice_id, means, reference, received, at)
    pay(connection, stamp, billing, receipt)
    audit_trail.append(
        connection, stamp, actor, found.account_id, Action.PAYMENT_RECORDED, invoice=found.name, paid=paid
    )
    return show(connection, number=number)


def penalise(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    number: str,
    proven_costs: str = "0.00",
) -> dict[str, Any]:
    """Invoice the interest and the recovery fee of an invoice that is, or was, paid late."""
    found = numbered(connection, number)
    costs = amount(proven_costs)
    which = {"account_id": found.account_id, "invoice_id": found.invoice_id}
    charged = charge_penalty(connection, stamp, billing, **which, proven_costs=costs)
    audit_trail.append(
        connection, stamp, actor, found.account_id, Action.PENALTY_CHARGED, invoice=found.name, penalty=charged.name
    )
    return issued_words(charged)


def credit(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    number: str,
    line: int | None = None,
    net: str | None = None,
) -> dict[str, Any]:
    """Correct an invoice by a credit note: the whole of it, or ``net`` of one ``line``, counted from 1."""
    found = numbered(connection, number)
    if (line is None) != (net is None):
        raise Refused("A part is a line and its amount.", "Give both, or neither for the whole invoice.")
    parts = {_place(found, line): amount(net)} if line is not None and net is not None else None
    key = f"credit {stamp.new_id()}" if parts else f"credit {found.name}"
    note = invoicing.credit(
        connection,
        stamp,
        billing,
        account_id=found.account_id,
        invoice_id=found.invoice_id,
        key=key,
        parts=parts,
    )
    audit_trail.append(
        connection, stamp, actor, found.account_id, Action.INVOICE_CREDITED, invoice=found.name, note=note.name
    )
    return issued_words(note)


def numbered(connection: Connection, number: str) -> Issued:
    """The document with a printed number such as F2026-000123; ``Refused`` where there is none."""
    series, _, count = number.strip().upper().rpartition("-")
    row = invoice.c
    places = select(row.account_id, row.invoice_id).where(row.series == series)
    found = connection.execute(places.where(row.number == int(count))).one_or_none() if _is_count(count) else None
    if found is None:
        raise Refused(f"There is no invoice {number!r}.", "`gateway invoice list` shows those of a client.")
    return issued.locked(connection, found.account_id, found.invoice_id)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _place(found: Issued, line: int) -> int:
    if not 1 <= line <= len(found.document.lines):
        raise Refused(f"{found.name} has no line {line}.", f"It has lines 1 to {len(found.document.lines)}.")
    return line - 1
