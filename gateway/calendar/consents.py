"""Consents that were asked for and not answered yet: the state of each, kept on the server and used once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select

from gateway.calendar.feeds.port import Begun
from gateway.calendar.tables import consent_request
from gateway.calendar.words import Provider
from gateway.engine.database import Stamp
from gateway.engine.vault import Vault

LIFE = timedelta(minutes=15)  # how long the owner may take on the provider's pages
_SWEEP = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A consent that is being answered."""

    account_id: int
    provider: Provider
    kept: bytes  # what ``Consent.begin`` wanted kept
    writes: bool  # more than reading is asked for


def keep_request(
    connection: Connection,
    stamp: Stamp,
    vault: Vault,
    *,
    account_id: int,
    provider: Provider,
    begun: Begun,
    writes: bool = False,
    session: str = "",
    life: timedelta = LIFE,
) -> None:
    """Remember that an account asks for consent; ``session`` binds the answer to the browser that asked."""
    _sweep(connection, stamp, vault)
    state = _digest(begun.state)
    connection.execute(
        insert(consent_request).values(
            account_id=account_id,
            state=state,
            provider=provider,
            writes=writes,
            session=_digest(session) if session else "",
            expires_at=stamp.now + life,
        )
    )
    vault.keep(connection, account_id, _owner(state), begun.kept)


def find_request(connection: Connection, now: datetime, *, state: str) -> tuple[int, Provider, bool] | None:
    """The account, the provider, and whether writing is asked for under this state by no session; it stays."""
    row = consent_request.c
    these = (row.state == _digest(state), row.session == "", row.expires_at > now)
    found = connection.execute(select(row.account_id, row.provider, row.writes).where(*these)).one_or_none()
    return None if found is None else (found.account_id, found.provider, found.writes)


def take_request(connection: Connection, stamp: Stamp, vault: Vault, *, state: str, session: str = "") -> Asked | None:
    """What was asked under this state, once; None where nothing was, not by this session, or too long ago."""
    digest, row = _digest(state), consent_request.c
    taken = delete(consent_request).where(
        row.state == digest,
        row.session == (_digest(session) if session else ""),
        row.expires_at > stamp.now,
    )
    found = connection.execute(taken.returning(row.account_id, row.provider, row.writes)).one_or_none()
    if found is None:
        return None
    kept = vault.open(connection, found.account_id, _owner(digest)) or b""
    vault.forget(connection, found.account_id, _owner(digest))
    return Asked(found.account_id, found.provider, kept, found.writes)


def _sweep(connection: Connection, stamp: Stamp, vault: Vault) -> None:
    """Forget those that were never answered."""
    row = consent_request.c
    over = select(row.account_id, row.state).where(row.expires_at <= stamp.now).limit(_SWEEP)
    for account_id, state in connection.execute(over).all():
        vault.forget(connection, account_id, _owner(state))
        connection.execute(delete(consent_request).where(row.account_id == account_id, row.state == state))


def _owner(state: str) -> str:
    return f"consent:{state}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()
