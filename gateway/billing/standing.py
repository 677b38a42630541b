"""Whether a client may order: the terms it accepted, the payments it owes, what is wrong with its account."""

from datetime import date

from sqlalchemy import Connection, exists, select, update

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.tables import account
from gateway.accounts.words import Action
from gateway.billing.invoice_tables import invoice
from gateway.billing.letters import write_letter
from gateway.billing.refusing import check
from gateway.billing.rules import BillingRules
from gateway.billing.selling_tables import billing_profile
from gateway.billing.terms_texts import keep
from gateway.billing.words import InvoiceState, LetterKind
from gateway.engine.database import Stamp
from plans.orders import Standing, order_refusal


def accept_terms(
    connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, *, account_id: int, version: str
) -> None:
    """Note that a client accepted the terms in force, keep their text, and mail it to the client (terms, article 1)."""
    current = rules.terms_version(rules.today(stamp.now))
    if version != current:
        raise Refused(f"The terms of {version!r} are not in force.", f"Accept those of {current}.")
    language = clients.find(connection, str(account_id)).language
    text = rules.terms_texts.get((version, language))
    if text is None:
        missing = f"terms/{version}.{language}.txt"
        raise Refused(f"There is no text of the terms of {version}.", f"Add {missing} to the data directory.")
    digest = keep(connection, stamp, version, language, text)
    _change(connection, account_id, accepted_terms=version, accepted_at=stamp.now, accepted_digest=digest)
    audit_trail.append(connection, stamp, actor, account_id, Action.TERMS_ACCEPTED, version=version, digest=digest)
    write_letter(connection, stamp, account_id, LetterKind.TERMS_ACCEPTED, version=version, digest=digest)


def block_orders(connection: Connection, stamp: Stamp, actor: str, *, account_id: int, blocked: bool) -> None:
    """Take no orders of a client until a problem is solved, such as wrong information; or take them again."""
    _change(connection, account_id, blocked=blocked)
    action = Action.ORDERS_BLOCKED if blocked else Action.ORDERS_UNBLOCKED
    audit_trail.append(connection, stamp, actor, account_id, action)


def require_order(connection: Connection, rules: BillingRules, account_id: int, today: date) -> None:
    """Refuse an order that may not be taken from this client today."""
    check(order_refusal(standing(connection, rules, account_id, today)))


def refuse_sub_account(connection: Connection, account_id: int) -> None:
    """Refuse an order of a sub-account, which only has what its parent ordered (terms, article 2)."""
    parent = connection.scalar(select(account.c.parent_id).where(account.c.account_id == account_id))
    if parent is not None:
        raise Refused("A sub-account orders nothing.", "Order from the main account, on which it stands.")


def standing(connection: Connection, rules: BillingRules, account_id: int, today: date) -> Standing:
    """What an order of this client depends on."""
    row = billing_profile.c
    found = connection.execute(
        select(row.accepted_terms, row.blocked).where(row.account_id == account_id)
    ).one_or_none()
    accepted, blocked = found or (None, False)
    return Standing(accepted, rules.terms_version(today), is_late(connection, account_id, today), blocked)


def is_late(connection: Connection, account_id: int, today: date) -> bool:
    """Whether any payment of a client is late (terms, article 5.3)."""
    row = invoice.c
    late = exists().where(row.account_id == account_id, row.state == InvoiceState.OPEN, row.due_on < today)
    return connection.scalar(select(late)) or False


def _change(connection: Connection, account_id: int, **values: object) -> None:
    of_account = billing_profile.c.account_id == account_id
    if connection.execute(update(billing_profile).where(of_account).values(**values)).rowcount == 0:
        raise Refused("This account has no billing details.", "`gateway billing profile` gives name and address.")
