"""The commands about subscriptions: a preview is the act itself without the writing."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.app.figures import invoice_words
from gateway.billing import subscriptions
from gateway.billing.rules import BillingRules
from gateway.billing.running import latest
from gateway.billing.subscriptions import Cancel, Change, Outcome, Subscribe, Wish
from gateway.engine.database import Stamp
from plans.periods import Interval
from plans.prices import Formula
from plans.subscription import Subscription, pause


class Deed(StrEnum):
    """What a client may do to its subscription."""

    SUBSCRIBE = "subscribe"
    CHANGE = "change"
    CANCEL = "cancel"


def subscribe(
    connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, account: str, plan: str, every: Interval
) -> dict[str, Any]:
    """Begin a subscription, with its trial where the client has not had one."""
    return _apply(connection, stamp, actor, billing, account=account, wish=Subscribe(Formula(plan, every)))


def change(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    plan: str,
    every: Interval,
    at_once: bool = False,
) -> dict[str, Any]:
    """Take another formula; ``at_once`` replaces the month in hand by a year."""
    return _apply(connection, stamp, actor, billing, account=account, wish=Change(Formula(plan, every), at_once))


def cancel(connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, account: str) -> dict[str, Any]:
    """End with the trial or the period in hand."""
    return _apply(connection, stamp, actor, billing, account=account, wish=Cancel())


def preview(
    connection: Connection,
    now: datetime,
    billing: BillingRules,
    *,
    deed: Deed,
    account: str,
    plan: str | None = None,
    every: Interval = Interval.MONTH,
    at_once: bool = False,
) -> dict[str, Any]:
    """What one of the others would do, with lines, tax and dates; nothing is changed."""
    account_id = clients.find(connection, account).account_id
    wish = _wish(deed, plan, every, at_once=at_once)
    return outcome_words(subscriptions.preview(connection, now, billing, account_id=account_id, wish=wish))


def show(connection: Connection, *, account: str) -> dict[str, Any]:
    """The newest subscription of a client."""
    known = latest(connection, clients.find(connection, account).account_id)
    if known is None:
        raise Refused("This client has no subscription.", "`gateway plan subscribe` begins one.")
    return subscription_words(known.value)


def outcome_words(outcome: Outcome) -> dict[str, Any]:
    """What holds afterwards, what is invoiced at once, and what comes next."""
    coming = outcome.coming
    return {
        **subscription_words(outcome.subscription),
        "invoices": [invoice_words(each) for each in outcome.invoices],
        "next_invoice": {"at": coming.at, **invoice_words(coming.invoice)} if coming else None,
    }


def subscription_words(value: Subscription) -> dict[str, Any]:
    """A subscription at a glance."""
    return {
        "plan": value.ordered.formula.tier,
        "every": value.ordered.formula.interval,
        "state": value.state,
        "ends_at": None if value.ended else value.ends_at,
        "then": _then(value),
        "reminders_wait": pause(value),
    }


def _then(value: Subscription) -> Mapping[str, Any] | str | None:
    """What is settled for the end of the period."""
    if value.cancelled:
        return "ends"
    formula = value.scheduled.formula if value.scheduled else None
    return {"plan": formula.tier, "every": formula.interval} if formula else None


def _wish(deed: Deed, plan: str | None, every: Interval, *, at_once: bool) -> Wish:
    if deed is Deed.CANCEL:
        return Cancel()
    if plan is None:
        raise Refused(f"Which plan to {deed} is missing.", "Name one of `gateway plan list`.")
    formula = Formula(plan, every)
    return Subscribe(formula) if deed is Deed.SUBSCRIBE else Change(formula, at_once)


def _apply(
    connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, account: str, wish: Wish
) -> dict[str, Any]:
    account_id = clients.find(connection, account).account_id
    outcome = subscriptions.apply(connection, stamp, billing, account_id=account_id, wish=wish)
    words = outcome_words(outcome)
    audit_trail.append(
        connection, stamp, actor, account_id, Action.SUBSCRIPTION_CHANGED, plan=words["plan"], state=words["state"]
    )
    return words
