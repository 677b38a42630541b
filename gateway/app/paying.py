"""The commands about how clients pay: what a provider was asked and answered, and what an admin has seen on paper."""

from typing import Any

from sqlalchemy import Connection

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing import setups
from gateway.billing.customers import customer
from gateway.billing.methods import Method
from gateway.billing.payments.manual import ManualGateway
from gateway.billing.payments.outcomes import PaymentMethod
from gateway.billing.rules import BillingRules
from gateway.billing.setups import Setup
from gateway.engine.database import Stamp
from plans.orders import PaymentMeans

_LONGEST_LABEL = 80


def payer(connection: Connection, billing: BillingRules, *, account: str) -> dict[str, Any]:
    """A client as a provider of payments needs it."""
    known = customer(connection, billing, clients.find(connection, account).account_id)
    return {"reference": str(known.account_id), "name": known.profile.legal_name, "email": known.profile.email}


def setup_begun(
    connection: Connection, stamp: Stamp, *, account: str, provider: str, customer_ref: str, reference: str
) -> dict[str, Any]:
    """Note that a client was asked for bank details."""
    account_id = clients.find(connection, account).account_id
    setups.note_setup(connection, stamp, account_id, Setup(provider, customer_ref, reference))
    return {"reference": reference}


def setup_open(connection: Connection, *, account: str) -> dict[str, Any]:
    """The page that was opened last for a client."""
    found = setups.open_setup(connection, clients.find(connection, account).account_id)
    if found is None:
        raise Refused("No page waits for this client.", "`gateway billing ask-details` opens one.")
    return {"provider": found.provider, "reference": found.reference}


def details_given(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    provider: str,
    reference: str,
    method_ref: str,
    label: str,
) -> dict[str, Any]:
    """Take in bank details that a client gave at a provider; what is open is charged to them at once."""
    client = clients.find(connection, account)
    given = PaymentMethod(method_ref, label)
    setups.take_in_details(connection, stamp=stamp, rules=billing, provider=provider, reference=reference, given=given)
    audit_trail.append(connection, stamp, actor, client.account_id, Action.CARD_NOTED, card=label)
    return {"account": client.slug, "details": label}


def by_hand(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    means: PaymentMeans,
    seen: str,
) -> dict[str, Any]:
    """Note that a client pays by itself from now on, and what an admin has seen of it, such as a mandate."""
    if means is PaymentMeans.CARD:
        raise Refused("A card is not noted by hand.", "`gateway billing ask-details` opens a page for it.")
    if not 0 < len(seen) <= _LONGEST_LABEL or not seen.isprintable():
        raise Refused("This says nothing of the details.", f"Give 1 to {_LONGEST_LABEL} printable characters.")
    client = clients.find(connection, account)
    customer_ref = f"{ManualGateway.name}_customer_{client.account_id}"
    method = Method(ManualGateway.name, customer_ref, means, seen, means)
    asked = setups.take_method(connection, stamp, billing, client.account_id, method)
    audit_trail.append(connection, stamp, actor, client.account_id, Action.CARD_NOTED, card=seen)
    return {"account": client.slug, "means": means, "details": seen, "invoices_asked_again": asked}
