"""Orders a pack by card when credit runs low, for clients that asked for it; bounded by the month."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Exists, ScalarSelect, delete, exists, func, insert, select

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.accounts.words import AccountState, Action
from gateway.billing.customers import customer
from gateway.billing.methods import methods
from gateway.billing.orders import PackOrder, order, quote
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import auto_top_up, customer_order
from gateway.billing.standing import standing
from gateway.billing.tables import balance
from gateway.billing.words import OrderState
from gateway.engine.database import Stamp
from plans.orders import PaymentMeans, order_refusal

ACTOR = "auto top-up"
_MOST_A_MONTH = 31
_MOST_UNITS = 1_000_000_000
_BATCH = 100


@dataclass(frozen=True, slots=True)
class TopUp:
    """When to order what by itself."""

    pack: str
    below_units: int  # as soon as the balance is lower
    most_a_month: int  # orders on the seller's calendar


def set_top_up(
    connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, *, account_id: int, wanted: TopUp | None
) -> None:
    """Have packs ordered by themselves, or (None) no longer."""
    if wanted:
        _check(connection, stamp, rules, account_id, wanted)
    connection.execute(delete(auto_top_up).where(auto_top_up.c.account_id == account_id))
    if wanted:
        values = {name: getattr(wanted, name) for name in TopUp.__dataclass_fields__}
        connection.execute(insert(auto_top_up).values(account_id=account_id, **values))
    pack = wanted.pack if wanted else None
    audit_trail.append(connection, stamp, actor, account_id, Action.TOP_UP_SET, pack=pack)


def top_up(connection: Connection, stamp: Stamp, rules: BillingRules) -> list[int]:
    """Order for a batch of clients whose credit is low; returns their accounts, none only where nobody is left.

    An order that waits for its money keeps another from being made, and so do a late payment and the bound of the
    month: money is never taken again and again while something is wrong.
    """
    after = 0
    while low := _low(connection, rules.today(stamp.now), after):
        able = methods(connection, {account_id for account_id, _ in low})
        if ordered := [each for each, pack in low if each in able and _ordered(connection, stamp, rules, each, pack)]:
            return ordered
        after, _ = low[-1]  # who cannot pay stands in nobody's way
    return []


def _low(connection: Connection, today: date, after: int) -> list[tuple[int, str]]:
    """Accounts above ``after`` that are to be topped up, in order, and by which pack."""
    row = auto_top_up.c
    low = (
        select(row.account_id, row.pack)
        .outerjoin(balance, balance.c.account_id == row.account_id)
        .join(account, account.c.account_id == row.account_id)
        .where(func.coalesce(balance.c.credit_units, 0) < row.below_units, account.c.state == AccountState.ACTIVE)
        .where(~_waiting(), _made_since(today.replace(day=1)) < row.most_a_month, row.account_id > after)
        .order_by(row.account_id)
        .limit(_BATCH)
        .with_for_update(of=auto_top_up, skip_locked=True)
    )
    return [(account_id, pack) for account_id, pack in connection.execute(low)]


def _ordered(connection: Connection, stamp: Stamp, rules: BillingRules, account_id: int, pack: str) -> bool:
    """Order a pack for a client that may order; whether it was."""
    if order_refusal(standing(connection, rules, account_id, rules.today(stamp.now))):
        return False
    order(connection, stamp, ACTOR, rules, PackOrder(account_id, pack, PaymentMeans.CARD))
    return True


def _waiting() -> Exists:
    row = customer_order.c
    return exists().where(row.account_id == auto_top_up.c.account_id, row.state == OrderState.ACCEPTED)


def _made_since(first: date) -> ScalarSelect[int]:
    row = customer_order.c
    of_month = (row.account_id == auto_top_up.c.account_id, row.item == auto_top_up.c.pack, row.ordered_on >= first)
    return select(func.count()).where(*of_month).scalar_subquery()


def _check(connection: Connection, stamp: Stamp, rules: BillingRules, account_id: int, wanted: TopUp) -> None:
    if not 0 < wanted.below_units <= _MOST_UNITS or not 0 < wanted.most_a_month <= _MOST_A_MONTH:
        raise Refused("This is no top-up.", f"Give a mark above 0, and 1 to {_MOST_A_MONTH} orders a month.")
    if clients.find(connection, str(account_id)).parent_id is not None:
        raise Refused("A sub-account orders nothing.", "Set it up for the main account.")
    customer(connection, rules, account_id)
    if account_id not in methods(connection, {account_id}):
        raise Refused("This client has given no card.", "Have one entered first.")
    quote(connection, rules, rules.today(stamp.now), PackOrder(account_id, wanted.pack, PaymentMeans.CARD))
