"""What follows a late payment: interest, the recovery fee, and the service that stops and goes on (article 5.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Select, func, select, update

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.accounts.words import AccountState
from gateway.billing.debts import Bill, bill
from gateway.billing.invoice_tables import invoice, payment
from gateway.billing.issued import Issued, locked, of_account
from gateway.billing.letters import write_letter
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import billing_profile
from gateway.billing.words import InvoiceKind, InvoiceState, LetterKind
from gateway.engine.database import Stamp
from plans.invoices import LineKind, sum_line
from plans.late import LateCharges, days_late, late_charges, penalty_rate, suspended_from
from plans.money import NOTHING, Money
from plans.periods import midnight
from plans.vat import INDEMNITY

ACTOR = "billing"
_INDEMNITIES = {LineKind.PENALTY, LineKind.RECOVERY_FEE}
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Late:
    """An invoice that was, or is still, paid late, and what is owed besides."""

    issued: Issued
    days: int
    charges: LateCharges


def late_invoices(connection: Connection, now: datetime, rules: BillingRules, account_id: int) -> Iterator[Late]:
    """What a client owes for late payment up to now, invoice by invoice; no reminder is needed (article 5.3)."""
    for issued in of_account(connection, account_id):
        if late := _late(connection, now, rules, issued, NOTHING):
            yield late


def charge_penalty(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    *,
    account_id: int,
    invoice_id: int,
    proven_costs: Money = NOTHING,
) -> Issued:
    """Invoice the interest and the recovery fee of a late invoice, once; up to the day on which it was paid, or today.

    ``proven_costs`` take the place of the flat fee where they are higher. ``Refused`` where nothing is late, and
    ``NotInForce`` where the legal interest rate of its half-year is not known.
    """
    issued = locked(connection, account_id, invoice_id)
    late = _late(connection, stamp.now, rules, issued, proven_costs)
    if late is None:
        raise Refused("This invoice is not late.", "Penalties run from the day after its payment date.")
    owed = ((LineKind.PENALTY, late.charges.penalty), (LineKind.RECOVERY_FEE, late.charges.recovery_fee))
    lines = tuple(sum_line(kind, issued.name, amount, INDEMNITY) for kind, amount in owed)
    return bill(connection, stamp, rules, Bill(account_id, f"penalty {invoice_id}", lines, due_days=0))


def suspend_late(connection: Connection, stamp: Stamp, rules: BillingRules) -> list[int]:
    """Stop the service of a batch of clients whose payment is later than the terms allow; returns their accounts."""
    today = rules.today(stamp.now)
    last_due = today - timedelta(days=rules.conditions(today).payment.suspend_after_days + 1)
    too_late = _serving().having(func.min(invoice.c.due_on) <= last_due)
    account_ids = [account_id for account_id, _ in connection.execute(too_late.limit(_BATCH))]
    for account_id in account_ids:
        clients.suspend(connection, stamp, ACTOR, account=str(account_id))
        _mark(connection, account_id, stamp.now)
        write_letter(connection, stamp, account_id, LetterKind.SERVICE_SUSPENDED)
    return account_ids


def next_suspension(connection: Connection, rules: BillingRules, now: datetime) -> datetime | None:
    """The instant at which the next client would be suspended, as things stand; None where nothing is open."""
    earliest: date | None = connection.scalar(select(func.min(_serving().subquery().c.due)))
    if earliest is None:
        return None
    return midnight(suspended_from(earliest, rules.conditions(rules.today(now)).payment), rules.zone)


def resume_paid(connection: Connection, stamp: Stamp, rules: BillingRules, account_id: int) -> bool:
    """Let a client that was suspended for late payment go on, once nothing is so late any more; whether it does."""
    profile, today = billing_profile.c, rules.today(stamp.now)
    of_account = (profile.account_id == account_id, profile.suspended_at.is_not(None))
    suspended = connection.scalar(select(profile.account_id).where(*of_account).with_for_update())
    row, terms = invoice.c, rules.conditions(today).payment
    open_ones = select(func.min(row.due_on)).where(row.account_id == account_id, row.state == InvoiceState.OPEN)
    earliest = connection.scalar(open_ones)
    if suspended is None or (earliest is not None and suspended_from(earliest, terms) <= today):
        return False
    _mark(connection, account_id, None)
    if clients.find(connection, str(account_id)).state is AccountState.SUSPENDED:
        clients.resume(connection, stamp, ACTOR, account=str(account_id))
    return True


def _late(
    connection: Connection, now: datetime, rules: BillingRules, issued: Issued, proven_costs: Money
) -> Late | None:
    """A payment that is late; an indemnity bears no penalty of its own."""
    indemnity = all(line.kind in _INDEMNITIES for line in issued.document.lines)
    if issued.kind is not InvoiceKind.INVOICE or issued.due_on is None or indemnity:
        return None
    if issued.state is InvoiceState.CREDITED:
        return None
    until = now if issued.state is InvoiceState.OPEN else _paid_at(connection, issued) or now
    days = days_late(issued.due_on, rules.today(until))
    if not days:
        return None
    terms = rules.conditions(issued.issued_on).payment
    rate = penalty_rate(issued.issued_on, rules.legal.interest, terms)
    fee = rules.legal.recovery_fee.on(issued.issued_on)
    charges = late_charges(issued.document.due, days, rate, fee, proven_costs)
    return Late(issued, days, charges) if charges else None


def _paid_at(connection: Connection, issued: Issued) -> datetime | None:
    row = payment.c
    of_invoice = (row.account_id == issued.account_id, row.invoice_id == issued.invoice_id)
    latest: datetime | None = connection.scalar(select(func.max(row.at)).where(*of_invoice))
    return latest


def _serving() -> Select[int, date]:
    """Clients that are served and owe something, with the earliest payment date."""
    row, profile = invoice.c, billing_profile.c
    return (
        select(row.account_id, func.min(row.due_on).label("due"))
        .join(account, account.c.account_id == row.account_id)
        .join(billing_profile, profile.account_id == row.account_id)
        .where(row.state == InvoiceState.OPEN, account.c.state == AccountState.ACTIVE, profile.suspended_at.is_(None))
        .group_by(row.account_id)
        .order_by(row.account_id)
    )


def _mark(connection: Connection, account_id: int, suspended_at: datetime | None) -> None:
    of_account = billing_profile.c.account_id == account_id
    connection.execute(update(billing_profile).where(of_account).values(suspended_at=suspended_at))
