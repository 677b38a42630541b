"""Sub-accounts that may spend only so much of their parent's credit; one without a cap shares all of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, bindparam, case, delete, insert, select, update

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing.lots import lock_balances
from gateway.billing.selling_tables import credit_cap
from gateway.engine.database import Stamp

_MOST_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Cap:
    """How much of its parent's credit a sub-account may spend in all, and what of it was spent."""

    units: int
    spent_units: int


def cap(connection: Connection, stamp: Stamp, actor: str, *, account: str, units: int | None = None) -> Cap | None:
    """Let a sub-account spend ``units`` from now on, or (None) whatever its parent has."""
    client = clients.find(connection, account)
    if client.parent_id is None:
        raise Refused(f"{client.slug} is no sub-account.", "Only what a sub-account spends of its parent is capped.")
    if units is not None and not 0 <= units <= _MOST_UNITS:
        raise Refused(f"{units} units are no cap.", f"Give 0 to {_MOST_UNITS}.")
    lock_balances(connection, {client.parent_id})  # charges read and write caps under the same lock
    connection.execute(delete(credit_cap).where(credit_cap.c.account_id == client.account_id))
    if units is not None:
        fresh = {"account_id": client.account_id, "units": units, "spent_units": 0}
        connection.execute(insert(credit_cap).values(fresh))
    audit_trail.append(connection, stamp, actor, client.account_id, Action.CREDIT_CAPPED, units=units)
    return None if units is None else Cap(units, 0)


def cap_of(connection: Connection, *, account: str) -> Cap | None:
    """The cap of a sub-account, or None where it has none."""
    row = credit_cap.c
    of_account = row.account_id == clients.find(connection, account).account_id
    found = connection.execute(select(row.units, row.spent_units).where(of_account)).one_or_none()
    return None if found is None else Cap(*found)


def left_of(connection: Connection, account_ids: Collection[int]) -> dict[int, int]:
    """What those of the accounts that are capped may still spend; the balances of their payers are locked."""
    if not account_ids:
        return {}
    row = credit_cap.c
    left = select(row.account_id, row.units - row.spent_units).where(row.account_id.in_(account_ids))
    return {account_id: int(units) for account_id, units in connection.execute(left)}


_spent = credit_cap.c.spent_units
_by = bindparam("by_units", type_=BigInteger)
_SPEND = (
    update(credit_cap)
    .where(credit_cap.c.account_id == bindparam("of_account"))
    .values(spent_units=case((_spent + _by > 0, _spent + _by), else_=0))  # older messages give nothing back to a cap
)


def spend(connection: Connection, units: Mapping[int, int]) -> None:
    """Count what accounts spent (or, below zero, got back) towards their caps; accounts without one are left alone."""
    rows = [{"of_account": account_id, "by_units": by} for account_id, by in sorted(units.items()) if by]
    if rows:
        connection.execute(_SPEND, rows)
