"""The commands about calendars: link, choose, set, and look how they are."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.accounts.refusals import Refused
from gateway.app.paging import identifier
from gateway.billing.rules import BillingRules
from gateway.calendar import calendars, choosing, connections, releases
from gateway.calendar.calendars import Calendar
from gateway.calendar.connections import Linked
from gateway.calendar.failing import planned
from gateway.calendar.feeds.ics.addresses import NO_HTTPS, NOT_PUBLIC, parts_of
from gateway.calendar.feeds.ics.keys import Login, Subscription
from gateway.calendar.feeds.port import FeedError, Granted, RemoteCalendar
from gateway.calendar.words import ConnectionState, FeedFault, Provider
from gateway.engine.database import Stamp
from gateway.engine.vault import open_vault
from gateway.settings import Settings
from gateway.wording import Language, read_wording

_ID = 40  # characters of the digest by which a feed names its one calendar


def listing(connection: Connection, *, account: str) -> Iterator[dict[str, Any]]:
    """The calendars of an account that are linked, the oldest first; connections without one yet at the end."""
    client = clients.find(connection, account)
    found = calendars.of_account(connection, client.account_id)
    counts = planned(connection, client.account_id)
    labels = {each.connection_id: each for each in connections.listing(connection, client.account_id)}
    for each in found:
        yield {**line(each), "link": labels[each.connection_id].label, "reminders": counts.get(each.calendar_id, 0)}
    for bare in _bare_links(connection, client.account_id):
        state = "being_listed" if bare.state is ConnectionState.ACTIVE else bare.state.value
        told = {"id": bare.connection_id, "name": None, "provider": bare.provider, "state": state, "link": bare.label}
        yield {**told, **_fault(bare.fault)}


def link(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    settings: Settings,
    billing: BillingRules,
    *,
    account: str,
    address: str,
    user: str | None = None,
    password: str | None = None,
    enable: bool = False,
) -> dict[str, Any]:
    """Link what lies behind an address: a published file, or with ``user`` and ``password`` a CalDAV server."""
    client = clients.find(connection, account)
    host = _host(address, settings.calendars.private_servers)
    if user is None or password is None:
        provider, secret, listed = _published(Subscription(address, client.time_zone))
    else:
        provider, secret, listed = Provider.CALDAV, Login(address, user, password, client.time_zone).seal(), []
    subject = sha256(f"{address} {user or ''}".encode()).hexdigest()
    connection_id = connections.link(
        connection,
        stamp,
        actor,
        open_vault(settings.data_dir),
        account_id=client.account_id,
        provider=provider,
        granted=Granted(secret, subject, host, writes=provider is Provider.CALDAV),
        calendars=listed,
        zone=client.time_zone,
    )
    connections.list_anew(connection, stamp.now, client.account_id, connection_id)  # it may have a name of its own
    found = calendars.of_connection(connection, client.account_id, connection_id)
    if enable:
        for each in found:
            choosing.enable(connection, stamp, actor, billing, each)
    again = calendars.by_keys(connection, [each.key for each in found])
    return {"link": host, "connection_id": connection_id, "calendars": [line(each) for each in again.values()]}


def _published(file: Subscription) -> tuple[Provider, bytes, list[RemoteCalendar]]:
    """A published file is one calendar, which has a name at once."""
    one = RemoteCalendar(sha256(file.url.encode()).hexdigest()[:_ID], file.name, writable=False)
    return Provider.ICS, file.seal(), [one]


def unlink(
    connection: Connection, stamp: Stamp, actor: str, settings: Settings, *, account: str, calendar: str
) -> dict[str, Any]:
    """End the connection that a calendar came by, with all its calendars; nothing more of them leaves.

    One that has brought none goes by its id.
    """
    account_id = clients.find(connection, account).account_id
    bare = next((each for each in _bare_links(connection, account_id) if str(each.connection_id) == calendar), None)
    if bare is not None:
        connection_id, ended = bare.connection_id, {"id": bare.connection_id, "name": bare.label}
    else:
        found = find(connection, account, calendar)
        connection_id, ended = found.connection_id, {"id": found.calendar_id, "name": found.name}
    for each in calendars.of_connection(connection, account_id, connection_id):
        if each.enabled_at is not None:
            choosing.disable(connection, stamp, actor, each)
    vault = open_vault(settings.data_dir)
    releases.unlink(connection, stamp, actor, vault, account_id=account_id, connection_id=connection_id)
    return {**ended, "state": "unlinked"}


def enable(
    connection: Connection, stamp: Stamp, actor: str, billing: BillingRules, *, account: str, calendar: str
) -> dict[str, Any]:
    """Have reminders sent from a calendar."""
    choosing.enable(connection, stamp, actor, billing, found := find(connection, account, calendar))
    return _now(connection, found)


def disable(
    connection: Connection, stamp: Stamp, actor: str, settings: Settings, *, account: str, calendar: str
) -> dict[str, Any]:
    """Send no more reminders from a calendar."""
    found = find(connection, account, calendar)
    choosing.disable(connection, stamp, actor, found)
    releases.close_channels(connection, stamp, open_vault(settings.data_dir), found)
    return _now(connection, found)


def pause(connection: Connection, stamp: Stamp, actor: str, *, account: str, calendar: str) -> dict[str, Any]:
    """Let the reminders of a calendar wait."""
    choosing.pause(connection, stamp, actor, found := find(connection, account, calendar))
    return _now(connection, found)


def resume(connection: Connection, stamp: Stamp, actor: str, *, account: str, calendar: str) -> dict[str, Any]:
    """Let them go on."""
    choosing.resume(connection, stamp, actor, found := find(connection, account, calendar))
    return _now(connection, found)


def sync(connection: Connection, now: datetime, *, account: str) -> list[dict[str, Any]]:
    """List and read the calendars of an account anew, at once."""
    client = clients.find(connection, account)
    found = calendars.of_account(connection, client.account_id)
    connections.hasten(connection, now, [each.key for each in found])
    for linked in connections.listing(connection, client.account_id):
        connections.list_anew(connection, now, client.account_id, linked.connection_id)
    return [line(each) for each in found if each.enabled_at is not None]


def health(connection: Connection, now: datetime, *, account: str | None = None) -> Iterator[dict[str, Any]]:
    """How the calendars are that are enabled or that something is wrong with; those that cannot be read first."""
    accounts = [clients.find(connection, account)] if account else list(clients.listing(connection))
    for client in accounts:
        for bare in _bare_links(connection, client.account_id):
            if bare.fault is not None:
                yield _unlisted(client.slug, bare)
    found = [(each, one) for each in accounts for one in calendars.of_account(connection, each.account_id)]
    sick_first = sorted(found, key=lambda each: (is_well(each[1], now), each[1].last_success_at or now))
    for client, each in sick_first:
        if each.enabled_at is not None or not is_well(each, now):
            yield {
                "account": client.slug,
                "id": each.calendar_id,
                "name": each.name,
                "provider": each.provider,
                "well": is_well(each, now),
                "last_read_at": each.last_success_at,
                "next_read_at": each.next_poll_at,
                "failing_since": each.failing_since,
                "failures": each.failures,
                **_fault(each.trouble),
                "detail": each.fault_detail or None,
                "unreadable": each.unreadable or 0,
            }


def _unlisted(slug: str, bare: Linked) -> dict[str, Any]:
    """A connection whose calendars cannot be listed, as ``health`` tells of a calendar."""
    never = dict.fromkeys(("last_read_at", "next_read_at", "failing_since", "failures"))
    known = {"account": slug, "id": bare.connection_id, "name": bare.label, "provider": bare.provider}
    return {**known, "well": False, **never, **_fault(bare.fault), "detail": None, "unreadable": 0}


def _bare_links(connection: Connection, account_id: int) -> list[Linked]:
    """The connections of an account that have brought no calendar, the oldest first."""
    having = {each.connection_id for each in calendars.of_account(connection, account_id)}
    linked = connections.listing(connection, account_id)
    return [each for each in linked if each.connection_id not in having and each.state is not ConnectionState.UNLINKED]


def find(connection: Connection, account: str, calendar: str) -> Calendar:
    """The linked calendar of this id or name; ``Refused`` where there is none, or more than one."""
    client = clients.find(connection, account)
    linked = calendars.of_account(connection, client.account_id)
    found = [each for each in linked if calendar in {each.name, str(each.calendar_id)}]
    found = found or [each for each in linked if calendar.casefold() == each.name.casefold()]
    if len(found) > 1:
        raise Refused(f"{len(found)} calendars are called {calendar!r}.", "Name it by its id.")
    if not found:
        if calendar.isdigit():
            identifier(calendar)
        raise Refused(f"There is no calendar {calendar!r}.", f"`gateway calendar list {client.slug}` shows all.")
    return found[0]


def line(each: Calendar) -> dict[str, Any]:
    """A calendar at a glance."""
    return {
        "id": each.calendar_id,
        "name": each.name,
        "provider": each.provider,
        "state": _state(each),
        "rules": [rule.word for rule in each.settings.rules],
        "last_read_at": each.last_success_at,
        **_fault(each.trouble),
    }


def is_well(each: Calendar, now: datetime) -> bool:
    """Whether a calendar is read as it should be."""
    if each.connection_state is not ConnectionState.ACTIVE or each.trouble is not None:
        return False
    if each.enabled_at is None:
        return True
    patience = timedelta(seconds=2 * (each.poll_s or 3600))
    return each.last_success_at is None or now - each.last_success_at <= patience


def _state(each: Calendar) -> str:
    if each.connection_state is not ConnectionState.ACTIVE:
        return each.connection_state.value
    if each.enabled_at is None:
        return "listed"
    return "paused" if each.paused else "enabled"


def _now(connection: Connection, found: Calendar) -> dict[str, Any]:
    return line(calendars.by_keys(connection, [found.key])[found.key])


def _host(address: str, private: Collection[str]) -> str:
    """The host of an address that may be fetched, as far as it tells by itself; else ``Refused``, and why."""
    try:
        return parts_of(address, private).hostname or ""
    except FeedError as refused:
        if refused.detail in {NO_HTTPS, NOT_PUBLIC}:
            words = _fault(refused.fault)
            raise Refused(words["fault"], words["cure"]) from None
        raise Refused(
            "This is no address of a calendar.", "Write it like https://calendar.example/alice.ics."
        ) from None


def _fault(fault: FeedFault | None) -> dict[str, Any]:
    if fault is None:
        return {"fault": None, "cure": None}
    words = read_wording()
    return {
        "fault": words.phrase(f"fault_{fault}", Language.EN),
        "cure": words.phrase(f"fault_cure_{fault}", Language.EN),
    }
