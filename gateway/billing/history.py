"""The detail of consumption, which clients download: each message that was counted beyond the lots (special term 1)."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Connection, func, select

from gateway.accounts.tables import account
from gateway.billing.customers import customer
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import postpaid_use
from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from plans.periods import midnight, months_later
from plans.postpaid import Eligibility, eligibility

_HEADING = ("at", "message", "account", "destination", "units", "kind")


@dataclass(frozen=True, slots=True)
class History:
    """Units that a message took beyond the lots; below zero where they were given back."""

    at: datetime
    message_id: int
    account: str  # slug of who sent it: the client or its sub-account
    destination: str
    units: int
    kind: EntryKind


def history(connection: Connection, *, account_id: int, invoice_id: int | None = None) -> Iterator[History]:
    """The rows of one invoice, or (None) those that none took yet, in the order of use.

    The units of a destination add up to its line.
    """
    row = postpaid_use.c
    rows = (
        select(row.at, row.message_id, account.c.slug, row.destination, row.units, row.kind)
        .join(account, account.c.account_id == row.user_id)
        .where(row.account_id == account_id, row.invoice_id == invoice_id)
        .order_by(row.at, row.message_id, row.kind)
    )
    return (History(*each) for each in connection.execute(rows))


def history_csv(rows: Iterable[History]) -> Iterator[str]:
    """The detail as lines of CSV (RFC 4180), a heading first; instants in UTC, ISO 8601."""
    yield _line(_HEADING)
    for each in rows:
        at, *rest = astuple(each)
        yield _line((at.isoformat(), *rest))


def advice(connection: Connection, rules: BillingRules, now: datetime, account_id: int) -> Eligibility:
    """Whether a client uses enough for postpaid, by its last whole months; whoever signs decides."""
    client = customer(connection, rules, account_id)
    today = now.astimezone(client.zone).date()
    terms = rules.conditions(today).postpaid
    firsts = [months_later(today.replace(day=1), -back) for back in range(terms.trailing_months, -1, -1)]
    bounds = pairwise(midnight(day, client.zone) for day in firsts)
    return eligibility([_used(connection, account_id, since, until) for since, until in bounds], terms)


def _used(connection: Connection, account_id: int, since: datetime, until: datetime) -> int:
    entry = ledger_entry.c
    used = select(func.coalesce(-func.sum(entry.units), 0)).where(
        entry.account_id == account_id, entry.message_id != 0, entry.at >= since, entry.at < until
    )
    return int(connection.scalar(used) or 0)


def _line(values: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
