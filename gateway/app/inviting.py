"""The command that invites the owner of calendars to link them."""

from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.calendar.linking import TICKET_LIFE, issue_ticket
from gateway.calendar.words import Provider
from gateway.engine.database import Stamp
from gateway.engine.vault import open_vault
from gateway.settings import Settings

#: The providers at which an application has to be registered: their settings have their names.
_REGISTERED = frozenset({"google", "outlook"})


def invite(
    connection: Connection, stamp: Stamp, settings: Settings, *, account: str, provider: Provider, write: bool = False
) -> dict[str, Any]:
    """Make the address at which the owner of calendars links them to an account: for a day, once.

    ``write``: the owner is also asked for leave to mark events.
    """
    if provider.value not in _REGISTERED or getattr(settings, provider.value) is None:
        raise Refused(
            f"Nothing is registered at {provider} for this gateway.",
            f"docs/calendars-google-outlook.md says how; then set [{provider}] in the configuration.",
        )
    client = clients.find(connection, account)
    vault = open_vault(settings.data_dir)
    ticket = issue_ticket(connection, stamp, vault, account_id=client.account_id, provider=provider, writes=write)
    link = f"{settings.web.base_url}/calendars/link/{provider}?ticket={ticket}"
    return {"account": client.slug, "provider": provider, "link": link, "until": stamp.now + TICKET_LIFE}
