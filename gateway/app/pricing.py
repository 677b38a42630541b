"""The commands about new prices of those who ordered before, and about incidents."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.app.figures import day
from gateway.app.paging import identifier
from gateway.billing import revisions
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import price_revision
from gateway.engine.database import Stamp
from gateway.sms.incidents import GivenBack, give_back, has_carried
from gateway.sms.policy import Rules
from plans.incidents import Incident
from plans.prices import Revision


def revise(
    connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, item: str, since: str
) -> dict[str, Any]:
    """Tell all who hold a plan or pack of the price that is offered since a day; it binds them when notice is over."""
    told = revisions.revise(connection, stamp, actor, billing, item=item, since=day(since))
    applies_on = sorted({each.revision.applies_on for each in told})
    return {"item": item, "since": since, "clients_told": len(told), "applies_on": applies_on}


def refuse(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    revision: str,
    on: str | None = None,
) -> Revision:
    """Note a client's registered letter against a new price; ``on`` is its day, else today."""
    return revisions.refuse(
        connection,
        stamp,
        actor,
        billing,
        account_id=clients.find(connection, account).account_id,
        revision_id=identifier(revision),
        refused_on=day(on) if on else billing.today(stamp.now),
    )


def listing(connection: Connection, *, account: str) -> Iterator[dict[str, Any]]:
    """The new prices that a client was told of, the newest first."""
    row, account_id = price_revision.c, clients.find(connection, account).account_id
    told = select(price_revision).where(row.account_id == account_id).order_by(row.revision_id.desc())
    return (dict(each._mapping) for each in connection.execute(told))  # noqa: SLF001 - its public name


def incident(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    rules: Rules,
    billing: BillingRules,
    *,
    carrier: str,
    since: str,
    until: str,
) -> GivenBack:
    """Give back what messages cost that were handed to a carrier while it could not send, and were not delivered."""
    known = {each.carrier for each in rules.routes}
    if carrier not in known and not has_carried(connection, carrier):
        raise Refused(f"There is no carrier {carrier!r}.", f"Name one of {', '.join(sorted(known))}.")
    happened = Incident(carrier, _instant(since, billing), _instant(until, billing))
    return give_back(connection, stamp, actor, billing, rules.credit.refund_grace, happened=happened)


def _instant(text: str, billing: BillingRules) -> datetime:
    """The instant that ``text`` names; without an offset it is the seller's local time."""
    try:
        named = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no instant.", "Write it like 2026-11-27T20:00, with or without +01:00.") from None
    return (named if named.tzinfo else named.replace(tzinfo=billing.zone)).astimezone(UTC)
