"""Changes the settings of a calendar: checked, in force at once, and the plan of its reminders with them."""

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.calendar import calendars, connections, events
from gateway.calendar.calendars import Calendar
from gateway.calendar.checking import check
from gateway.calendar.planning import plan_all
from gateway.calendar.schedule import parse_rule, word_of
from gateway.calendar.settings import CalendarSettings, Reading, Rule, stored
from gateway.calendar.texts import kept_fields
from gateway.engine.database import Stamp

_MOST_RULES = 8

#: What decides which number of an event is texted: all events are read anew when it changes.
_READING = tuple(each.name for each in fields(Reading))


def add_rule(settings: CalendarSettings, stamp: Stamp, word: str) -> CalendarSettings:
    """With one rule more, which holds from now on: nothing is made up for."""
    rule = Rule(word_of(parse_rule(word)), stamp.now)
    if len(settings.rules) >= _MOST_RULES:
        raise Refused(f"A calendar has {_MOST_RULES} rules at the most.", "Remove one first.")
    return replace(settings, rules=(*settings.rules, rule))


def remove_rule(settings: CalendarSettings, word: str) -> CalendarSettings:
    """With one rule less."""
    name = word_of(parse_rule(word))
    left = tuple(each for each in settings.rules if word_of(parse_rule(each.word)) != name)
    if len(left) == len(settings.rules):
        raise Refused(f"There is no rule {name}.", "`gateway rule list` shows all there are.")
    return replace(settings, rules=left)


def change_settings(
    connection: Connection, stamp: Stamp, actor: str, calendar: Calendar, settings: CalendarSettings
) -> CalendarSettings:
    """Put settings in force, and return them as they are kept; ``Refused`` for what makes no sense.

    Text that is no longer used is erased in the same transaction; what is needed now and was not kept, or would be
    read otherwise, is read anew.
    """
    checked = check(settings, calendar)
    before, after = kept_fields(calendar.settings), kept_fields(checked)
    values: dict[str, Any] = {"settings": stored(checked), "version": calendar.version + 1}
    anew = after - before or any(getattr(checked, each) != getattr(calendar.settings, each) for each in _READING)
    if anew and calendar.enabled_at is not None:
        values |= {"cursor": None, "next_poll_at": stamp.now}
    calendars.change(connection, calendar.key, **values)
    events.forget_texts(connection, calendar.key, sorted(each.value for each in before - after))
    if "next_poll_at" in values:
        connections.look_now(connection, stamp.now, calendar.account_id, calendar.connection_id)
    changed = calendars.by_keys(connection, [calendar.key])[calendar.key]
    plan_all(connection, stamp, changed)
    audit_trail.append(connection, stamp, actor, calendar.account_id, Action.CALENDAR_SET, calendar=calendar.name)
    return checked
