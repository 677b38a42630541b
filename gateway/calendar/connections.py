"""The connections to providers: what a consent gave, kept encrypted, until either end takes it back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.calendar.feeds.port import Granted, RemoteCalendar
from gateway.calendar.listed import enter_calendars, forget_polls, poll_enabled
from gateway.calendar.tables import calendar, calendar_connection
from gateway.calendar.words import ConnectionState, FeedFault, Provider
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim
from gateway.engine.timetable import Timetable
from gateway.engine.vault import Vault, VaultError

CONNECTIONS = Timetable(calendar_connection, key="connection_id")

#: How long a connection is held; whoever works longer holds it on.
LEASE = timedelta(minutes=2)

#: Woken when a connection is to be polled sooner than it was.
TOPIC = "calendar_connection"


@dataclass(frozen=True, slots=True)
class Linked:
    """A connection as its owner sees it."""

    connection_id: int
    provider: Provider
    subject: str  # the provider's name of the user
    label: str
    state: ConnectionState
    fault: FeedFault | None
    linked_at: datetime
    listed_at: datetime | None


def link(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    vault: Vault,
    *,
    account_id: int,
    provider: Provider,
    granted: Granted,
    calendars: Sequence[RemoteCalendar],
    zone: str,
) -> int:
    """Keep what a consent gave, with the calendars that can be chosen; returns the id of the connection.

    The same user of the same provider again is the same connection with a new secret: its calendars go on where they
    stopped. ``zone`` is that of calendars that name none. Where ``calendars`` is empty they are listed in a moment.
    """
    known = _id_of(connection, account_id, provider, granted.subject)
    connection_id = stamp.new_id() if known is None else known
    values = {
        "label": granted.label[:320],
        "scopes": sorted(granted.scopes),
        "writes": granted.writes,
        "state": ConnectionState.ACTIVE,
        "fault": None,
        "listed_at": stamp.now if calendars else None,
    }
    if known is None:
        new = {"account_id": account_id, "connection_id": connection_id, "provider": provider}
        values |= {**new, "subject": granted.subject, "linked_at": stamp.now}
        connection.execute(insert(calendar_connection).values(**values))
    else:
        _change(connection, account_id, connection_id, **values)
    vault.keep(connection, account_id, owner(connection_id), granted.secret)
    enter_calendars(connection, stamp, (account_id, connection_id), provider, calendars, zone=zone)
    poll_enabled(connection, stamp.now, account_id, connection_id)
    _free(connection, account_id, connection_id, stamp.now)
    audit_trail.append(connection, stamp, actor, account_id, Action.CALENDAR_LINKED, provider=provider)
    return connection_id


def unlink(
    connection: Connection, stamp: Stamp, actor: str, vault: Vault, *, account_id: int, connection_id: int
) -> bytes | None:
    """End a connection at once, and forget its secret, which is returned so that the provider can be told.

    What is planned from its calendars no longer leaves; nothing that was sent is forgotten. None where there is no
    secret, or none that can be opened.
    """
    found = find(connection, account_id, connection_id)
    if found.state is ConnectionState.UNLINKED:
        return None
    try:
        secret = secret_of(connection, vault, account_id, connection_id)
    except VaultError:  # the key is not the one of then: it can be forgotten all the same
        secret = None
    vault.forget(connection, account_id, owner(connection_id))
    forget_polls(connection, account_id, connection_id, disable=True)
    _change(connection, account_id, connection_id, state=ConnectionState.UNLINKED)
    _free(connection, account_id, connection_id, None)
    audit_trail.append(connection, stamp, actor, account_id, Action.CALENDAR_UNLINKED, provider=found.provider)
    return secret


def lose_consent(connection: Connection, *, account_id: int, connection_id: int, fault: FeedFault) -> bool:
    """Mark that the provider refuses us: nothing is polled or sent until linked again. False where it was known."""
    row = calendar_connection.c
    these = (row.account_id == account_id, row.connection_id == connection_id, row.state == ConnectionState.ACTIVE)
    lost = update(calendar_connection).where(*these).values(state=ConnectionState.NEEDS_CONSENT, fault=fault)
    if not connection.execute(lost).rowcount:
        return False
    forget_polls(connection, account_id, connection_id, disable=False)
    return True


def lose_writing(connection: Connection, account_id: int, connection_id: int) -> None:
    """Keep that the provider lets us read and no more."""
    _change(connection, account_id, connection_id, writes=False)


def note_fault(connection: Connection, account_id: int, connection_id: int, fault: FeedFault) -> None:
    """Keep why the calendars of a connection could not be listed."""
    _change(connection, account_id, connection_id, fault=fault)


def hold(connection: Connection, *, key: tuple[int, int], worker: int, now: datetime) -> Claim | None:
    """The right to work on one connection (account, id), due or not; None where somebody works on it."""
    held = CONNECTIONS.hold(connection, [key], worker=worker, now=now, lease=LEASE)
    return held[0] if held else None


def find(connection: Connection, account_id: int, connection_id: int) -> Linked:
    """One connection; ``Refused`` where the account has none of this id."""
    found = connection.execute(
        _LINKED.where(
            calendar_connection.c.account_id == account_id, calendar_connection.c.connection_id == connection_id
        )
    ).one_or_none()
    if found is None:
        raise Refused("There is no such connection.", "`gateway calendar list` shows all there are.")
    return Linked(*found)


def listing(connection: Connection, account_id: int) -> list[Linked]:
    """The connections of an account, the oldest first."""
    row = calendar_connection.c
    found = connection.execute(_LINKED.where(row.account_id == account_id).order_by(row.connection_id))
    return [Linked(*each) for each in found]


def secret_of(connection: Connection, vault: Vault, account_id: int, connection_id: int) -> bytes | None:
    """What opens the feed of a connection; None where it was unlinked."""
    return vault.open(connection, account_id, owner(connection_id))


def listed(connection: Connection, stamp: Stamp, claim: Claim, calendars: Sequence[RemoteCalendar], zone: str) -> None:
    """Keep the calendars that a connection opens by now, as far as the claim on it still holds."""
    if CONNECTIONS.renew(connection, [claim], stamp.now + LEASE):
        found = find(connection, claim.account_id, claim.row_id)
        of = (claim.account_id, claim.row_id)
        enter_calendars(connection, stamp, of, found.provider, calendars, zone=zone)
        _change(connection, *of, listed_at=stamp.now, fault=None)


def list_anew(connection: Connection, now: datetime, account_id: int, connection_id: int) -> None:
    """Have the calendars of a connection listed at its next turn, which is now."""
    _change(connection, account_id, connection_id, listed_at=None)
    look_now(connection, now, account_id, connection_id)


def hasten(
    connection: Connection, now: datetime, calendars: Collection[tuple[int, int]], *, patient: bool = False
) -> None:
    """Have calendars (account, id) polled at once; a connection that is being worked on looks again when it is done.

    ``patient`` leaves those alone that failed: their providers may have said how long to wait.
    """
    row = calendar.c
    for account_id, calendar_id in calendars:
        this = (row.account_id == account_id, row.calendar_id == calendar_id)
        connection_id = connection.scalar(select(row.connection_id).where(*this))
        if connection_id is None:
            continue
        _lock(connection, account_id, connection_id)  # whoever gives it back at this moment is waited for
        at_once = (row.next_poll_at.is_not(None), *((row.failures == 0,) if patient else ()))
        if connection.execute(update(calendar).where(*this, *at_once).values(next_poll_at=now)).rowcount:
            look_now(connection, now, account_id, connection_id)


def look_now(connection: Connection, now: datetime, account_id: int, connection_id: int) -> None:
    """Look at a connection at once; whoever holds it sees when it is done that there is more to do."""
    row = calendar_connection.c
    this = (row.account_id == account_id, row.connection_id == connection_id, row.claimed_by.is_(None))
    later = row.look_at.is_(None) | (row.look_at > now)
    active = row.state == ConnectionState.ACTIVE
    connection.execute(update(calendar_connection).where(*this, later, active).values(look_at=now))


def owner(connection_id: int) -> str:
    """Whose secret it is in the vault."""
    return f"calendar:{connection_id}"


_LINKED = select(*(calendar_connection.c[name] for name in Linked.__slots__))


def _id_of(connection: Connection, account_id: int, provider: Provider, subject: str) -> int | None:
    row = calendar_connection.c
    same = (row.account_id == account_id, row.provider == provider, row.subject == subject)
    return connection.scalar(select(row.connection_id).where(*same))


def _free(connection: Connection, account_id: int, connection_id: int, look_at: datetime | None) -> None:
    """Take the lease from whoever holds it: what it works with is out of date, and nothing of it may be stored."""
    epoch = calendar_connection.c.claim_epoch + 1
    _change(connection, account_id, connection_id, claimed_by=None, claim_epoch=epoch, look_at=look_at)


def _lock(connection: Connection, account_id: int, connection_id: int) -> None:
    row = calendar_connection.c
    this = (row.account_id == account_id, row.connection_id == connection_id)
    connection.execute(select(row.connection_id).where(*this).with_for_update())


def _change(connection: Connection, account_id: int, connection_id: int, **values: object) -> None:
    row = calendar_connection.c
    these = (row.account_id == account_id, row.connection_id == connection_id)
    connection.execute(update(calendar_connection).where(*these).values(**values))
