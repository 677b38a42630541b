"""The commands about what a client may spend, order and have ordered, and about the end of its contract."""

from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.app.figures import issued_words
from gateway.billing.caps import cap
from gateway.billing.rules import BillingRules
from gateway.billing.standing import block_orders
from gateway.billing.termination import terminate
from gateway.billing.top_ups import TopUp, set_top_up
from gateway.engine.database import Stamp


def cap_credit(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, units: int | None = None
) -> dict[str, Any]:
    """Let a sub-account spend so many units of its parent from now on, or (None) all there are."""
    capped = cap(connection, stamp, actor, account=account, units=units)
    return {"account": account, "units": capped.units if capped else None}


def block(connection: Connection, stamp: Stamp, actor: str, *, account: str, blocked: bool = True) -> dict[str, Any]:
    """Take no orders of a client until a problem is solved, or take them again."""
    client = clients.find(connection, account)
    block_orders(connection, stamp, actor, account_id=client.account_id, blocked=blocked)
    return {"account": client.slug, "blocked": blocked}


def keep_topped_up(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    billing: BillingRules,
    *,
    account: str,
    pack: str | None = None,
    below_units: int = 0,
    most_a_month: int = 1,
) -> dict[str, Any]:
    """Have a pack ordered by card when credit runs low, or (None) no longer."""
    client = clients.find(connection, account)
    wanted = TopUp(pack, below_units, most_a_month) if pack else None
    set_top_up(connection, stamp, actor, billing, account_id=client.account_id, wanted=wanted)
    return {"account": client.slug, "pack": pack, "below_units": below_units if pack else None}


def end_contract(
    connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, account: str, refund: bool = False
) -> dict[str, Any]:
    """End the contract with a client: what was used is invoiced, the account and its sub-accounts are closed."""
    client = clients.find(connection, account)
    ended = terminate(connection, stamp, actor, billing, account_id=client.account_id, refund=refund)
    return {
        "account": client.slug,
        "invoices": [issued_words(each) for each in ended.closing],
        "credit_notes": [issued_words(each) for each in ended.credit_notes],
    }
