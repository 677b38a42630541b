"""The commands about postpaid: agreements, provisions and the detail of what was used."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.app.figures import amount, rate
from gateway.billing import history, postpaid
from gateway.billing.rules import BillingRules
from gateway.engine.database import Stamp
from plans.money import Rate
from plans.postpaid import Agreement


def agree(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    rates: str,
    estimate: str | None = None,
    provision: str | None = None,
    mandate: str | None = None,
    due_days: int | None = None,
) -> dict[str, Any]:
    """Open postpaid; ``rates`` are written FR=0.045,BE=0.07: before tax, per unit, by destination."""
    account_id = clients.find(connection, account).account_id
    if due_days is not None and due_days < 0:
        raise Refused(f"{due_days} days are no delay.", "Count the days from the invoice to its payment date.")
    agreement = Agreement(
        rates=_rates(rates),
        estimate=amount(estimate) if estimate else None,
        provision=amount(provision) if provision else None,
        debit_mandate=mandate,
        due_days=due_days,
    )
    return _words(postpaid.agree(connection, stamp, actor, billing, account_id=account_id, agreement=agreement))


def end(connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, account: str) -> dict[str, Any]:
    """Close postpaid with today; what was used is invoiced when the month is over."""
    account_id = clients.find(connection, account).account_id
    return _words(postpaid.end(connection, stamp, actor, billing, account_id=account_id))


def provide(connection: Connection, stamp: Stamp, actor: str, *, account: str, paid: str) -> dict[str, Any]:
    """Note that a provision came in, with tax."""
    client = clients.find(connection, account)
    left = postpaid.provide(connection, stamp, actor, account_id=client.account_id, amount=amount(paid))
    return {"account": client.slug, "provision_left": str(left)}


def show(connection: Connection, now: datetime, billing: BillingRules, *, account: str) -> dict[str, Any]:
    """The agreement in force."""
    client = clients.find(connection, account)
    agreed = postpaid.in_force(connection, client.account_id, billing.today(now))
    if agreed is None:
        raise Refused("This client has no postpaid agreement.", "`gateway postpaid agree` opens one.")
    return _words(agreed)


def used(connection: Connection, *, account: str) -> Iterator[history.History]:
    """What was used and not invoiced yet, message by message."""
    return history.history(connection, account_id=clients.find(connection, account).account_id)


def _words(agreed: postpaid.Agreed) -> dict[str, Any]:
    agreement = agreed.agreement
    return {
        "agreement_id": agreed.agreement_id,
        "rates": {place: f"{each.micros / 1_000_000:g}" for place, each in agreement.rates.items()},
        "estimate": str(agreement.estimate),
        "provision_left": str(agreed.provision_left),
        "mandate": agreement.debit_mandate,
        "due_days": agreement.due_days,
        "since": agreed.since,
        "until": agreed.until,
    }


def _rates(text: str) -> Mapping[str, Rate]:
    found = {}
    for each in text.split(","):
        place, equals, price = each.strip().partition("=")
        if not equals or len(place) != len("FR"):
            raise Refused(f"{each!r} is no rate.", "Write them like FR=0.045,BE=0.07.")
        found[place.upper()] = rate(price)
    return found
