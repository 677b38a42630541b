"""What follows when the money of an invoice comes or does not: the invoice is closed, what it sells is opened."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from gateway.billing.activation import activate_paid
from gateway.billing.attempts import drop_needless
from gateway.billing.customers import customer
from gateway.billing.events import Happened, act_on
from gateway.billing.invoice_tables import payment
from gateway.billing.issued import Issued, locked, open_of, outstanding, settle_if_covered
from gateway.billing.letters import write_letter
from gateway.billing.penalties import resume_paid
from gateway.billing.rules import BillingRules
from gateway.billing.running import by_id, hold, save
from gateway.billing.words import LetterKind, Setback
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from plans import arrears, renewal
from plans.money import Money
from plans.orders import PaymentMeans


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came for an invoice."""

    account_id: int
    invoice_id: int
    means: PaymentMeans
    ref: str  # the provider's or the bank's: the same money is taken in once
    amount: Money
    at: datetime  # when it was on the account


def pay(connection: Connection, stamp: Stamp, rules: BillingRules, receipt: Receipt) -> bool:
    """Take in money; an invoice of which nothing is outstanding any more is closed. Whether this one closed it.

    The same money told twice is taken in once. Money beyond what was asked for is on record, and an admin's to return.
    """
    issued = locked(connection, receipt.account_id, receipt.invoice_id)
    if not _take_in(connection, stamp, receipt) or not settle_if_covered(connection, stamp, issued):
        return False
    drop_needless(connection, stamp, issued)
    which = {"account_id": issued.account_id, "invoice_id": issued.invoice_id}
    activate_paid(connection, stamp, rules, **which, paid_at=receipt.at)
    resume_paid(connection, stamp, rules, issued.account_id)
    if issued.subscription_id is not None:
        _go_on(connection, stamp, rules, issued.account_id, issued.subscription_id)
    return True


def decline(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    issued: Issued,
    why: Setback,
    *,
    quietly: bool = False,
) -> None:
    """Note that the money of an invoice did not come, and (unless ``quietly``) tell the client why and what to do.

    Its subscription falls into arrears, and retries are planned where they can help.
    """
    retry_at = _fall_into_arrears(connection, stamp, rules, issued, why)
    if quietly:
        return
    facts = {"invoice": issued.name, "amount": str(outstanding(connection, issued)), "why": why}
    again = retry_at.isoformat() if retry_at else None
    write_letter(connection, stamp, issued.account_id, LetterKind.PAYMENT_FAILED, **facts, retry_at=again)


def _fall_into_arrears(
    connection: Connection, stamp: Stamp, rules: BillingRules, issued: Issued, why: Setback
) -> datetime | None:
    """When the charge is tried again; None where it is not."""
    if issued.subscription_id is None or issued.due_on is None:
        return None
    hold(connection, issued.account_id)
    running = by_id(connection, issued.account_id, issued.subscription_id)
    if running.value.ended:
        return None
    value = arrears.declined(running.value, issued.due_on, stamp.now, hopeless=why.is_hopeless)
    save(connection, rules, stamp.now, [replace(running, value=value)])
    return renewal.retry_at(value, rules.conditions(rules.today(stamp.now)).payment)


def _take_in(connection: Connection, stamp: Stamp, receipt: Receipt) -> bool:
    taken = (
        insert_or(connection, payment)
        .values(
            account_id=receipt.account_id,
            payment_id=stamp.new_id(),
            invoice_id=receipt.invoice_id,
            means=receipt.means,
            ref=receipt.ref,
            cents=receipt.amount.cents,
            at=receipt.at,
        )
        .on_conflict_do_nothing()
        .returning(payment.c.payment_id)
    )
    return connection.execute(taken).one_or_none() is not None


def _go_on(connection: Connection, stamp: Stamp, rules: BillingRules, account_id: int, subscription_id: int) -> None:
    """Take a subscription out of arrears, once none of its invoices is open."""
    hold(connection, account_id)
    if open_of(connection, [(account_id, subscription_id)]):
        return
    running = by_id(connection, account_id, subscription_id)
    client = customer(connection, rules, account_id)
    value, events = arrears.paid(running.value, stamp.now, client.prices)
    after = replace(running, value=value)
    act_on(connection, stamp, rules, [Happened(client, after, events)])
    save(connection, rules, stamp.now, [after])
