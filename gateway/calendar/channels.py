"""Push channels: how providers tell that a calendar changed. They only bring the next poll forward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, or_, select, update

from gateway.calendar.calendars import Key
from gateway.calendar.connections import hasten
from gateway.calendar.feeds.port import Channel
from gateway.calendar.tables import calendar, push_channel
from gateway.engine.database import Stamp
from gateway.engine.vault import Vault


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel as we know it."""

    account_id: int
    channel_id: int
    calendar_id: int
    channel: Channel
    renew_at: datetime
    heard: bool  # the provider has reached us over it


def opening(
    connection: Connection, stamp: Stamp, vault: Vault, *, key: Key, name: str, token: str
) -> OpenChannel | None:
    """Keep a channel that is about to be opened under our ``name``: its first message may come before the answer.

    Every message over it has to bring ``token``. None where the calendar is polled no more.
    """
    of = (calendar.c.account_id == key[0], calendar.c.calendar_id == key[1], calendar.c.next_poll_at.is_not(None))
    if not connection.scalar(select(exists().where(*of))):
        return None
    known = OpenChannel(key[0], stamp.new_id(), key[1], Channel("", "", stamp.now), stamp.now, heard=False)
    values = {"account_id": key[0], "channel_id": known.channel_id, "calendar_id": key[1], "name": name}
    state = {"remote_name": "", "resource_id": "", "expires_at": stamp.now, "renew_at": stamp.now}
    connection.execute(insert(push_channel).values({**values, **state, "token": _digest(token)}))
    vault.keep(connection, key[0], owner(known.channel_id), token.encode())
    return known


def renewing(connection: Connection, vault: Vault, known: OpenChannel) -> str:
    """What messages over a channel bring that is about to be renewed: until the next one it does not count."""
    connection.execute(update(push_channel).where(*_this(known)).values(heard_at=None))
    return (vault.open(connection, known.account_id, owner(known.channel_id)) or b"").decode()


def opened(connection: Connection, now: datetime, known: OpenChannel, channel: Channel) -> bool:
    """Keep what became of a channel: it is open, or open for longer. False where it was forgotten meanwhile."""
    change = update(push_channel).where(*_this(known)).values(_state(now, channel))
    return connection.execute(change).rowcount == 1


def forget(connection: Connection, vault: Vault, known: OpenChannel) -> None:
    """A channel is closed: nothing that comes over it counts any more."""
    connection.execute(delete(push_channel).where(*_this(known)))
    vault.forget(connection, known.account_id, owner(known.channel_id))


def forget_ended(connection: Connection, vault: Vault, before: datetime, limit: int) -> int:
    """Forget up to ``limit`` channels that ended before an instant, with their tokens; returns how many."""
    row = push_channel.c
    ended = connection.execute(select(push_channel).where(row.expires_at < before).limit(limit)).all()
    for each in ended:
        forget(connection, vault, _open(each))
    return len(ended)


def of_calendar(connection: Connection, key: Key) -> OpenChannel | None:
    """The channel of a calendar; None where it has none."""
    row = push_channel.c
    of_it = (row.account_id == key[0], row.calendar_id == key[1])
    found = connection.execute(select(push_channel).where(*of_it).order_by(row.channel_id.desc())).first()
    return None if found is None else _open(found)


def is_pushed(connection: Connection, key: Key, now: datetime) -> bool:
    """Whether a calendar has a channel that is open now, reaches us, and is not about to be renewed."""
    row = push_channel.c
    open_now = (row.account_id == key[0], row.calendar_id == key[1], row.expires_at > now, row.renew_at > now)
    return connection.scalar(select(exists().where(*open_now, row.heard_at.is_not(None)))) or False


def is_awaited(connection: Connection, *, token: str) -> bool:
    """Whether a channel of this token has not reached us yet."""
    row = push_channel.c
    return connection.scalar(select(exists().where(row.token == _digest(token), row.heard_at.is_(None)))) or False


def reached(connection: Connection, now: datetime, *, token: str) -> None:
    """The first message over a channel came: from now on it counts.

    It is known by its token alone, for it may come before we are told the name of the channel.
    """
    row = push_channel.c
    connection.execute(
        update(push_channel).where(row.token == _digest(token), row.heard_at.is_(None)).values(heard_at=now)
    )


def is_genuine(connection: Connection, *, name: str, token: str) -> bool:
    """Whether there is such a channel, and this is its token; to be asked first, for anybody can send anything."""
    return bool(_genuine(connection, name, token))


def hint(connection: Connection, now: datetime, *, name: str, token: str) -> bool:
    """A provider says that a calendar changed: poll it now. False where there is no such channel, or not this token.

    ``name`` is our name of the channel or the provider's. Wakes ``connections.TOPIC``.
    """
    genuine = _genuine(connection, name, token)
    if not all(each.heard for each in genuine):
        reached(connection, now, token=token)
    hasten(connection, now, [(each.account_id, each.calendar_id) for each in genuine], patient=True)
    return bool(genuine)


def renew_now(connection: Connection, now: datetime, *, name: str, token: str) -> bool:
    """A provider says that a channel wants renewing, or has ended: the poll that follows sees to it."""
    genuine = _genuine(connection, name, token)
    for each in genuine:
        connection.execute(update(push_channel).where(*_this(each)).values(renew_at=now))
    hasten(connection, now, [(each.account_id, each.calendar_id) for each in genuine], patient=True)
    return bool(genuine)


def owner(channel_id: int) -> str:
    """Whose token it is in the vault."""
    return f"channel:{channel_id}"


def _genuine(connection: Connection, name: str, token: str) -> Sequence[OpenChannel]:
    row = push_channel.c
    if not name:
        return []
    found = connection.execute(select(push_channel).where(or_(row.name == name, row.remote_name == name))).all()
    return [_open(each) for each in found if compare_digest(each.token, _digest(token))]


def _state(now: datetime, channel: Channel) -> dict[str, Any]:
    """Half of its life is time enough for many tries to renew it."""
    life = max(channel.expires_at - now, timedelta(minutes=2))
    return {
        "remote_name": channel.channel_id,
        "resource_id": channel.resource_id,
        "expires_at": channel.expires_at,
        "renew_at": now + life / 2,
        **({"heard_at": now} if channel.validated else {}),
    }


def _this(known: OpenChannel) -> tuple[Any, ...]:
    return push_channel.c.account_id == known.account_id, push_channel.c.channel_id == known.channel_id


def _open(row: Row[*tuple[Any, ...]]) -> OpenChannel:
    channel = Channel(row.remote_name, row.resource_id, row.expires_at)
    return OpenChannel(row.account_id, row.channel_id, row.calendar_id, channel, row.renew_at, row.heard_at is not None)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
