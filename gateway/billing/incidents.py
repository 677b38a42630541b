"""What an incident wasted of postpaid units: credit notes on the invoices that took them (terms, article 6.2)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, select, update

from gateway.billing.invoicing import credit
from gateway.billing.issued import Issued, credits_of, locked
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import incident, postpaid_agreement, postpaid_use
from gateway.billing.stored import from_stored
from gateway.billing.words import EntryKind
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from plans.incidents import Incident, invoice_relief
from plans.money import Money, total
from plans.postpaid import Agreement

_Row = Row[*tuple[Any, ...]]


def note_incident(connection: Connection, stamp: Stamp, happened: Incident) -> int:
    """Write an incident down; its id."""
    incident_id = stamp.new_id()
    values = {"carrier": happened.carrier, "since": happened.since, "until": happened.until}
    connection.execute(insert(incident).values(incident_id=incident_id, recorded_at=stamp.now, **values))
    return incident_id


def relieve(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    incident_id: int,
    messages: Collection[tuple[int, int]],
) -> list[Issued]:
    """Correct the invoices that took messages (payer, message) which were refunded since; one credit note for each.

    What no invoice has taken yet needs none: it is off the counter, and off the next invoice.
    """
    found = connection.execute(_invoiced(connection.dialect.name), as_pairs(messages)).all()
    by_invoice: dict[tuple[int, int], list[_Row]] = defaultdict(list)
    for row in found:
        by_invoice[row.account_id, row.invoice_id].append(row)
    return [
        _correct(connection, stamp, rules, f"incident {incident_id}, invoice {invoice_id}", rows)
        for (_, invoice_id), rows in sorted(by_invoice.items())
    ]


@cache
def _invoiced(dialect: str) -> Select[*tuple[Any, ...]]:
    """Messages on an invoice whose refund is on none."""
    charged, refunded, wanted = postpaid_use.c, postpaid_use.alias("refunded").c, pairs(dialect)
    of_message = and_(refunded.account_id == charged.account_id, refunded.message_id == charged.message_id)
    return (
        select(charged.account_id, charged.message_id, charged.invoice_id, charged.agreement_id)
        .add_columns(charged.destination, charged.units)
        .join(wanted, and_(wanted.c.first == charged.account_id, wanted.c.second == charged.message_id))
        .join(refunded.kind.table, and_(of_message, refunded.kind == EntryKind.REFUND, refunded.invoice_id.is_(None)))
        .where(charged.kind == EntryKind.CHARGE, charged.invoice_id.is_not(None))
    )


def _correct(connection: Connection, stamp: Stamp, rules: BillingRules, key: str, rows: Sequence[_Row]) -> Issued:
    """One credit note for messages that are on one invoice."""
    account_id, invoice_id = rows[0].account_id, rows[0].invoice_id
    parts = _parts(connection, rules, locked(connection, account_id, invoice_id), rows)
    note = credit(connection, stamp, rules, account_id=account_id, invoice_id=invoice_id, key=key, parts=parts)
    connection.execute(
        _TAKE, [{"of_account": account_id, "of_message": row.message_id, "note": note.invoice_id} for row in rows]
    )
    return note


_TAKE = (
    update(postpaid_use)
    .where(
        postpaid_use.c.account_id == bindparam("of_account"),
        postpaid_use.c.message_id == bindparam("of_message"),
        postpaid_use.c.kind == EntryKind.REFUND,
    )
    .values(invoice_id=bindparam("note"))
)


def _parts(connection: Connection, rules: BillingRules, corrected: Issued, rows: Sequence[_Row]) -> Mapping[int, Money]:
    """What goes back of each line, before tax: never more than earlier credit notes left of it."""
    units: dict[int, int] = defaultdict(int)
    agreements = _agreements(connection, corrected.account_id)
    default = rules.conditions(corrected.issued_on).postpaid.default_rate
    for row in rows:
        rate = agreements[row.agreement_id].rates.get(row.destination, default)
        units[_place(corrected, row.destination, rate.micros)] += row.units
    parts = {}
    for place, wasted in units.items():
        line = corrected.document.lines[place]
        relief = invoice_relief(wasted, line.unit_price, line.label, line.vat)
        parts[place] = min(-relief.net, line.net - _given(connection, corrected, line.label))
    return parts


def _place(corrected: Issued, destination: str, micros: int) -> int:
    """The place of the line that took a destination at a rate."""
    return next(
        place
        for place, line in enumerate(corrected.document.lines)
        if (line.label, line.unit_price.micros) == (destination, micros)
    )


def _given(connection: Connection, corrected: Issued, label: str) -> Money:
    notes = credits_of(connection, corrected.account_id, corrected.invoice_id)
    return total(-line.net for note in notes for line in note.document.lines if line.label == label)


def _agreements(connection: Connection, account_id: int) -> dict[int, Agreement]:
    row = postpaid_agreement.c
    rows = connection.execute(select(row.agreement_id, row.document).where(row.account_id == account_id))
    return {agreement_id: from_stored(Agreement, document) for agreement_id, document in rows}
