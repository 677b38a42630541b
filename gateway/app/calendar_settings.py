"""The settings of a calendar by command: those that are named change, the others stay."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import clients
from gateway.app.calendars import find
from gateway.calendar import changing
from gateway.calendar.calendars import Calendar
from gateway.calendar.settings import CalendarSettings
from gateway.engine.database import Stamp
from gateway.wording import Language


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
        "default_region": region and clients.checked_country(region),
        "extra_regions": _regions(extra_regions),
        "field_order": _listed(fields),
        "own": _listed(own),
        "blocked": _listed(blocked),
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
    changed = replace(found.settings, **{key: value for key, value in given.items() if value is not None})
    return put(connection, stamp, actor, (found, changed))


def settings_of(connection: Connection, *, account: str, calendar: str) -> dict[str, Any]:
    """The settings of a calendar."""
    found = find(connection, account, calendar)
    return {"id": found.calendar_id, "calendar": found.name, **_settings(found.settings)}


def put(connection: Connection, stamp: Stamp, actor: str, changed: tuple[Calendar, CalendarSettings]) -> dict[str, Any]:
    """Put settings of a calendar in force, and show them."""
    found, settings = changed
    kept = changing.change_settings(connection, stamp, actor, found, settings)
    return {"id": found.calendar_id, "calendar": found.name, **_settings(kept)}


def _settings(settings: CalendarSettings) -> Mapping[str, Any]:
    told = {name: getattr(settings, name) for name in CalendarSettings.__slots__}
    return {**told, "rules": [each.word for each in settings.rules]}


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
