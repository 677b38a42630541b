"""How what a provider tells, once or twice and in any order, changes what is known of a charge."""

from gateway.billing.payments.outcomes import ChargeOutcome, Declined, InDoubt, NeedsAuthentication, Paid, Pending
from gateway.billing.payments.webhooks import ChargeNews
from plans.money import Money

#: From what says least to what nothing takes back.
_WEIGHT: dict[type[ChargeOutcome], int] = {InDoubt: 0, Pending: 1, NeedsAuthentication: 2, Declined: 3, Paid: 4}


def settled(known: ChargeOutcome, told: ChargeOutcome) -> ChargeOutcome:
    """What is known of a charge after a provider told something.

    Providers repeat themselves and promise no order (https://docs.stripe.com/webhooks#event-ordering): the weightier
    of the two stands, so that every order of the same news ends the same. A declined charge can still be paid, by a
    client who came to his bank after all; a paid one stays paid.
    """
    return told if _WEIGHT[type(told)] > _WEIGHT[type(known)] else known


def concerns(news: ChargeNews, key: str, amount: Money) -> bool:
    """Whether news is about the charge that was asked for: the same key and the same amount, or nothing may follow."""
    return (news.key, news.amount) == (key, amount)


def is_hopeless(outcome: ChargeOutcome) -> bool:
    """Whether trying again while the client is away is of no use: what ``plans.arrears.declined`` asks for.

    A bank that wants to see the client will want it the next time too: he has to come, or to give another card.
    """
    return isinstance(outcome, NeedsAuthentication) or (isinstance(outcome, Declined) and outcome.hard)


def is_open(outcome: ChargeOutcome) -> bool:
    """Whether money may still move: no other attempt is made before this one is told or withdrawn."""
    return not isinstance(outcome, (Paid, Declined))
