"""The settings of a calendar by command: those that are named change, the others stay."""

from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.app.calendars import find
from gateway.calendar import all_calendars, changing
from gateway.calendar.calendars import Calendar
from gateway.calendar.settings import CalendarSettings, Reading
from gateway.engine.database import Stamp
from gateway.wording import Language

R = TypeVar("R", bound=Reading)


def set_up(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    account: str,
    calendar: str,
    name: str | None = None,
    contact: str | None = None,
    language: Language | None = None,
    display: str | None = None,
    region: str | None = None,
    extra_regions: str | None = None,
    fields: str | None = None,
    own: str | None = None,
    blocked: str | None = None,
    hours: str | None = None,
    settle_min: int | None = None,
    least_min: int | None = None,
    all_day: str | None = None,
    tentative: bool | None = None,
    again_after_move: bool | None = None,
    merge: bool | None = None,
    keep_days: int | None = None,
    notify: str | None = None,
    write_back: bool | None = None,
) -> dict[str, Any]:
    """Change some settings of a calendar; the others stay. Lists are written with commas.

    What is set to "" follows the account again, or is empty.
    """
    found = find(connection, account, calendar)
    given: dict[str, Any] = {
        "name": name,
        "contact": contact,
        "language": language,
        "display": display,
        **_reading(region, extra_regions, fields, own, blocked),
        "hours": _week(hours),
        "settle_min": settle_min,
        "least_min": least_min,
        "all_day": all_day,
        "tentative": tentative,
        "again_after_move": again_after_move,
        "merge": merge,
        "keep_days": keep_days,
        "notify": notify,
        "write_back": write_back,
    }
    return put(connection, stamp, actor, (found, _changed(found.settings, given)))


def settings_of(connection: Connection, *, account: str, calendar: str) -> dict[str, Any]:
    """The settings of a calendar."""
    found = find(connection, account, calendar)
    return {"id": found.calendar_id, "calendar": found.name, **_settings(found.settings)}


def set_reading(
    connection: Connection,
    stamp: Stamp,
    actor: str,
    *,
    account: str,
    region: str | None = None,
    extra_regions: str | None = None,
    fields: str | None = None,
    own: str | None = None,
    blocked: str | None = None,
) -> dict[str, Any]:
    """Change how numbers are found in all calendars of an account, as ``set_up`` does for one of them."""
    client = clients.find(connection, account)
    given = _reading(region, extra_regions, fields, own, blocked)
    changed = _changed(all_calendars.reading_of(connection, client.account_id), given)
    return _told(all_calendars.change_reading(connection, stamp, actor, client, changed))


def reading_of(connection: Connection, *, account: str) -> dict[str, Any]:
    """How numbers are found in all calendars of an account."""
    return _told(all_calendars.reading_of(connection, clients.find(connection, account).account_id))


def put(connection: Connection, stamp: Stamp, actor: str, changed: tuple[Calendar, CalendarSettings]) -> dict[str, Any]:
    """Put settings of a calendar in force, and show them."""
    found, settings = changed
    kept = changing.change_settings(connection, stamp, actor, found, settings)
    return {"id": found.calendar_id, "calendar": found.name, **_settings(kept)}


def _settings(settings: CalendarSettings) -> Mapping[str, Any]:
    return {**_told(settings), "rules": [each.word for each in settings.rules]}


def _told(settings: Reading) -> dict[str, Any]:
    return {each.name: getattr(settings, each.name) for each in fields_of(settings)}


def _changed(settings: R, given: Mapping[str, Any]) -> R:
    return replace(settings, **{key: value for key, value in given.items() if value is not None})


def _reading(
    region: str | None, extra_regions: str | None, fields: str | None, own: str | None, blocked: str | None
) -> dict[str, Any]:
    return {
        "default_region": region and clients.checked_country(region),
        "extra_regions": _regions(extra_regions),
        "field_order": _listed(fields),
        "own": _listed(own),
        "blocked": _listed(blocked),
    }


def _regions(text: str | None) -> tuple[str, ...] | None:
    found = _listed(text)
    return None if found is None else tuple(map(clients.checked_country, found))


def _week(text: str | None) -> tuple[str, ...] | None:
    """Hours of every day, or of seven days with commas, of which a closed one has none."""
    if text is None:
        return None
    days = tuple(each.strip() for each in text.split(","))
    return days * 7 if len(days) == 1 else days


def _listed(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(each.strip() for each in text.split(",") if each.strip())
