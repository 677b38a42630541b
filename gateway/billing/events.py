"""What the events of subscriptions lead to: invoices, and attempts to take their money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from gateway.billing.attempts import open_attempts
from gateway.billing.customers import Customer
from gateway.billing.invoicing import InvoiceOrder, issue_all
from gateway.billing.issued import Issued, open_of
from gateway.billing.rules import BillingRules
from gateway.billing.running import Running
from gateway.engine.database import Stamp
from plans.subscription import ChangeInvoiced, Ended, Event, PeriodStarted, RetryDue
from plans.subscription_lines import lines_of


@dataclass(frozen=True, slots=True)
class Happened:
    """A subscription before its version is written, and what happened to it."""

    customer: Customer
    running: Running
    events: tuple[Event, ...]


def orders_of(happened: Happened, rules: BillingRules, today: date) -> list[InvoiceOrder]:
    """The invoices that events lead to: the same for a preview and for the act."""
    vat, running = happened.customer.vat(today, rules), happened.running
    sold = (each for each in happened.events if isinstance(each, PeriodStarted | ChangeInvoiced | Ended))
    return [
        InvoiceOrder(
            account_id=running.account_id,
            key=f"subscription {running.subscription_id}, {running.version}.{number}",
            lines=tuple(lines),
            issued_on=today,
            due_on=today,
            subscription_id=running.subscription_id,
        )
        for number, each in enumerate(sold)
        if (lines := lines_of(each, vat))
    ]


def act_on(connection: Connection, stamp: Stamp, rules: BillingRules, all_happened: Sequence[Happened]) -> list[Issued]:
    """Issue the invoices of events, and open the attempts to take their money or to try again."""
    today = rules.today(stamp.now)
    orders = [order for each in all_happened for order in orders_of(each, rules, today)]
    issued = issue_all(
        connection, stamp, rules, orders, {each.running.account_id: each.customer for each in all_happened}
    )
    again = open_of(connection, _retried(all_happened))
    open_attempts(connection, stamp, [*issued, *again])
    return issued


def _retried(all_happened: Sequence[Happened]) -> list[tuple[int, int]]:
    return [
        (each.running.account_id, each.running.subscription_id)
        for each in all_happened
        if any(isinstance(event, RetryDue) for event in each.events)
    ]
