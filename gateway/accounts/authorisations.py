"""The foreign destinations that are open for a client, each at the published price or one agreed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from gateway.accounts import audit_trail, clients, tables
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.engine.database import Stamp


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A destination that is open."""

    destination: str  # ISO 3166 of a country or overseas territory
    units_per_part: int | None  # the price agreed; None takes the published rate
    opened_at: datetime


def open_country(
    connection: Connection, stamp: Stamp, actor: str, *, account: str, country: str, units_per_part: int | None = None
) -> Authorisation:
    """Let an account send to a country or overseas territory (terms, special term 2); again to change the price."""
    client = clients.find(connection, account)
    opened = Authorisation(clients.checked_country(country), _checked_price(units_per_part), stamp.now)
    if opened.destination == client.country:
        raise Refused(f"{opened.destination} is the home of {client.slug}.", "It is open without an authorisation.")
    _forget(connection, client, opened.destination)
    connection.execute(
        insert(tables.destination_authorisation).values(
            account_id=client.account_id,
            destination=opened.destination,
            units_per_part=opened.units_per_part,
            opened_at=opened.opened_at,
        )
    )
    audit_trail.append(
        connection,
        stamp,
        actor,
        client.account_id,
        Action.COUNTRY_OPENED,
        country=opened.destination,
        units_per_part=units_per_part,
    )
    return opened


def close_country(connection: Connection, stamp: Stamp, actor: str, *, account: str, country: str) -> None:
    """Take the authorisation back."""
    client = clients.find(connection, account)
    destination = clients.checked_country(country)
    if not _forget(connection, client, destination):
        raise Refused(
            f"{destination} is not open for {client.slug}.",
            f"`gateway account show {client.slug}` names those that are.",
        )
    audit_trail.append(connection, stamp, actor, client.account_id, Action.COUNTRY_CLOSED, country=destination)


def listing(connection: Connection, *, account: str) -> Iterator[Authorisation]:
    """The destinations opened for an account itself, by code."""
    client = clients.find(connection, account)
    column = tables.destination_authorisation.c
    of_client = (
        select(column.destination, column.units_per_part, column.opened_at)
        .where(column.account_id == client.account_id)
        .order_by(column.destination)
    )
    return (Authorisation(*row) for row in connection.execute(of_client))


_opened = tables.destination_authorisation.c
_OPENED = select(_opened.account_id, _opened.destination, _opened.units_per_part).where(
    _opened.account_id.in_(bindparam("account_ids", expanding=True))
)


def opened_for(connection: Connection, accounts: Collection[clients.Client]) -> Mapping[int, Mapping[str, int | None]]:
    """By account id, the units per part agreed (None: the published rate) of every destination open to it.

    A sub-account reaches what its parent has opened; where both have, its own price stands.
    """
    asked = {each.account_id for each in accounts} | {each.payer_id for each in accounts}
    rows = connection.execute(_OPENED, {"account_ids": list(asked)})
    own: dict[int, dict[str, int | None]] = defaultdict(dict)
    for account_id, destination, units_per_part in rows:
        own[account_id][destination] = units_per_part
    return {each.account_id: {**own[each.payer_id], **own[each.account_id]} for each in accounts}


def _forget(connection: Connection, client: clients.Client, destination: str) -> bool:
    column = tables.destination_authorisation.c
    forgotten = delete(tables.destination_authorisation).where(
        column.account_id == client.account_id, column.destination == destination
    )
    return connection.execute(forgotten).rowcount == 1


def _checked_price(units: int | None) -> int | None:
    if units is not None and not 0 < units <= 1000:
        raise Refused(f"{units} units per part is no price.", "Give 1 to 1000, or leave it out for the published rate.")
    return units
