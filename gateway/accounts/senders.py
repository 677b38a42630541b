"""The senders that a client has authorised: an address, a domain or a host, each with its own settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.accounts import addresses, audit_trail, clients, tables
from gateway.accounts.lists import free_mail_domains, sender_id_rules
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action, Content, Encoding, Notify, SenderKind
from gateway.engine.database import Stamp
from plans.sender_ids import sender_id_problem
from plans.words import MessageClass, Reason

MAX_PARTS = 10
MAX_HOSTS = 100  # of one account: each is compared with the peer of every mail that comes without AUTH
_END_MARKER_LENGTH = 40
_LONGEST_PAUSE_MIN = 7 * 24 * 60  # between two equal texts to one number
_WIDEST = {4: 24, 6: 64}  # prefix length by IP version: one office's network, not a provider's


@dataclass(frozen=True, slots=True)
class Sender:
    """An authorised sender and how its mails are treated. Fields as in the table, in its order."""

    account_id: int
    sender_id: int
    kind: SenderKind
    value: str
    display: str | None  # the sender ID shown on the phone
    content: Content
    encoding: Encoding
    max_parts: int
    notify: Notify
    default_class: MessageClass
    daily_cap: int | None  # messages a local day; None is no cap
    end_marker: str | None
    created_at: datetime
    repeat_min: int | None = None  # minutes before the same text may go to the same number again; None: at once


def add(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    account: str,
    value: str,
    display: str | None = None,
    content: Content = Content.BODY,
    encoding: Encoding = Encoding.AUTO,
    max_parts: int = 5,
    notify: Notify = Notify.FAILURES,
    default_class: MessageClass = MessageClass.ALERT,
    daily_cap: int | None = None,
    end_marker: str | None = None,
    repeat_min: int | None = None,
) -> Sender:
    """Authorise an address (``it@clinic.example``), a domain (``clinic.example``) or a host (IP or CIDR).

    One that was removed before comes back under the id that it had: a STOP to it counts on.
    """
    client = clients.find(connection, account)
    kind, spelling = recognisable(value)
    sender = Sender(
        account_id=client.account_id,
        sender_id=_id_before(connection, client, spelling) or stamp.new_id(),
        kind=kind,
        value=spelling,
        display=checked_display(display, client.country),
        content=content,
        encoding=encoding,
        max_parts=_checked_parts(max_parts),
        notify=notify,
        default_class=default_class,
        daily_cap=_checked_cap(daily_cap),
        end_marker=_checked_marker(end_marker),
        created_at=stamp.now,
        repeat_min=_checked_pause(repeat_min),
    )
    if kind is SenderKind.HOST:
        _check_host_count(connection, client)
    _insert(connection, client, sender)
    audit_trail.append(connection, stamp, actor, client.account_id, Action.SENDER_ADDED, value=spelling)
    return sender


def alter(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    account: str,
    value: str,
    display: str | None = None,
    content: Content | None = None,
    encoding: Encoding | None = None,
    max_parts: int | None = None,
    notify: Notify | None = None,
    default_class: MessageClass | None = None,
    daily_cap: int | None = None,
    end_marker: str | None = None,
    repeat_min: int | None = None,
) -> Sender:
    """Change the settings that are given; an empty sender ID or end marker, a cap or pause of 0, take theirs away."""
    client = clients.find(connection, account)
    found = _registered(connection, client, value)
    wanted = {
        "display": display and checked_display(display, client.country),
        "content": content,
        "encoding": encoding,
        "max_parts": None if max_parts is None else _checked_parts(max_parts),
        "notify": notify,
        "default_class": default_class,
        "daily_cap": daily_cap and _checked_cap(daily_cap),
        "end_marker": end_marker and _checked_marker(end_marker),
        "repeat_min": repeat_min and _checked_pause(repeat_min),
    }
    changes = {name: each or None for name, each in wanted.items() if each is not None}
    these = (tables.sender.c.account_id == client.account_id, tables.sender.c.sender_id == found.sender_id)
    if changes:
        connection.execute(update(tables.sender).where(*these).values(changes))
        changed = ", ".join(changes)
        audit_trail.append(
            connection, stamp, actor, client.account_id, Action.SENDER_CHANGED, value=found.value, settings=changed
        )
    return _registered(connection, client, value)


def show(connection: Connection, *, account: str, value: str) -> Sender:
    """One sender of an account, with all its settings."""
    return _registered(connection, clients.find(connection, account), value)


def _registered(connection: Connection, client: clients.Client, value: str) -> Sender:
    kind, spelling = recognisable(value)
    column = tables.sender.c
    this = (column.account_id == client.account_id, column.kind == kind, column.value == spelling)
    row = connection.execute(select(tables.sender).where(*this)).one_or_none()
    if row is None:
        raise _none(spelling, client)
    return Sender(*row)


def _none(spelling: str, client: clients.Client) -> Refused:
    return Refused(
        f"{spelling} is no sender of {client.slug}.",
        f"`gateway sender list {client.slug}` shows all there are.",
        Reason.SENDER_UNKNOWN,
    )


def listing(connection: Connection, *, account: str) -> Iterator[Sender]:
    """The senders of an account, by kind and value."""
    client = clients.find(connection, account)
    column = tables.sender.c
    of_client = select(tables.sender).where(column.account_id == client.account_id).order_by(column.kind, column.value)
    return (Sender(*row) for row in connection.execute(of_client))


def remove(connection: Connection, stamp: Stamp, actor: str, *, account: str, value: str) -> Sender:
    """Take the authorisation back; what the sender has sent stays on record."""
    client = clients.find(connection, account)
    kind, spelling = recognisable(value)
    column = tables.sender.c
    row = connection.execute(
        delete(tables.sender)
        .where(column.account_id == client.account_id, column.kind == kind, column.value == spelling)
        .returning(*column)
    ).one_or_none()
    if row is None:
        raise _none(spelling, client)
    audit_trail.append(
        connection, stamp, actor, client.account_id, Action.SENDER_REMOVED, value=spelling, sender_id=row.sender_id
    )
    return Sender(*row)


def _id_before(connection: Connection, client: clients.Client, spelling: str) -> int | None:
    """The id of a sender that was removed; its STOPs and what it sent hang on that."""
    entry = tables.audit_entry.c
    removed = select(entry.detail).where(entry.account_id == client.account_id, entry.action == Action.SENDER_REMOVED)
    details = connection.scalars(removed.order_by(entry.entry_id.desc()))
    return next((each["sender_id"] for each in details if each["value"] == spelling and "sender_id" in each), None)


def recognisable(value: str) -> tuple[SenderKind, str]:
    """What ``value`` is and how it is stored; ``Refused`` for what would let strangers in or cannot be recognised."""
    if "@" in value:
        return SenderKind.ADDRESS, _address(value)
    if (network := addresses.network(value)) is not None:
        return SenderKind.HOST, str(_narrow_enough(network))
    return SenderKind.DOMAIN, _domain(value)


def checked_display(display: str | None, country: str) -> str | None:
    """The sender ID if it may stand on phones of ``country``; ``Refused`` otherwise."""
    if display is not None and (problem := sender_id_problem(display, country, sender_id_rules())):
        raise Refused(
            f"{display!r} cannot be a sender ID.",
            "Use 3 to 11 letters and digits, with one letter at least, that name you: no general word such as INFO.",
            problem,
        )
    return display


def _address(value: str) -> str:
    address = addresses.address(value.strip())
    if address is None:
        raise Refused(f"{value!r} is no mail address.", "Write it as name@domain.example.")
    return address


def _narrow_enough(network: addresses.Network) -> addresses.Network:
    widest = _WIDEST[network.version]
    if network.prefixlen < widest:
        raise Refused(f"{network} is too wide a network.", f"Register /{widest} or narrower, or each host.")
    return network


def _domain(value: str) -> str:
    domain = addresses.domain(value.strip())
    if domain is None:
        raise Refused(
            f"{value!r} is no address, domain or host.", "Write name@domain.example, domain.example or an IP."
        )
    if domain in free_mail_domains():
        raise Refused(
            f"Anybody can open a mailbox at {domain}.",
            "Register the single addresses instead.",
            Reason.SENDER_NOT_ALLOWED,
        )
    return domain


def _check_host_count(connection: Connection, client: clients.Client) -> None:
    column = tables.sender.c
    hosts = select(func.count()).where(column.account_id == client.account_id, column.kind == SenderKind.HOST)
    if connection.scalar(hosts) == MAX_HOSTS:
        raise Refused(f"{client.slug} has {MAX_HOSTS} hosts already.", "Register a network, or use an app password.")


def _insert(connection: Connection, client: clients.Client, sender: Sender) -> None:
    values = {column.name: getattr(sender, column.name) for column in tables.sender.c}
    try:
        with connection.begin_nested():
            connection.execute(insert(tables.sender).values(values))
    except IntegrityError:
        raise Refused(
            f"{sender.value} is a sender of {client.slug} already.",
            "`gateway sender set` changes its settings.",
        ) from None


def _checked_parts(parts: int) -> int:
    if not 1 <= parts <= MAX_PARTS:
        raise Refused(f"{parts} is no limit of parts.", f"Choose 1 to {MAX_PARTS}.")
    return parts


def _checked_cap(cap: int | None) -> int | None:
    if cap is not None and not 0 < cap <= 1_000_000_000:
        raise Refused(f"{cap} is no daily cap.", "Choose at least 1, or leave it out for none.")
    return cap


def _checked_pause(minutes: int | None) -> int | None:
    if minutes is not None and not 0 < minutes <= _LONGEST_PAUSE_MIN:
        raise Refused(f"{minutes} is no pause.", f"Choose 1 to {_LONGEST_PAUSE_MIN} minutes, or leave it out for none.")
    return minutes


def _checked_marker(marker: str | None) -> str | None:
    if marker is not None and (not 0 < len(marker.strip()) <= _END_MARKER_LENGTH or not marker.isprintable()):
        raise Refused("This is no end marker.", f"Use 1 to {_END_MARKER_LENGTH} printable characters on one line.")
    return marker if marker is None else marker.strip()
