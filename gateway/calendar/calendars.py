"""A calendar as the work on it needs it, and the rows it is read from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, cast, select, update

from gateway.accounts.tables import account
from gateway.calendar.feeds.port import Window
from gateway.calendar.settings import CalendarSettings, Reading, read_reading, read_settings
from gateway.calendar.tables import account_reading, calendar, calendar_connection
from gateway.calendar.words import ConnectionState, FeedFault, Provider
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.prepared import Prepared
from gateway.wording import Language

Key = tuple[int, int]  # account and calendar


@dataclass(frozen=True, slots=True)
class Calendar:
    """One calendar with its settings, its account and where its polling stands."""

    account_id: int
    calendar_id: int
    connection_id: int
    provider: Provider
    remote_id: str
    name: str
    zone: str  # IANA
    enabled_at: datetime | None
    paused: bool
    writable: bool  # by the user who linked it
    common: frozenset[str]
    settings: CalendarSettings
    version: int
    cursor: str | None
    window: Window | None  # what the cursor covers
    next_poll_at: datetime | None
    relist_at: datetime | None
    poll_s: int | None
    last_success_at: datetime | None
    fault: FeedFault | None
    fault_detail: str
    failing_since: datetime | None
    failures: int
    told_at: datetime | None
    unreadable: int | None
    connection_state: ConnectionState
    connection_fault: FeedFault | None  # why calendars cannot be listed, or consent is needed again
    writes: bool  # its owner lets us write
    country: str  # of the account
    account_name: str
    account_zone: str
    reading: Reading  # of all calendars of the account
    language: Language

    @property
    def trouble(self) -> FeedFault | None:
        """What is wrong with it: one that is not polled is as well as its connection."""
        return self.fault if self.next_poll_at is not None else self.fault or self.connection_fault

    @property
    def key(self) -> Key:
        """What identifies it."""
        return self.account_id, self.calendar_id


def by_keys(connection: Connection, keys: Collection[Key]) -> dict[Key, Calendar]:
    """The calendars of these accounts and ids."""
    if not keys:
        return {}
    return {each.key: each for each in _BY_KEYS(connection, as_pairs(sorted(keys)))}


def of_account(connection: Connection, account_id: int) -> list[Calendar]:
    """All calendars of an account that are linked, the oldest first."""
    found = connection.execute(
        _all()
        .where(calendar.c.account_id == account_id, calendar_connection.c.state != ConnectionState.UNLINKED)
        .order_by(calendar.c.calendar_id)
    )
    return [_calendar(row) for row in found]


def of_connection(connection: Connection, account_id: int, connection_id: int) -> list[Calendar]:
    """The calendars of one connection, the oldest first."""
    row = calendar.c
    these = _all().where(row.account_id == account_id, row.connection_id == connection_id)
    return [_calendar(each) for each in connection.execute(these.order_by(row.calendar_id))]


def zone_of(connection: Connection, account_id: int) -> str:
    """The time zone of an account."""
    return connection.scalar(select(account.c.time_zone).where(account.c.account_id == account_id)) or "UTC"


def locked(connection: Connection, key: Key) -> tuple[int, datetime | None]:
    """The version of the settings of a calendar and when it is to be polled, which stay until the end."""
    row = calendar.c
    of_it = (row.account_id == key[0], row.calendar_id == key[1])
    found = connection.execute(select(row.version, row.next_poll_at).where(*of_it).with_for_update()).one()
    return found.version, found.next_poll_at


def change(connection: Connection, key: Key, **values: Any) -> None:
    """Set columns of one calendar."""
    of_it = (calendar.c.account_id == key[0], calendar.c.calendar_id == key[1])
    connection.execute(update(calendar).where(*of_it).values(**values))


def _by_keys(dialect: str) -> Select[*tuple[Any, ...]]:
    wanted = pairs(dialect)
    return _all().join(wanted, and_(wanted.c.first == calendar.c.account_id, wanted.c.second == calendar.c.calendar_id))


@cache
def _all() -> Select[*tuple[Any, ...]]:
    row, link, client = calendar.c, calendar_connection.c, account.c
    of_it = {each.name: each for each in row} | {"settings": cast(row.settings, Text).label("settings")}
    return (
        select(*of_it.values())
        .add_columns(link.state.label("connection_state"), link.fault.label("connection_fault"), link.writes)
        .add_columns(client.country, client.name.label("account_name"), client.language)
        .add_columns(client.time_zone.label("account_zone"), cast(account_reading.c.settings, Text).label("reading"))
        .join(calendar_connection, and_(link.account_id == row.account_id, link.connection_id == row.connection_id))
        .join(account, client.account_id == row.account_id)
        .outerjoin(account_reading, account_reading.c.account_id == row.account_id)
    )


def _calendar(columns: Sequence[Any]) -> Calendar:
    row: dict[str, Any] = dict(zip(_NAMES, columns, strict=True))
    since, until = row.pop("window_start"), row.pop("window_end")
    row["window"] = Window(since, until) if since and until else None
    row["reading"], row["settings"] = read_reading(row["reading"]), read_settings(row["settings"])
    return Calendar(**row | {"common": frozenset(row["common"])})


_NAMES = _all().exported_columns.keys()
_BY_KEYS = Prepared(_by_keys, _calendar)
