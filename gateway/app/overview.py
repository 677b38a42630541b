"""An account at a glance: who it is, what it may spend and where it may send."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from gateway.accounts import authorisations, clients
from gateway.billing.tables import balance


def overview(connection: Connection, *, account: str) -> dict[str, Any]:
    """The fields of the client, ``units_left`` and ``open_countries``; raises ``Refused`` where there is none.

    The units are those of whoever pays, the parent's for a sub-account. Each open country has the units per part that
    were agreed, None for the published rate.
    """
    client = clients.find(connection, account)
    units = select(balance.c.credit_units).where(balance.c.account_id == client.payer_id)
    opened = authorisations.opened_for(connection, [client])[client.account_id]
    return {**asdict(client), "units_left": connection.scalar(units) or 0, "open_countries": opened}
