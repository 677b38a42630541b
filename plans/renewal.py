"""What time does to a subscription: the trial ends, periods follow, retries fall due, and it ends."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from plans.late import PaymentTerms, suspended_from
from plans.periods import midnight, period_from, trial_end
from plans.prices import ClientPrices, Ordered
from plans.refusals import Refusal, Refused
from plans.subscription import (
    Arrears,
    Ended,
    Event,
    FormulaChanged,
    PeriodStarted,
    RetryDue,
    Step,
    Subscription,
    Suspended,
    Unused,
)


def subscribe(
    ordered: Ordered, at: datetime, zone: ZoneInfo, trial_days: int, *, bank_details: bool, had_trial: bool
) -> Subscription | Refused:
    """Begin with a trial of the chosen formula, once bank details are known.

    A legal entity has one trial: after it, the trial is of no length, so that the first period begins at once.
    """
    if not bank_details:
        return Refused(Refusal.BANK_DETAILS_MISSING)
    ends_at = at.astimezone(UTC) if had_trial else trial_end(at, trial_days, zone)
    return Subscription(ordered, zone, ends_at, ends_at.astimezone(zone).date())


def next_at(subscription: Subscription, terms: PaymentTerms) -> datetime | None:
    """The next instant, in UTC, at which time does something to a subscription; None when only people can."""
    if subscription.ended:
        return None
    if subscription.arrears is None:
        return subscription.ends_at
    dues = [_retry_at(subscription.arrears, terms), _suspension_at(subscription, subscription.arrears, terms)]
    if subscription.cancelled:
        dues.append(subscription.ends_at)
    return min((due for due in dues if due), default=None)


def retry_at(subscription: Subscription, terms: PaymentTerms) -> datetime | None:
    """When the charge that was declined is tried again; None where it is not."""
    return _retry_at(subscription.arrears, terms) if subscription.arrears else None


def step(subscription: Subscription, prices: ClientPrices, terms: PaymentTerms) -> Step:
    """Do what falls due at ``next_at``, once: one event of time, with the subscription after it."""
    at = next_at(subscription, terms)
    if at is None:
        return subscription, ()
    if subscription.arrears is None:
        return _at_end(subscription, at, prices)
    if subscription.cancelled and at == subscription.ends_at:
        return end(subscription, at)
    return _in_arrears(subscription, subscription.arrears, at, terms)


def advance(subscription: Subscription, to: datetime, prices: ClientPrices, terms: PaymentTerms) -> Step:
    """Everything that falls due up to ``to``, in order; in one call or a thousand, the same."""
    events: list[Event] = []
    while (due := next_at(subscription, terms)) is not None and due <= to:
        subscription, happened = step(subscription, prices, terms)
        events += happened
    return subscription, tuple(events)


def start_period(
    subscription: Subscription,
    at: datetime,
    anchor: date,
    months: int,
    prices: ClientPrices,
    *,
    unused: Unused | None = None,
) -> Step:
    """Begin the paid period that lies ``months`` after ``anchor``, with what was scheduled for it."""
    ordered = subscription.scheduled or subscription.ordered
    price = prices.price(ordered, subscription.local_day(at))
    period = period_from(anchor, months, ordered.formula.interval)
    begun = replace(
        subscription, ordered=ordered, anchor=anchor, months=months, price=price, changes=(), scheduled=None
    )
    changed = (FormulaChanged(at, subscription.ordered.formula, ordered.formula),) if subscription.scheduled else ()
    return begun, (*changed, PeriodStarted(at, period, ordered.formula, price, subscription.changes, unused))


def end(subscription: Subscription, at: datetime) -> Step:
    """Bring a subscription to its end; the changes that no invoice took yet go with the event."""
    return replace(subscription, ended=True, arrears=None, changes=()), (Ended(at, subscription.changes),)


def _at_end(subscription: Subscription, at: datetime, prices: ClientPrices) -> Step:
    if subscription.cancelled:
        return end(subscription, at)
    months = 0 if subscription.months is None else subscription.months + subscription.ordered.formula.interval.months
    return start_period(subscription, at, subscription.anchor, months, prices)


def _in_arrears(subscription: Subscription, arrears: Arrears, at: datetime, terms: PaymentTerms) -> Step:
    if at == _retry_at(arrears, terms):
        tried = replace(arrears, retries=arrears.retries + 1)
        return replace(subscription, arrears=tried), (RetryDue(at, tried.retries),)
    return replace(subscription, arrears=replace(arrears, suspended=True)), (Suspended(at),)


def _retry_at(arrears: Arrears, terms: PaymentTerms) -> datetime | None:
    if arrears.hopeless or arrears.retries >= len(terms.retry_days):
        return None
    return arrears.declined_at + timedelta(days=terms.retry_days[arrears.retries])


def _suspension_at(subscription: Subscription, arrears: Arrears, terms: PaymentTerms) -> datetime | None:
    return None if arrears.suspended else midnight(suspended_from(arrears.due_on, terms), subscription.zone)
