"""The calendars that a connection opens, as its provider lists them: rows to choose from, polled once enabled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from gateway.accounts.refusals import Refused
from gateway.calendar.feeds.port import RemoteCalendar
from gateway.calendar.settings import CalendarSettings, stored
from gateway.calendar.tables import calendar
from gateway.calendar.words import Provider
from gateway.engine.database import Stamp

MOST = 250  # calendars of one connection

#: The columns of a calendar with which nothing is wrong.
WELL: Mapping[str, Any] = MappingProxyType(
    {"fault": None, "fault_detail": "", "failing_since": None, "failures": 0, "told_at": None}
)

_ID = 1024
_NAME = 200


def enter_calendars(
    connection: Connection,
    stamp: Stamp,
    of: tuple[int, int],
    provider: Provider,
    calendars: Sequence[RemoteCalendar],
    *,
    zone: str,
) -> None:
    """Enter those of a connection (account, id) that are new, and rename the known; any other is left as it is.

    ``zone`` is that of calendars that name none.
    """
    listed = {each.calendar_id: each for each in calendars if len(each.calendar_id) <= _ID}
    if len(listed) > MOST:
        raise Refused(f"More than {MOST} calendars come with this connection.", "Share fewer with it.")
    known = set(connection.scalars(select(calendar.c.remote_id).where(*_of(*of))))
    if new := [each for each in listed.values() if each.calendar_id not in known]:
        mine = {"account_id": of[0], "connection_id": of[1], "provider": provider}
        connection.execute(insert(calendar), [{**mine, **_row(stamp.new_id(), each, zone)} for each in new])
    _rename(connection, of, [listed[each] for each in sorted(known & listed.keys())])


def poll_enabled(connection: Connection, now: datetime, account_id: int, connection_id: int) -> None:
    """Poll the calendars of a connection that are enabled, now; what failed before is forgotten."""
    enabled = (*_of(account_id, connection_id), calendar.c.enabled_at.is_not(None))
    connection.execute(update(calendar).where(*enabled).values(next_poll_at=now, **WELL))


def forget_polls(connection: Connection, account_id: int, connection_id: int, *, disable: bool) -> None:
    """Poll the calendars of a connection no more; ``disable`` also gives their places in the plan back."""
    values = {"next_poll_at": None, **({"enabled_at": None, "cursor": None} if disable else {})}
    connection.execute(update(calendar).where(*_of(account_id, connection_id)).values(**values))


def _row(calendar_id: int, remote: RemoteCalendar, zone: str) -> dict[str, Any]:
    return {
        "calendar_id": calendar_id,
        "remote_id": remote.calendar_id,
        "name": _named(remote.name),
        "zone": remote.zone or zone,
        "paused": False,
        "writable": remote.writable,
        "common": [],
        "settings": stored(CalendarSettings()),
        "version": 1,
        "fault_detail": "",
        "failures": 0,
    }


def _rename(connection: Connection, of: tuple[int, int], known: Sequence[RemoteCalendar]) -> None:
    if known:
        this = update(calendar).where(*_of(*of), calendar.c.remote_id == bindparam("of_remote"))
        connection.execute(
            this.values(name=bindparam("new_name"), writable=bindparam("now_writable")),
            [
                {"of_remote": each.calendar_id, "new_name": _named(each.name), "now_writable": each.writable}
                for each in known
            ],
        )


def _of(account_id: int, connection_id: int) -> tuple[ColumnElement[bool], ...]:
    return calendar.c.account_id == account_id, calendar.c.connection_id == connection_id


def _named(name: str) -> str:
    return (name.replace("\0", "").strip() or "?")[:_NAME]
