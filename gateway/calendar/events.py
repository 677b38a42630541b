"""The rows of events: entered, changed and taken out by the thousand, each in one statement."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from gateway.calendar.calendars import Calendar, Key
from gateway.calendar.feeds.port import Changes, Window
from gateway.calendar.reading import Seen, kept_uid, key_of, numbers_of
from gateway.calendar.tables import event, event_mark, reminder
from gateway.engine.database import Stamp
from gateway.engine.metadata import Instant
from gateway.engine.rows import Rows

_KEPT = (
    "remote_id",
    "uid",
    "original_start",
    "series_key",
    "starts_at",
    "ends_at",
    "all_day",
    "zone",
    "zone_guessed",
    "status",
    "revision",
    "number",
    "destination",
    "why",
    "title_tag",
    "explanation",
    "title",
    "location",
    "description",
)

_KEYS = Rows(key=String())
_CHANGED = Rows(event_id=event.c.event_id.type, **{name: event.c[name].type for name in (*_KEPT, "booked_at")})


def revisions(connection: Connection, calendar: Key, keys: Collection[str]) -> dict[str, str]:
    """The revision in which each of the events (by key) is known; one that is gone has none."""
    return {key: revision for key, (_, revision) in _known(connection, calendar, keys).items()}


def seen(connection: Connection, calendar: Key, but: Collection[str]) -> list[Seen]:
    """Titles and numbers of every event of a calendar that is not gone, apart from those with the keys ``but``."""
    row, left_out = event.c, set(but)
    of_calendar = (row.account_id == calendar[0], row.calendar_id == calendar[1], row.gone_at.is_(None))
    found = connection.execute(select(row.remote_key, row.title_tag, row.explanation).where(*of_calendar))
    return [(tag, numbers_of(explained)) for key, tag, explained in found if key not in left_out]


def enter(connection: Connection, stamp: Stamp, calendar: Calendar, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Keep events as they are now; returns their ids."""
    at = stamp.now
    before = _known(connection, calendar.key, [row["remote_key"] for row in rows])
    by_key = {row["remote_key"]: row for row in rows}  # a feed that tells one twice means the last
    new = [
        {
            **row,
            "account_id": calendar.account_id,
            "calendar_id": calendar.calendar_id,
            "event_id": stamp.new_id(),
            "booked_at": row["booked_at"] or (at if calendar.window else None),
            "seen_at": at,
        }
        for key, row in by_key.items()
        if key not in before
    ]
    if new:
        connection.execute(insert(event), new)
    changed = [{**by_key[key], "event_id": event_id} for key, (event_id, _) in before.items()]
    if changed:
        statement = _change(connection.dialect.name).where(event.c.account_id == calendar.account_id)
        connection.execute(statement, {**_CHANGED.parameter(changed), "at": at})
    return [each["event_id"] for each in (*new, *changed)]


def take_out(connection: Connection, now: datetime, calendar: Calendar, changes: Changes, asked: Window) -> list[int]:
    """Mark what is gone: what the feed says, and what is missing where it told everything; returns the ids."""
    row = event.c
    gone: list[ColumnElement[bool]] = []
    if changes.removed:
        gone.append(row.remote_key.in_([key_of(each) for each in changes.removed]))
    if changes.removed_series:
        gone.append(row.series_key.in_([key_of(each) for each in changes.removed_series]))
        gone.append(row.uid.in_([kept_uid(each) for each in changes.removed_series]))
    given = _KEYS.table(connection.dialect.name)
    missing = ~exists().where(given.c.key == row.remote_key)
    listed = changes.listed or asked
    inside = and_(row.starts_at >= listed.start, row.starts_at < listed.end)
    if changes.complete:
        gone.append(and_(inside, missing))
    elif changes.complete_series:
        gone.append(and_(row.series_key.in_([key_of(each) for each in changes.complete_series]), inside, missing))
    if not gone:
        return []
    taken = (
        update(event)
        .where(row.account_id == calendar.account_id, row.calendar_id == calendar.calendar_id)
        .where(row.gone_at.is_(None), or_(*gone))
        .values(gone_at=now, edited_at=now, revision="")
        .returning(row.event_id)
    )
    return list(connection.scalars(taken, _KEYS.parameter({"key": key_of(each.event_id)} for each in changes.events)))


def forget_texts(connection: Connection, calendar: Key, fields: Collection[str]) -> None:
    """Erase what the wording of a calendar no longer uses."""
    if fields:
        of_calendar = (event.c.account_id == calendar[0], event.c.calendar_id == calendar[1])
        connection.execute(update(event).where(*of_calendar).values(dict.fromkeys(fields)))


def purge(connection: Connection, calendar: Key, over_before: datetime, limit: int = 1_000) -> int:
    """Forget up to ``limit`` events that were over before an instant, with their reminders; returns how many."""
    row, of = event.c, reminder.c
    over = (
        select(row.event_id)
        .where(row.account_id == calendar[0], row.calendar_id == calendar[1], row.starts_at < over_before)
        .limit(limit)
    )
    ids = list(connection.scalars(over))
    if ids:
        connection.execute(
            delete(reminder).where(of.account_id == calendar[0], of.calendar_id == calendar[1], of.event_id.in_(ids))
        )
        connection.execute(
            delete(event_mark).where(event_mark.c.account_id == calendar[0], event_mark.c.event_id.in_(ids))
        )
        connection.execute(delete(event).where(row.account_id == calendar[0], row.event_id.in_(ids)))
    return len(ids)


def _known(connection: Connection, calendar: Key, keys: Collection[str]) -> dict[str, tuple[int, str]]:
    """Id and revision of those of the events (by key) that are known."""
    row, given = event.c, _KEYS.table(connection.dialect.name)
    of_calendar = (row.account_id == calendar[0], row.calendar_id == calendar[1])
    found = connection.execute(
        select(row.remote_key, row.event_id, row.revision)
        .join(given, given.c.key == row.remote_key)
        .where(*of_calendar),
        _KEYS.parameter({"key": key} for key in keys),
    )
    return {key: (event_id, revision) for key, event_id, revision in found}


#: What a reminder says or does not say: when one of these changes, the event has to settle.
_TOLD = ("starts_at", "zone", "status", "number", "title", "location", "description")


@cache
def _change(dialect: str) -> Update:
    row, given = event.c, _CHANGED.table(dialect)
    values: dict[str, Any] = {name: given.c[name] for name in _KEPT}
    edited = or_(row.gone_at.is_not(None), *(row[name].is_distinct_from(given.c[name]) for name in _TOLD))
    at = bindparam("at", type_=Instant())
    return (
        update(event)
        .where(row.event_id == given.c.event_id)
        .values(
            **values,
            booked_at=func.coalesce(given.c.booked_at, row.booked_at),
            edited_at=case((edited, at), else_=row.edited_at),
            gone_at=None,
        )
    )
