"""Packs of prepaid units: selling one, giving test units once, and what an account holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from gateway.accounts import audit_trail, clients
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing.lots import Grant, grant, lock_balances
from gateway.billing.tables import credit_lot
from gateway.engine.database import Stamp
from plans.lots import pack_end
from plans.terms import CreditTerms
from plans.words import LotKind

_MOST_UNITS = 1_000_000_000
_LABEL_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Pack:
    """Units that came in together and end together."""

    lot_id: int
    kind: LotKind
    label: str
    units_granted: int
    units_left: int
    activated_at: datetime
    expires_at: datetime  # the first instant at which nothing can be drawn any more


def add(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    terms: CreditTerms,
    *,
    account: str,
    units: int,
    label: str | None = None,
    test: bool = False,
) -> Pack:
    """Open a pack that is valid from now on; ``test`` units are for mail-to-SMS alone and given once per client.

    A sub-account has no packs: it spends its parent's.
    """
    client = clients.find(connection, account)
    if client.parent_id is not None:
        raise Refused(f"{client.slug} is a sub-account.", "Give the pack to its parent, whose credit it spends.")
    kind = LotKind.TEST if test else LotKind.PACK
    order = Grant(
        account_id=client.account_id,
        kind=kind,
        units=_checked_units(units),
        label=_checked_label(label or f"{kind} {units}"),
        expires_at=pack_end(stamp.now, terms.pack_months, ZoneInfo(client.time_zone)),
    )
    lock_balances(connection, {client.account_id})  # of two test grants at once, the second sees the first
    if test:
        _check_first_test(connection, client)
    lot_id = grant(connection, stamp, order)
    audit_trail.append(
        connection, stamp, actor, client.account_id, Action.CREDIT_GRANTED, kind=kind, units=units, label=order.label
    )
    return Pack(lot_id, kind, order.label, units, units, stamp.now, order.expires_at)


def listing(connection: Connection, *, account: str) -> Iterator[Pack]:
    """The packs that an account draws on, those that ended too, by their end; a sub-account's are its parent's."""
    client = clients.find(connection, account)
    row = credit_lot.c
    of_payer = (
        select(row.lot_id, row.kind, row.label, row.units_granted, row.units_left, row.activated_at, row.expires_at)
        .where(row.account_id == client.payer_id)
        .order_by(row.expires_at, row.lot_id)
    )
    return (Pack(*each) for each in connection.execute(of_payer))


def _check_first_test(connection: Connection, client: clients.Client) -> None:
    row = credit_lot.c
    given = select(func.count()).where(row.account_id == client.account_id, row.kind == LotKind.TEST)
    if connection.scalar(given):
        raise Refused(f"{client.slug} has had its test units.", "They are given once; add a pack.")


def _checked_units(units: int) -> int:
    if not 0 < units <= _MOST_UNITS:
        raise Refused(f"{units} units are no pack.", f"Give 1 to {_MOST_UNITS}.")
    return units


def _checked_label(label: str) -> str:
    if len(label) > _LABEL_LENGTH or not label.isprintable():
        raise Refused("This is no label for a pack.", f"Use up to {_LABEL_LENGTH} printable characters.")
    return label
