"""What providers are still to be told when calendars are let go: rows of work, each with a sealed secret of its own.

The secret of a connection is forgotten with it; a copy stays with the row while it is worked on, a day at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, insert, select

from gateway.calendar import calendars, channels, connections
from gateway.calendar.calendars import Calendar
from gateway.calendar.feeds.port import Channel
from gateway.calendar.tables import calendar_connection, calendar_release
from gateway.calendar.words import ConnectionState, Provider
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim, Queue
from gateway.engine.vault import Vault, VaultError

RELEASES = Queue(calendar_release, key="release_id", order="release_id")

#: Woken when there is something to tell.
TOPIC = "calendar_release"

#: After so long it is given up: channels end by themselves, and the owner can take a consent back at the provider's.
GIVEN_UP = timedelta(days=1)

#: Where an application can give an access back. Microsoft lets none do it.
_REVOCABLE = frozenset({Provider.GOOGLE})


@dataclass(frozen=True, slots=True)
class Release:
    """What one provider is to be told."""

    provider: Provider
    subject: str  # the provider's name of the user
    revokes: bool  # the access is given back; else channels are closed and no more
    channels: Sequence[Channel]
    secret: bytes | None  # None where it cannot be opened
    asked_at: datetime


def unlink(
    connection: Connection, stamp: Stamp, actor: str, vault: Vault, *, account_id: int, connection_id: int
) -> None:
    """End a connection at once, and have its provider told. Wakes ``TOPIC``."""
    linked = connections.find(connection, account_id, connection_id)
    closed = _close(connection, vault, calendars.of_connection(connection, account_id, connection_id))
    secret = connections.unlink(connection, stamp, actor, vault, account_id=account_id, connection_id=connection_id)
    revokes = linked.provider in _REVOCABLE
    if secret is not None and (revokes or closed):
        release = Release(linked.provider, linked.subject, revokes, closed, secret, stamp.now)
        _enter(connection, stamp, vault, account_id, release)


def close_channels(connection: Connection, stamp: Stamp, vault: Vault, calendar: Calendar) -> None:
    """Have the provider of a calendar that is read no more push no more. Wakes ``TOPIC``."""
    closed = _close(connection, vault, [calendar])
    of = (calendar.account_id, calendar.connection_id)
    linked = connections.find(connection, *of)
    try:
        secret = connections.secret_of(connection, vault, *of) if closed else None
    except VaultError:  # then nobody can be asked to close them
        secret = None
    if secret is not None:
        release = Release(
            linked.provider, linked.subject, revokes=False, channels=closed, secret=secret, asked_at=stamp.now
        )
        _enter(connection, stamp, vault, calendar.account_id, release)


def find(connection: Connection, vault: Vault, claim: Claim) -> Release:
    """What was claimed."""
    row = calendar_release.c
    found = connection.execute(
        select(row.provider, row.subject, row.revokes, row.channels, row.asked_at).where(
            row.account_id == claim.account_id, row.release_id == claim.row_id
        )
    ).one()
    try:
        secret = vault.open(connection, claim.account_id, owner(claim.row_id))
    except VaultError:
        secret = None
    named = [Channel(name, resource, found.asked_at) for name, resource in found.channels]
    return Release(found.provider, found.subject, found.revokes, named, secret, found.asked_at)


def is_linked(connection: Connection, release: Release) -> bool:
    """Whether its user is linked again, or in another account: an access given back would end that one, too."""
    row = calendar_connection.c
    same = (row.provider == release.provider, row.subject == release.subject)
    linked = exists().where(*same, row.state == ConnectionState.ACTIVE)
    return connection.scalar(select(linked)) or False


def end(connection: Connection, vault: Vault, claim: Claim) -> None:
    """Nothing is left to be told: the row goes, and its secret with it."""
    if RELEASES.finish(connection, [claim]):
        vault.forget(connection, claim.account_id, owner(claim.row_id))


def owner(release_id: int) -> str:
    """Whose secret it is in the vault."""
    return f"release:{release_id}"


def _close(connection: Connection, vault: Vault, of: Iterable[Calendar]) -> list[Channel]:
    """Forget the channels of calendars; what comes over them counts no more, whether or not they are closed."""
    closed = []
    for each in of:
        while (known := channels.of_calendar(connection, each.key)) is not None:
            channels.forget(connection, vault, known)
            if known.channel.resource_id:  # else whoever is opening it closes it
                closed.append(known.channel)
    return closed


def _enter(connection: Connection, stamp: Stamp, vault: Vault, account_id: int, release: Release) -> None:
    release_id = stamp.new_id()
    connection.execute(
        insert(calendar_release).values(
            account_id=account_id,
            release_id=release_id,
            provider=release.provider,
            subject=release.subject,
            revokes=release.revokes,
            channels=[[each.channel_id, each.resource_id] for each in release.channels],
            asked_at=release.asked_at,
        )
    )
    vault.keep(connection, account_id, owner(release_id), release.secret or b"")
