"""What the bank's answer does to a subscription."""

from dataclasses import replace
from datetime import date, datetime

from plans.prices import ClientPrices
from plans.renewal import start_period
from plans.subscription import Arrears, Step, Subscription


def declined(subscription: Subscription, due_on: date, at: datetime, *, hopeless: bool) -> Subscription:
    """The subscription after a charge was declined; ``hopeless`` where the bank says that retries are of no use.

    ``due_on`` is the payment date of the invoice; a later decline of the same charge moves nothing.
    """
    arrears = subscription.arrears or Arrears(due_on, at)
    return replace(subscription, arrears=replace(arrears, hopeless=arrears.hopeless or hopeless))


def new_details(subscription: Subscription) -> Subscription:
    """The subscription after its client gave other bank details: trying again may be of use once more."""
    arrears = subscription.arrears
    return replace(subscription, arrears=replace(arrears, hopeless=False) if arrears else None)


def paid(subscription: Subscription, at: datetime, prices: ClientPrices) -> Step:
    """The subscription after its open invoice was paid.

    No period begins while a client is in arrears. Where the one in hand has ended meanwhile, the next begins on the
    day of the payment and later ones are counted from there: the days between were not served and cost nothing.
    """
    in_order = replace(subscription, ever_paid=True, arrears=None)
    if subscription.ended or subscription.arrears is None or at <= subscription.ends_at:
        return in_order, ()
    return start_period(in_order, at, subscription.local_day(at), 0, prices)
