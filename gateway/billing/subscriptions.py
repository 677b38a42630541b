"""What clients do to their subscriptions; a preview is the same code without the writing."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from gateway.accounts.refusals import Refused
from gateway.billing import refusing
from gateway.billing.customers import Customer, customer
from gateway.billing.events import Happened, act_on, orders_of
from gateway.billing.methods import methods
from gateway.billing.rules import BillingRules
from gateway.billing.running import Running, begin, had_trial, hold, running, save
from gateway.billing.standing import refuse_sub_account, require_order
from gateway.engine.database import Stamp
from plans import changes, refusals, renewal
from plans.catalogue import NotForSale
from plans.invoices import Invoice, invoice_of
from plans.prices import Formula, Ordered
from plans.subscription import Event, Step, Subscription

_NEW = 0  # the id of a subscription that is not written yet


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Begin, with a trial where the client has not had one."""

    formula: Formula


@dataclass(frozen=True, slots=True)
class Change:
    """Take another formula; ``at_once`` replaces the month in hand by a year from today."""

    formula: Formula
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Cancel:
    """End with the trial or the period in hand."""


Wish = Subscribe | Change | Cancel


@dataclass(frozen=True, slots=True)
class Coming:
    """The invoice that follows next if nothing is done meanwhile."""

    at: datetime
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a wish: what holds afterwards, the invoices issued at once, and the next one."""

    subscription: Subscription
    events: tuple[Event, ...]
    invoices: tuple[Invoice, ...]
    coming: Coming | None


def preview(connection: Connection, now: datetime, rules: BillingRules, *, account_id: int, wish: Wish) -> Outcome:
    """What ``apply`` would do; raises what it would raise."""
    return _outcome(_happened(connection, now, rules, account_id, wish), rules, now)


def apply(connection: Connection, stamp: Stamp, rules: BillingRules, *, account_id: int, wish: Wish) -> Outcome:
    """Do what a client wishes, with the invoices that follow; ``Refused`` says why not."""
    hold(connection, account_id)
    happened = _happened(connection, stamp.now, rules, account_id, wish)
    if happened.running.subscription_id == _NEW:
        happened = replace(happened, running=replace(happened.running, subscription_id=stamp.new_id()))
        begin(connection, stamp, rules, happened.running)
    act_on(connection, stamp, rules, [happened])
    save(connection, rules, stamp.now, [happened.running])
    return _outcome(happened, rules, stamp.now)


def _happened(connection: Connection, now: datetime, rules: BillingRules, account_id: int, wish: Wish) -> Happened:
    refuse_sub_account(connection, account_id)
    client = customer(connection, rules, account_id)
    if not isinstance(wish, Cancel):
        require_order(connection, rules, account_id, rules.today(now))
    before = running(connection, account_id)
    if isinstance(wish, Subscribe):
        if before is not None:
            raise _subscribed(before.value)
        value, events = _begun(connection, now, rules, client, wish.formula)
        return Happened(client, Running(account_id, _NEW, 0, value), events)
    if before is None:
        raise Refused("This client has no subscription.", "`gateway plan subscribe` begins one.")
    value, past = _advanced(before.value, now, client, rules)
    after, events = _changed(value, now, client, rules, wish)
    return Happened(client, replace(before, value=after), (*past, *events))


def _subscribed(value: Subscription) -> Refused:
    if value.cancelled:
        day = value.local_day(value.ends_at)
        return Refused(f"This client has a subscription until {day}.", "Subscribe again once it is over.")
    return Refused("This client has a subscription.", "`gateway plan change` takes another formula.")


def _begun(connection: Connection, now: datetime, rules: BillingRules, client: Customer, formula: Formula) -> Step:
    today = now.astimezone(client.zone).date()
    begun = renewal.subscribe(
        Ordered(_offered(formula, today, rules), today),
        now,
        client.zone,
        rules.conditions(rules.today(now)).subscription.trial_days,
        bank_details=bool(methods(connection, {client.account_id})),
        had_trial=had_trial(connection, client.account_id, client.profile.siren),
    )
    if isinstance(begun, refusals.Refused):
        raise refusing.worded(begun)
    return _advanced(begun, now, client, rules)


def _advanced(value: Subscription, now: datetime, client: Customer, rules: BillingRules) -> Step:
    """With what time has done to it already."""
    return renewal.advance(value, now, client.prices, rules.conditions(rules.today(now)).payment)


def _changed(value: Subscription, now: datetime, client: Customer, rules: BillingRules, wish: Change | Cancel) -> Step:
    if isinstance(wish, Cancel):
        step = changes.cancel(value, now)
    elif wish.at_once:
        step = changes.switch_to_year(value, now, client.prices)
    else:
        _offered(wish.formula, value.local_day(now), rules)
        above = rules.conditions(rules.today(now)).subscription.invoice_now_above
        step = changes.change(value, wish.formula, now, client.prices, invoice_above=above)
    if isinstance(step, refusals.Refused):
        raise refusing.worded(step)
    return step


def _offered(formula: Formula, today: date, rules: BillingRules) -> Formula:
    """The formula, where it is for sale today; else ``Refused``."""
    try:
        offered = rules.catalogue.tier(formula.tier).offered(today)
    except NotForSale as unknown:
        raise Refused(f"T{str(unknown)[1:]}.", "Choose one of these.") from None
    if not offered:
        raise Refused(f"The plan {formula.tier} is not sold today.", "`gateway plan list` shows what is.")
    return formula


def _outcome(happened: Happened, rules: BillingRules, now: datetime) -> Outcome:
    orders = orders_of(happened, rules, rules.today(now))
    return Outcome(
        subscription=happened.running.value,
        events=happened.events,
        invoices=tuple(invoice_of(each.lines) for each in orders),
        coming=_coming(happened, rules, now),
    )


def _coming(happened: Happened, rules: BillingRules, now: datetime) -> Coming | None:
    terms = rules.conditions(rules.today(now)).payment
    at = renewal.next_at(happened.running.value, terms)
    if at is None:
        return None
    value, events = renewal.step(happened.running.value, happened.customer.prices, terms)
    next_one = Happened(happened.customer, replace(happened.running, value=value), events)
    orders = orders_of(next_one, rules, rules.today(at))
    return Coming(at, invoice_of(orders[0].lines)) if orders else None
