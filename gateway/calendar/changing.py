"""Changes the settings of a calendar: checked, in force at once, and the plan of its reminders with them."""

from dataclasses import replace
from datetime import time
from typing import Any

from sqlalchemy import Connection

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.senders import checked_display
from gateway.accounts.words import Action
from gateway.calendar import calendars, connections, events
from gateway.calendar.calendars import Calendar
from gateway.calendar.extract import Field
from gateway.calendar.planning import plan_all
from gateway.calendar.schedule import parse_rule, word_of
from gateway.calendar.settings import CalendarSettings, Rule, schedule_of, stored
from gateway.calendar.texts import kept_fields
from gateway.calendar.wording import parse_template
from gateway.calendar.words import Provider
from gateway.engine.database import Stamp

_MOST_RULES = 8

#: What decides which number of an event is texted: all events are read anew when it changes.
_READING = ("default_region", "extra_regions", "field_order", "own", "blocked")


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
) -> None:
    """Put settings in force; ``Refused`` for what makes no sense.

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


def check(settings: CalendarSettings, calendar: Calendar) -> CalendarSettings:
    """The settings, where each makes sense; else ``Refused``."""
    if settings.template is not None:
        parse_template(settings.template)
    checked_display(settings.display, calendar.country)
    fields = set(settings.field_order)
    if not fields <= set(Field) or len(fields) != len(settings.field_order):
        raise Refused("These are no fields of an event.", f"Name some of {', '.join(Field)}, each once.")
    if len(settings.hours) != 7:
        raise Refused("A week has seven days.", "Give hours for each.")
    if not 0 <= settings.settle_min <= 24 * 60 or not 0 <= settings.least_min <= 24 * 60:
        raise Refused("This is too long to wait.", "Give minutes from 0 to 1440.")
    if settings.write_back and not calendar.settings.write_back:
        _check_writing(calendar)
    if not 1 <= settings.keep_days <= 3650:
        raise Refused("Events can be remembered for 1 to 3650 days.", "Give a number of days.")
    try:
        time.fromisoformat(settings.all_day)
        schedule_of(settings, None)
    except ValueError:
        raise Refused("This is no hour of the day.", 'Write "08:00-20:00", or "12:00".') from None
    return settings


def _check_writing(calendar: Calendar) -> None:
    """``Refused`` where nothing can be written in a calendar, with what would have to be done."""
    if calendar.provider is Provider.ICS:
        raise Refused(
            f"{calendar.name} is a published file, which can only be read.",
            "Link the calendar itself: at Google, at Outlook, or by CalDAV.",
        )
    if not calendar.writes:
        raise Refused(
            f"The owner of {calendar.name} lets us read it and nothing else.",
            f"`gateway calendar link ACCOUNT {calendar.provider} --write` makes a link that asks for more.",
        )
    if not calendar.writable:
        raise Refused(
            f"{calendar.name} is shared with the user who linked it to be looked at only.",
            "Have it shared with leave to change events, then run `gateway calendar sync`.",
        )
