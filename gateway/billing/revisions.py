"""Notifies new prices, hears refusals, and adjusts prepaid packs when the notice is over (terms, article 4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, union, update

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing.customers import Customer, customer, customers
from gateway.billing.debts import Bill, bill
from gateway.billing.issued import Issued
from gateway.billing.letters import write_letter
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import customer_order, price_revision, subscription
from gateway.billing.tables import credit_lot, ledger_entry
from gateway.billing.words import LetterKind
from gateway.engine.database import Stamp
from plans import prices
from plans.catalogue import NotForSale
from plans.dated import NotInForce
from plans.invoices import LineKind, sum_line
from plans.money import NOTHING, Money, total
from plans.notice import pack_adjustment
from plans.periods import midnight
from plans.prices import ClientPrices, Revision
from plans.subscription import State

_SATURDAY = 5
_DAY = timedelta(days=1)
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Notified:
    """A new price that a client was told of."""

    account_id: int
    revision_id: int
    revision: Revision


def revise(
    connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, *, item: str, since: date
) -> list[Notified]:
    """Tell every client that holds a tier or pack of the price that the catalogue offers since a day; each once.

    It applies to them when the clear days of notice have run. New orders pay it without any notice.
    """
    _refuse_unknown(rules, item, since)
    known = customers(connection, rules, _holders(connection, item, since))
    notified = []
    for account_id, client in sorted(known.items()):
        today = stamp.now.astimezone(client.zone).date()
        notice = rules.conditions(today).notice
        told = prices.revision(item, since, today, notice, lambda day: day.weekday() < _SATURDAY)
        last_day = today + notice.clear_days * _DAY
        facts = {"refuse_until": last_day.isoformat(), **_new_price(rules, told)}
        notified.append(_notify(connection, stamp, client, told, facts))
        audit_trail.append(connection, stamp, actor, account_id, Action.PRICE_REVISED, item=item, since=str(since))
    return notified


def refuse(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    rules: BillingRules,
    *,
    account_id: int,
    revision_id: int,
    refused_on: date,
) -> Revision:
    """Note a client's registered letter against a notified price; ``Refused`` where it came too late."""
    row = price_revision.c
    of_client = (row.account_id == account_id, row.revision_id == revision_id)
    found = connection.execute(_REVISION.where(*of_client).with_for_update()).one_or_none()
    if found is None:
        raise Refused("This client was told of no such price.", "`gateway price list` shows those that it was told of.")
    told = Revision(found.item, found.since, found.notified_on, found.applies_on, found.refused)
    heard = prices.refused(told, refused_on, rules.conditions(told.notified_on).notice)
    if not heard.refused or found.adjusted_at is not None:
        raise Refused("This refusal comes too late.", "The new price holds; the client may end its contract.")
    connection.execute(update(price_revision).where(*of_client).values(refused=True, refused_on=refused_on))
    audit_trail.append(connection, stamp, actor, account_id, Action.PRICE_REFUSED, revision=revision_id)
    return heard


def adjust_due(connection: Connection, stamp: Stamp, rules: BillingRules) -> list[Issued | None]:
    """Invoice what prices whose notice is over add to prepaid packs, a batch of revisions at a time.

    Returns what became of each: its invoice, or None where nothing was left to adjust. Only units that were unused when
    the price took effect count, however late this runs.
    """
    row = price_revision.c
    soon = (row.adjusted_at.is_(None), ~row.refused, row.applies_on <= stamp.now.date() + _DAY)
    found = connection.execute(
        _REVISION.where(*soon).order_by(row.applies_on, row.revision_id).limit(_BATCH).with_for_update(skip_locked=True)
    ).all()
    adjusted: list[Issued | None] = []
    for each in found:
        client = customer(connection, rules, each.account_id)
        effective = midnight(each.applies_on, client.zone)
        if effective > stamp.now:
            continue
        revised = Revision(each.item, each.since, each.notified_on, each.applies_on)
        amount = _adjustment(connection, rules, client, revised, effective)
        lines = (sum_line(LineKind.PACK_REVISION, each.item, amount, client.vat(each.applies_on, rules)),)
        owed = Bill(each.account_id, f"revision {each.revision_id}", lines)
        adjusted.append(bill(connection, stamp, rules, owed) if amount > NOTHING else None)
        of_revision = (row.account_id == each.account_id, row.revision_id == each.revision_id)
        connection.execute(update(price_revision).where(*of_revision).values(adjusted_at=stamp.now))
    return adjusted


def next_adjustment(connection: Connection, rules: BillingRules) -> datetime | None:
    """About when the next price takes effect (on the seller's clock); None where none is on its way."""
    row = price_revision.c
    first: date | None = connection.scalar(
        select(func.min(row.applies_on)).where(row.adjusted_at.is_(None), ~row.refused)
    )
    return None if first is None else midnight(first, rules.zone)


_REVISION = select(price_revision)


def _new_price(rules: BillingRules, told: Revision) -> dict[str, str]:
    """What a revision brings, before tax, as its letter names it."""
    if told.item in rules.catalogue.tiers:
        tier = rules.catalogue.tier(told.item).on(told.since)
        return {"month": str(tier.month), "year": str(tier.year)}
    return {"net": str(rules.catalogue.pack(told.item).on(told.since).net)}


def _notify(
    connection: Connection, stamp: Stamp, client: Customer, told: Revision, facts: Mapping[str, str]
) -> Notified:
    """Write a new price down for a client, with the letter that names it and the last day for refusing it."""
    revision_id = stamp.new_id()
    names = ("item", "since", "notified_on", "applies_on", "refused")
    values = {name: getattr(told, name) for name in names}
    connection.execute(insert(price_revision).values(account_id=client.account_id, revision_id=revision_id, **values))
    named = {"item": told.item, "applies_on": told.applies_on.isoformat(), **facts}
    write_letter(connection, stamp, client.account_id, LetterKind.PRICE_REVISED, **named)
    return Notified(client.account_id, revision_id, told)


def _holders(connection: Connection, item: str, since: date) -> set[int]:
    """Who ordered this pack or runs a subscription, and was not told of this price before."""
    order, runs, told = customer_order.c, subscription.c, price_revision.c
    holding = union(
        select(order.account_id).where(order.item == item),
        select(runs.account_id).where(
            runs.state != State.ENDED, runs.document["ordered"]["formula"]["tier"].as_string() == item
        ),
    )
    before = select(told.account_id).where(told.item == item, told.since == since)
    return set(connection.scalars(holding)) - set(connection.scalars(before))


def _refuse_unknown(rules: BillingRules, item: str, since: date) -> None:
    catalogue = rules.catalogue
    try:
        history = catalogue.tier(item) if item in catalogue.tiers else catalogue.pack(item)
        offered = history.entry(since).since
    except (NotForSale, NotInForce) as unknown:
        raise Refused(f"No such price: {unknown}.", "Add it to the catalogue first.") from None
    if offered != since:
        raise Refused(f"{item} has no new price since {since}.", f"Its price of that day is offered since {offered}.")


def _adjustment(
    connection: Connection, rules: BillingRules, client: Customer, revised: Revision, effective: datetime
) -> Money:
    """What the units that were unused at an instant cost more, over all packs of this name."""
    if revised.item not in rules.catalogue.packs:
        return NOTHING
    before = ClientPrices(rules.catalogue, tuple(each for each in client.prices.revisions if each != revised))
    day = revised.applies_on
    return total(
        pack_adjustment(
            units,
            before.pack(revised.item, ordered_on, day).unit_price,
            client.prices.pack(revised.item, ordered_on, day).unit_price,
        )
        for ordered_on, units in _unused(connection, client.account_id, revised.item, effective)
    )


def _unused(connection: Connection, account_id: int, item: str, at: datetime) -> Iterator[tuple[date, int]]:
    """The units of each pack of this name that were left at an instant, with the day of its order."""
    order, lot, entry = customer_order.c, credit_lot.c, ledger_entry.c
    since = select(func.coalesce(func.sum(entry.units), 0)).where(
        entry.account_id == lot.account_id, entry.lot_id == lot.lot_id, entry.at >= at
    )
    rows = (
        select(order.ordered_on, lot.units_left - since.scalar_subquery())
        .join(credit_lot, (lot.account_id == order.account_id) & (lot.lot_id == order.lot_id))
        .where(order.account_id == account_id, order.item == item, lot.activated_at < at, lot.expires_at > at)
        .order_by(lot.lot_id)
    )
    return ((ordered_on, int(units)) for ordered_on, units in connection.execute(rows))
