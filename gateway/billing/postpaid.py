"""Postpaid: agreements, and each month's invoice from the counter (terms, special term 1)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select, update

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing.customers import Customer, customer
from gateway.billing.debts import Bill, bill
from gateway.billing.issued import Issued
from gateway.billing.lots import lock_balances
from gateway.billing.refusing import check
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import postpaid_agreement, postpaid_use
from gateway.billing.stored import from_stored, to_stored
from gateway.engine.database import Stamp
from plans.invoices import Line, invoice_of
from plans.money import NOTHING, Money
from plans.periods import midnight, months_later
from plans.postpaid import Agreement, agreement_refusal, consumption_lines, provision_used

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement as it stands."""

    agreement_id: int
    agreement: Agreement
    since: date
    until: date | None  # the last day
    provision_left: Money  # with tax


def agree(
    connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, *, account_id: int, agreement: Agreement
) -> Agreed:
    """Open postpaid from today on, or put new terms in the place of those in force.

    ``Refused`` where something that an agreement must hold is missing. What was used under older terms keeps their
    rates, and what is left of their provision goes over.
    """
    check(agreement_refusal(agreement))
    client = customer(connection, rules, account_id)
    lock_balances(connection, {account_id})  # no message is counted meanwhile
    today = stamp.now.astimezone(client.zone).date()
    before = in_force(connection, account_id, today)
    if before:
        _end(connection, account_id, before, today - _DAY, provision_left=NOTHING)
    agreed = Agreed(stamp.new_id(), agreement, today, None, before.provision_left if before else NOTHING)
    pending = _hand_over_month(connection, account_id)
    connection.execute(
        insert(postpaid_agreement).values(
            account_id=account_id,
            agreement_id=agreed.agreement_id,
            document=to_stored(agreement),
            since=today,
            until=None,
            provision_left_cents=agreed.provision_left.cents,
            next_invoice_at=pending or _month_end(today, client.zone),
        )
    )
    audit_trail.append(connection, stamp, actor, account_id, Action.POSTPAID_AGREED, agreement=agreed.agreement_id)
    return agreed


def end(connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, *, account_id: int) -> Agreed:
    """Close postpaid with today; what was counted is invoiced when the month is over."""
    client = customer(connection, rules, account_id)
    today = stamp.now.astimezone(client.zone).date()
    lock_balances(connection, {account_id})
    agreed = in_force(connection, account_id, today)
    if agreed is None:
        raise _no_agreement()
    _end(connection, account_id, agreed, today, provision_left=agreed.provision_left)
    audit_trail.append(connection, stamp, actor, account_id, Action.POSTPAID_ENDED, agreement=agreed.agreement_id)
    return replace(agreed, until=today)


def close(connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, *, account_id: int) -> Issued | None:
    """Close postpaid and invoice now what no invoice has taken; None where there is nothing of the kind."""
    agreements = agreed_with(connection, account_id)
    if not agreements:
        return None
    client = customer(connection, rules, account_id)
    if in_force(connection, account_id, stamp.now.astimezone(client.zone).date()):
        end(connection, stamp, actor, rules, account_id=account_id)
    _hand_over_month(connection, account_id)
    key = f"postpaid closing {agreements[0].agreement_id}"
    return _invoice_counted(connection, stamp, rules, client, over_at=stamp.now + _INSTANT, key=key)


def provide(connection: Connection, stamp: Stamp, actor: str, *, account_id: int, amount: Money) -> Money:
    """Note that a provision came in, with tax; returns what there is of it now."""
    if amount <= NOTHING:
        raise Refused(f"{amount} is no provision.", "Give the amount that was received.")
    row = postpaid_agreement.c
    latest = select(func.max(row.agreement_id)).where(row.account_id == account_id).scalar_subquery()
    left = connection.execute(
        update(postpaid_agreement)
        .where(row.account_id == account_id, row.agreement_id == latest)
        .values(provision_left_cents=row.provision_left_cents + amount.cents)
        .returning(row.provision_left_cents)
    ).scalar_one_or_none()
    if left is None:
        raise _no_agreement()
    audit_trail.append(connection, stamp, actor, account_id, Action.PROVISION_RECEIVED, cents=amount.cents)
    return Money(left)


def in_force(connection: Connection, account_id: int, day: date) -> Agreed | None:
    """The agreement that holds on a local day of the client, or None."""
    for each in agreed_with(connection, account_id):
        if each.since <= day and (each.until is None or day <= each.until):
            return each
    return None


def agreed_with(connection: Connection, account_id: int) -> list[Agreed]:
    """Every agreement that a client has had, the latest first."""
    row = postpaid_agreement.c
    rows = connection.execute(
        select(row.agreement_id, row.document, row.since, row.until, row.provision_left_cents)
        .where(row.account_id == account_id)
        .order_by(row.agreement_id.desc())
    )
    return [
        Agreed(agreement_id, from_stored(Agreement, document), since, until, Money(left))
        for agreement_id, document, since, until, left in rows
    ]


def invoice_due(connection: Connection, stamp: Stamp, rules: BillingRules) -> list[Issued | None]:
    """Invoice one month that is over of each of a batch of agreements; called until it has no more to do.

    Returns what became of each month: its invoice, or None where there was nothing to invoice. A month is taken once:
    its key is that of the account and month, and each counted row goes to one invoice.
    """
    row = postpaid_agreement.c
    due = connection.execute(
        select(row.account_id, row.agreement_id, row.next_invoice_at)
        .where(row.next_invoice_at <= stamp.now)
        .order_by(row.next_invoice_at, row.account_id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    lock_balances(connection, {each.account_id for each in due})  # what is counted later goes on the next invoice
    months = []
    for account_id, agreement_id, over_at in due:
        client = customer(connection, rules, account_id)
        key = f"postpaid until {over_at.astimezone(client.zone).date()}"
        months.append(_invoice_counted(connection, stamp, rules, client, over_at=over_at, key=key))
        _go_on(connection, client, agreement_id, over_at)
    return months


def _invoice_counted(
    connection: Connection, stamp: Stamp, rules: BillingRules, client: Customer, *, over_at: datetime, key: str
) -> Issued | None:
    """Invoice all that was counted before an instant and is on no invoice; the balance is locked."""
    agreements = agreed_with(connection, client.account_id)
    lines = _lines(connection, rules, client, agreements, over_at)
    gross = invoice_of(lines).gross
    if gross <= NOTHING:  # nothing used, or more given back than used: the rows wait for the next month
        return None
    latest = agreements[0]
    prepaid = provision_used(latest.provision_left, gross)
    issued = bill(
        connection,
        stamp,
        rules,
        Bill(
            account_id=client.account_id,
            key=key,
            lines=tuple(lines),
            due_days=latest.agreement.due_days,
            prepaid=prepaid,
        ),
    )
    _take(connection, client.account_id, over_at, issued.invoice_id)
    _set(
        connection, client.account_id, latest.agreement_id, provision_left_cents=(latest.provision_left - prepaid).cents
    )
    return issued


def _lines(
    connection: Connection, rules: BillingRules, client: Customer, agreements: Sequence[Agreed], over_at: datetime
) -> list[Line]:
    """One line for each destination and agreement; its units are the sum of the open rows."""
    day = over_at.astimezone(client.zone).date() - _DAY
    default, vat = rules.conditions(day).postpaid.default_rate, client.vat(day, rules)
    rates = {each.agreement_id: each.agreement.rates for each in agreements}
    units = _open_units(connection, client.account_id, over_at)
    return [
        each
        for agreement_id in sorted(units)
        for each in consumption_lines(units[agreement_id], rates[agreement_id], default, vat)
    ]


def _open_units(connection: Connection, account_id: int, before: datetime) -> Mapping[int, dict[str, int]]:
    """Units that no invoice took yet, by agreement and destination; none that come to nothing."""
    row, units = postpaid_use.c, func.sum(postpaid_use.c.units)
    rows = connection.execute(
        select(row.agreement_id, row.destination, units)
        .where(row.account_id == account_id, row.invoice_id.is_(None), row.at < before)
        .group_by(row.agreement_id, row.destination)
        .having(units != 0)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for agreement_id, destination, count in rows:
        found[agreement_id][destination] = int(count)
    return found


def _take(connection: Connection, account_id: int, before: datetime, invoice_id: int) -> None:
    row = postpaid_use.c
    connection.execute(
        update(postpaid_use)
        .where(row.account_id == account_id, row.invoice_id.is_(None), row.at < before)
        .values(invoice_id=invoice_id)
    )


def _go_on(connection: Connection, client: Customer, agreement_id: int, over_at: datetime) -> None:
    """The next month, as long as the agreement holds or something is still to be invoiced."""
    row, month = postpaid_agreement.c, over_at.astimezone(client.zone).date()
    of_agreement = (row.account_id == client.account_id, row.agreement_id == agreement_id)
    until = connection.scalar(select(row.until).where(*of_agreement))
    open_rows = postpaid_use.c.account_id == client.account_id, postpaid_use.c.invoice_id.is_(None)
    more = until is None or until >= month or connection.scalar(select(func.count()).where(*open_rows))
    following = midnight(months_later(month.replace(day=1), 1), client.zone) if more else None
    _set(connection, client.account_id, agreement_id, next_invoice_at=following)


def _end(connection: Connection, account_id: int, agreed: Agreed, last: date, *, provision_left: Money) -> None:
    values = {"until": last, "provision_left_cents": provision_left.cents}
    _set(connection, account_id, agreed.agreement_id, **values)


def _hand_over_month(connection: Connection, account_id: int) -> datetime | None:
    """The month that an older agreement had still to invoice, which a new one invoices in its place."""
    row = postpaid_agreement.c
    pending = (row.account_id == account_id, row.next_invoice_at.is_not(None))
    over_at: datetime | None = connection.scalar(select(func.min(row.next_invoice_at)).where(*pending))
    connection.execute(update(postpaid_agreement).where(*pending).values(next_invoice_at=None))
    return over_at


def _set(connection: Connection, account_id: int, agreement_id: int, **values: object) -> None:
    row = postpaid_agreement.c
    of_agreement = (row.account_id == account_id, row.agreement_id == agreement_id)
    connection.execute(update(postpaid_agreement).where(*of_agreement).values(**values))


def _month_end(day: date, zone: ZoneInfo) -> datetime:
    return midnight(months_later(day.replace(day=1), 1), zone)


def _no_agreement() -> Refused:
    return Refused("There is no postpaid agreement with this client.", "Agree on rates and conditions first.")
