"""Invoices that nobody ordered on the spot: asked for in the way in which a client usually pays."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from gateway.billing.attempts import open_attempts
from gateway.billing.invoicing import InvoiceOrder, issue
from gateway.billing.issued import Issued
from gateway.billing.methods import methods
from gateway.billing.rules import BillingRules
from gateway.engine.database import Stamp
from plans.invoices import Line
from plans.money import NOTHING, Money
from plans.orders import PaymentMeans
from plans.periods import midnight


@dataclass(frozen=True, slots=True)
class Bill:
    """What a client owes."""

    account_id: int
    key: str  # what it is for: the same key is the same invoice
    lines: tuple[Line, ...]
    due_days: int | None = None  # from today; None takes the days of the terms
    prepaid: Money = NOTHING


def bill(connection: Connection, stamp: Stamp, rules: BillingRules, owed: Bill) -> Issued:
    """Issue the invoice; where bank details are known they are debited on its payment date, else a transfer is due."""
    method = methods(connection, {owed.account_id}).get(owed.account_id)
    today = rules.today(stamp.now)
    days = rules.conditions(today).payment.due_days if owed.due_days is None else owed.due_days
    due_on = today + timedelta(days=days)
    issued = issue(
        connection,
        stamp,
        rules,
        InvoiceOrder(
            account_id=owed.account_id,
            key=owed.key,
            lines=owed.lines,
            issued_on=today,
            due_on=due_on,
            means=method.means if method else PaymentMeans.TRANSFER,
            prepaid=owed.prepaid,
        ),
    )
    if method:
        opens_at = midnight(due_on, rules.zone)
        open_attempts(connection, stamp, [issued], not_before=opens_at if opens_at > stamp.now else None)
    return issued
