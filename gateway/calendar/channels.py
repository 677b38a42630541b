"""Push channels: how providers tell that a calendar changed. They only bring the next poll forward."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, insert, or_, select, update

from gateway.calendar.calendars import Key
from gateway.calendar.connections import hasten
from gateway.calendar.feeds.port import Channel
from gateway.calendar.tables import push_channel
from gateway.engine.database import Stamp
from gateway.engine.timetable import Timetable
from gateway.engine.vault import Vault

CHANNELS = Timetable(push_channel, key="channel_id")


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel as we know it."""

    account_id: int
    channel_id: int
    calendar_id: int
    channel: Channel
    name: str  # what we call it towards the provider


def new_name() -> str:
    """A name for a channel that nobody guesses: 43 of the 64 characters that Google takes."""
    return secrets.token_urlsafe(32)


def opened(
    connection: Connection, stamp: Stamp, vault: Vault, *, key: Key, name: str, token: str, channel: Channel
) -> int:
    """Keep a channel that a provider opened; every message over it has to bring ``token``."""
    channel_id = stamp.new_id()
    connection.execute(
        insert(push_channel).values(
            account_id=key[0],
            channel_id=channel_id,
            calendar_id=key[1],
            name=name,
            remote_name=channel.channel_id if channel.channel_id != name else "",
            resource_id=channel.resource_id,
            token=_digest(token),
            expires_at=channel.expires_at,
            look_at=half_life(stamp.now, channel.expires_at),
        )
    )
    vault.keep(connection, key[0], owner(channel_id), token.encode())
    return channel_id


def hint(connection: Connection, now: datetime, *, name: str, token: str) -> bool:
    """A provider says that a calendar changed: poll it now. False where there is no such channel, or not this token.

    ``name`` is our name of the channel or the provider's. Wakes ``connections.TOPIC``.
    """
    row = push_channel.c
    if not name:
        return False
    found = connection.execute(
        select(row.account_id, row.calendar_id, row.token).where(or_(row.name == name, row.remote_name == name))
    ).all()
    genuine = [each for each in found if compare_digest(each.token, _digest(token))]
    hasten(connection, now, [(each.account_id, each.calendar_id) for each in genuine])
    return bool(genuine)


def renew_now(connection: Connection, now: datetime, *, name: str, token: str) -> bool:
    """A provider says that a channel wants renewing (Graph's ``reauthorizationRequired``), or that it is gone."""
    if not hint(connection, now, name=name, token=token):
        return False
    row = push_channel.c
    these = (or_(row.name == name, row.remote_name == name), row.claimed_by.is_(None))
    connection.execute(update(push_channel).where(*these).values(look_at=now))
    return True


def is_pushed(connection: Connection, key: Key, now: datetime) -> bool:
    """Whether a calendar has a channel that is open now."""
    row = push_channel.c
    open_now = (row.account_id == key[0], row.calendar_id == key[1], row.expires_at > now)
    return connection.scalar(select(exists().where(*open_now))) or False


def of_calendars(connection: Connection, keys: Sequence[Key]) -> list[OpenChannel]:
    """The channels of calendars."""
    row = push_channel.c
    wanted = or_(*(and_(row.account_id == account_id, row.calendar_id == each) for account_id, each in keys))
    return [_open(each) for each in connection.execute(select(push_channel).where(wanted))] if keys else []


def by_id(connection: Connection, account_id: int, channel_id: int) -> OpenChannel | None:
    """One channel; None where it was closed."""
    row = push_channel.c
    these = (row.account_id == account_id, row.channel_id == channel_id)
    found = connection.execute(select(push_channel).where(*these)).one_or_none()
    return None if found is None else _open(found)


def forget(connection: Connection, vault: Vault, account_id: int, channel_id: int) -> None:
    """A channel is closed: nothing that comes over it counts any more."""
    row = push_channel.c
    connection.execute(delete(push_channel).where(row.account_id == account_id, row.channel_id == channel_id))
    vault.forget(connection, account_id, owner(channel_id))


def half_life(now: datetime, expires_at: datetime) -> datetime:
    """When to renew what ends at an instant: half of it is time enough for many tries."""
    return now + max((expires_at - now) / 2, timedelta(minutes=1))


def owner(channel_id: int) -> str:
    """Whose token it is in the vault."""
    return f"channel:{channel_id}"


def _open(row: Row[*tuple[Any, ...]]) -> OpenChannel:
    channel = Channel(row.remote_name or row.name, row.resource_id, row.expires_at)
    return OpenChannel(row.account_id, row.channel_id, row.calendar_id, channel, row.name)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
