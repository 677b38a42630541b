"""The clients: who they are, what state they are in, and their sub-accounts."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from gateway.accounts import audit_trail, tables
from gateway.accounts.lists import countries
from gateway.accounts.refusals import Refused
from gateway.accounts.words import AccountState, Action, ForeignPolicy, StopScope
from gateway.engine.database import Stamp
from gateway.wording import Language
from plans.words import Reason

_SLUG = re.compile(r"(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")  # a domain label, and no number: numbers are account ids
_SLUG_LENGTH = 40
_MAX_ID = 2**63 - 1
_NAME_LENGTH = 200
_REGION_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Client:
    """An account: a client, or a sub-account that spends its parent's credit. Fields as in the table, in its order."""

    account_id: int
    parent_id: int | None
    slug: str
    name: str
    country: str  # ISO 3166 of registration
    holiday_region: str | None
    time_zone: str  # IANA
    language: Language
    state: AccountState
    foreign_policy: ForeignPolicy
    stop_in_alerts: bool
    stop_scope: StopScope
    low_credit_units: int
    created_at: datetime

    @property
    def payer_id(self) -> int:
        """The account whose credit is spent."""
        return self.account_id if self.parent_id is None else self.parent_id


def add(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    name: str,
    slug: str | None = None,
    country: str = "FR",
    parent: str | None = None,
    holiday_region: str | None = None,
    time_zone: str = "Europe/Paris",
    language: Language = Language.FR,
    foreign_policy: ForeignPolicy = ForeignPolicy.BLOCK,
    stop_in_alerts: bool = False,
    stop_scope: StopScope = StopScope.CLIENT,
    low_credit_units: int = 20,
) -> Client:
    """Open an account. ``slug`` names it in addresses and is made from the name where none is given."""
    client = Client(
        account_id=stamp.new_id(),
        parent_id=None if parent is None else _parent_id(connection, parent),
        slug=_checked_slug(slug or _slug_of(name)),
        name=_checked_name(name),
        country=checked_country(country),
        holiday_region=_checked_region(country, holiday_region),
        time_zone=_checked_zone(time_zone),
        language=language,
        state=AccountState.ACTIVE,
        foreign_policy=foreign_policy,
        stop_in_alerts=stop_in_alerts,
        stop_scope=stop_scope,
        low_credit_units=_checked_low_credit(low_credit_units),
        created_at=stamp.now,
    )
    _insert(connection, client)
    audit_trail.append(
        connection,
        stamp,
        actor,
        client.account_id,
        Action.ACCOUNT_ADDED,
        slug=client.slug,
        country=client.country,
        parent=parent,
    )
    return client


def change(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    account: str,
    name: str | None = None,
    holiday_region: str | None = None,
    time_zone: str | None = None,
    language: Language | None = None,
    foreign_policy: ForeignPolicy | None = None,
    stop_in_alerts: bool | None = None,
    stop_scope: StopScope | None = None,
    low_credit_units: int | None = None,
) -> Client:
    """Change what is given, and leave the rest: addresses hang on the slug, and prices and rules on the country.

    An empty ``holiday_region`` is none.
    """
    client = _not_closed(find(connection, account))
    wanted = {
        "name": None if name is None else _checked_name(name),
        "holiday_region": holiday_region and _checked_region(client.country, holiday_region),
        "time_zone": None if time_zone is None else _checked_zone(time_zone),
        "language": language,
        "foreign_policy": foreign_policy,
        "stop_in_alerts": stop_in_alerts,
        "stop_scope": stop_scope,
        "low_credit_units": None if low_credit_units is None else _checked_low_credit(low_credit_units),
    }
    values = {key: value for key, value in wanted.items() if value is not None}
    if not values:
        return client
    audit_trail.append(connection, stamp, actor, client.account_id, Action.ACCOUNT_CHANGED, **values)
    return _update(connection, client, **{key: None if value == "" else value for key, value in values.items()})


def find(connection: Connection, account: str) -> Client:
    """The account of this slug or id; raises ``Refused`` where there is none."""
    column = tables.account.c
    slug = account.lower()
    by = column.account_id == int(account) if _is_id(account) else column.slug == slug
    known = _is_id(account) or _SLUG.fullmatch(slug)
    row = connection.execute(select(tables.account).where(by)).one_or_none() if known else None
    if row is None:
        raise Refused(
            f"There is no account {account!r}.", "`gateway account list` shows all there are.", Reason.ACCOUNT_UNKNOWN
        )
    return Client(*row)


def listing(connection: Connection) -> Iterator[Client]:
    """All accounts by slug."""
    return (Client(*row) for row in connection.execute(select(tables.account).order_by(tables.account.c.slug)))


def history(connection: Connection, *, account: str) -> Iterator[audit_trail.Entry]:
    """What was changed about an account, the newest first."""
    return audit_trail.entries(connection, find(connection, account).account_id)


def suspend(connection: Connection, stamp: Stamp, actor: str, *, account: str) -> Client:
    """Stop an account, and with it its sub-accounts, until it is resumed."""
    return _change_state(connection, stamp, actor, account, AccountState.SUSPENDED)


def resume(connection: Connection, stamp: Stamp, actor: str, *, account: str) -> Client:
    """Let a suspended account go on."""
    return _change_state(connection, stamp, actor, account, AccountState.ACTIVE)


def close(connection: Connection, stamp: Stamp, actor: str, *, account: str) -> Client:
    """End an account for good; what it sent stays on record."""
    return _change_state(connection, stamp, actor, account, AccountState.CLOSED)


def checked_country(code: str) -> str:
    """The ISO 3166 code in capitals; ``Refused`` for what is none."""
    capitals = code.upper()
    if capitals not in countries():
        raise Refused(f"{code!r} is no country.", "Give its two letters of ISO 3166, such as FR, BE or RE.")
    return capitals


_ACTIONS = {
    AccountState.SUSPENDED: Action.ACCOUNT_SUSPENDED,
    AccountState.ACTIVE: Action.ACCOUNT_RESUMED,
    AccountState.CLOSED: Action.ACCOUNT_CLOSED,
}


def _change_state(connection: Connection, stamp: Stamp, actor: str, account: str, state: AccountState) -> Client:
    client = _not_closed(find(connection, account))
    audit_trail.append(connection, stamp, actor, client.account_id, _ACTIONS[state])
    return _update(connection, client, state=state)


def _not_closed(client: Client) -> Client:
    if client.state is AccountState.CLOSED:
        raise Refused(f"Account {client.slug} is closed for good.", "Open a new one.", Reason.ACCOUNT_CLOSED)
    return client


def _update(connection: Connection, client: Client, **values: object) -> Client:
    row, of_client = tables.account.c, tables.account.c.account_id == client.account_id
    return Client(*connection.execute(update(tables.account).where(of_client).values(values).returning(*row)).one())


def _insert(connection: Connection, client: Client) -> None:
    values = {column.name: getattr(client, column.name) for column in tables.account.c}
    try:
        with connection.begin_nested():
            connection.execute(insert(tables.account).values(values))
    except IntegrityError:
        raise Refused(f"The name {client.slug} is taken.", "Choose another slug.") from None


def _parent_id(connection: Connection, name: str) -> int:
    parent = find(connection, name)
    if parent.parent_id is not None:
        raise Refused(f"{parent.slug} is a sub-account itself.", "Name the client that it belongs to as the parent.")
    return parent.account_id


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _MAX_ID


def _slug_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-")


def _checked_slug(slug: str) -> str:
    if len(slug) > _SLUG_LENGTH or not _SLUG.fullmatch(slug):
        raise Refused(
            f"{slug!r} cannot name an account.",
            f"Use up to {_SLUG_LENGTH} small letters, digits and single dashes, with one letter at least.",
        )
    return slug


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= _NAME_LENGTH or not name.isprintable():
        raise Refused("This is no name for an account.", f"Use 1 to {_NAME_LENGTH} printable characters.")
    return name


def _checked_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f"{name!r} is no time zone.", "Give an IANA name such as Europe/Paris.") from None


def _checked_region(country: str, region: str | None) -> str | None:
    if region is None:
        return None
    import holidays  # takes half a second: only who names a region pays for it

    try:
        holidays.country_holidays(checked_country(country), subdiv=region, years=2026)
    except NotImplementedError:
        raise Refused(
            f"The holidays of {country} know no region {region!r}.", "For Alsace and Moselle write Alsace or Moselle."
        ) from None
    if len(region) > _REGION_LENGTH:
        raise Refused(f"The region {region!r} is written too long.", "Write its short code, such as 971 or BL.")
    return region


def _checked_low_credit(units: int) -> int:
    if not 0 <= units <= 1_000_000_000:
        raise Refused(f"{units} cannot be a threshold of credit.", "Give a number of units from 0 on.")
    return units
