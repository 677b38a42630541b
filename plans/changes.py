"""What a client may do to a subscription that has advanced to the instant of the wish: change, switch, cancel."""

from dataclasses import replace
from datetime import datetime

from plans.money import Money
from plans.periods import Interval, Period
from plans.prices import ClientPrices, Formula, Ordered
from plans.proration import Change, added, unused
from plans.refusals import Refusal, Refused
from plans.renewal import end, start_period
from plans.subscription import ChangeInvoiced, FormulaChanged, State, Step, Subscription, Unused


def change(
    subscription: Subscription,
    wanted: Formula,
    at: datetime,
    prices: ClientPrices,
    *,
    invoice_above: Money | None = None,
) -> Step | Refused:
    """Take another formula.

    In the trial it holds at once and costs nothing yet. A tier of more calendars holds at once, with a pro rata on the
    next invoice (or now, where it is above ``invoice_above``). A smaller tier and another interval wait for the end
    of the period; what was scheduled before is forgotten. ``NotForSale`` for a tier that the catalogue does not have.
    """
    refusal = _refusal(subscription, wanted)
    if refusal:
        return Refused(refusal)
    ordered = Ordered(wanted, subscription.local_day(at))
    calendars = prices.tier(ordered, ordered.day).calendars
    period = subscription.period
    if period is None:
        changed = FormulaChanged(at, subscription.ordered.formula, wanted)
        return replace(subscription, ordered=ordered), (changed,)
    if calendars > prices.tier(subscription.ordered, ordered.day).calendars:
        return _upgrade(subscription, ordered, period, at, prices, invoice_above=invoice_above)
    scheduled = None if wanted == subscription.ordered.formula else ordered
    return replace(subscription, scheduled=scheduled), ()


def switch_to_year(subscription: Subscription, at: datetime, prices: ClientPrices) -> Step | Refused:
    """Replace the month in hand by a year from today, less what its remaining days were paid for."""
    month, tier = subscription.period, subscription.ordered.formula.tier
    refusal = _refusal(subscription, Formula(tier, Interval.YEAR))
    if refusal:
        return Refused(refusal)
    if month is None or subscription.ordered.formula.interval is not Interval.MONTH:
        return Refused(Refusal.NOT_MONTHLY)
    today = subscription.local_day(at)
    yearly = replace(subscription, scheduled=Ordered(Formula(tier, Interval.YEAR), today))
    rest = Unused(unused(subscription.price, month, today), tier, Period(today, month.end))
    return start_period(yearly, at, today, 0, prices, unused=rest)


def cancel(subscription: Subscription, at: datetime) -> Step | Refused:
    """End with the trial or period in hand; nothing is refunded, and what a change cost goes on a closing invoice."""
    if subscription.ended or subscription.cancelled:
        return Refused(Refusal.SUBSCRIPTION_ENDING)
    if subscription.ends_at <= at:  # in arrears, after the last day of the period
        return end(subscription, at)
    return replace(subscription, cancelled=True, scheduled=None), ()


def _refusal(subscription: Subscription, wanted: Formula) -> Refusal | None:
    if subscription.ended or subscription.cancelled:
        return Refusal.SUBSCRIPTION_ENDING
    if subscription.state is State.PAST_DUE:
        return Refusal.LATE_PAYMENT
    if wanted == subscription.ordered.formula and subscription.scheduled is None:
        return Refusal.SAME_FORMULA
    return None


def _upgrade(
    subscription: Subscription,
    ordered: Ordered,
    period: Period,
    at: datetime,
    prices: ClientPrices,
    *,
    invoice_above: Money | None,
) -> Step:
    """The larger tier at once, at the interval in hand; another interval comes with the next period."""
    old, wanted = subscription.ordered.formula, ordered.formula
    taken = Ordered(Formula(wanted.tier, old.interval), ordered.day)
    price = prices.price(taken, taken.day)
    made = Change(taken.day, old.tier, wanted.tier, subscription.price, price, period)
    upgraded = replace(subscription, ordered=taken, price=price, scheduled=None if taken == ordered else ordered)
    changed = FormulaChanged(at, old, taken.formula)
    if invoice_above is not None and made.amount > invoice_above:
        return upgraded, (changed, ChangeInvoiced(at, made))
    return replace(upgraded, changes=added(subscription.changes, made)), (changed,)
