"""How clients pay: the bank details that can be charged while they are away."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from gateway.billing.invoice_tables import payment_method
from gateway.engine.database import Stamp
from plans.orders import PaymentMeans


@dataclass(frozen=True, slots=True)
class Method:
    """Bank details at a provider, as ``payments.port`` names them."""

    provider: str
    customer_ref: str
    method_ref: str
    label: str  # for people: "visa 4242"
    means: PaymentMeans


def note_method(connection: Connection, stamp: Stamp, account_id: int, method: Method) -> None:
    """Write down new bank details: from now on these are charged."""
    values = {name: getattr(method, name) for name in Method.__dataclass_fields__}
    connection.execute(
        insert(payment_method).values(account_id=account_id, method_id=stamp.new_id(), noted_at=stamp.now, **values)
    )


def methods(connection: Connection, account_ids: Collection[int]) -> dict[int, Method]:
    """The bank details that are charged, by account: the newest ones."""
    row = payment_method.c
    newest = (
        select(row.account_id, func.max(row.method_id).label("method_id"))
        .where(row.account_id.in_(sorted(account_ids)))
        .group_by(row.account_id)
        .subquery()
    )
    found = select(row.account_id, *(row[name] for name in Method.__dataclass_fields__)).join(
        newest, (row.account_id == newest.c.account_id) & (row.method_id == newest.c.method_id)
    )
    return {account_id: Method(*each) for account_id, *each in connection.execute(found)}
