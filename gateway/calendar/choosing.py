"""Which calendars have reminders: enabled within the plan, paused and resumed; nothing is ever deleted by it."""

from datetime import datetime

from sqlalchemy import Connection, update

from gateway.accounts import audit_trail
from gateway.accounts.refusals import Refused
from gateway.accounts.words import Action
from gateway.billing import running
from gateway.billing.cover import covers, require_calendars
from gateway.billing.rules import BillingRules
from gateway.calendar import calendars, connections, events
from gateway.calendar.calendars import Calendar
from gateway.calendar.cover import links
from gateway.calendar.digest import begin_digests
from gateway.calendar.extract import Field
from gateway.calendar.listed import WELL
from gateway.calendar.planning import plan_all
from gateway.calendar.tables import reminder
from gateway.calendar.words import ConnectionState, ReminderState
from gateway.engine.database import Stamp
from plans.quota import CalendarKey, counted


def enable(connection: Connection, stamp: Stamp, actor: str, rules: BillingRules, calendar: Calendar) -> None:
    """Have reminders sent from a calendar, from now on; ``Refused`` where the plan does not cover one more.

    What its rules ask for of times that are over is not made up for. A calendar that two users share counts once.
    """
    if calendar.connection_state is not ConnectionState.ACTIVE:
        raise Refused("This calendar cannot be read any more.", "Link it again first.")
    if calendar.enabled_at is not None:
        raise Refused(f"{calendar.name} is enabled already.", "`gateway calendar list` shows which are.")
    payer_id = covers(connection, rules, [calendar.account_id], stamp.now)[calendar.account_id].payer_id
    running.hold(connection, payer_id)  # two at once would both be the last that fits
    wanted = counted(links(connection, {payer_id}).get(payer_id, ())) | {
        CalendarKey(calendar.provider, calendar.remote_id)
    }
    require_calendars(connection, rules, stamp.now, account_id=calendar.account_id, calendars=len(wanted))
    calendars.change(
        connection,
        calendar.key,
        enabled_at=stamp.now,
        paused=False,
        cursor=None,
        window_start=None,
        window_end=None,
        next_poll_at=stamp.now,
        version=calendar.version + 1,
    )
    begin_digests(connection, stamp, calendar.account_id)
    connections.look_now(connection, stamp.now, calendar.account_id, calendar.connection_id)
    audit_trail.append(connection, stamp, actor, calendar.account_id, Action.CALENDAR_ENABLED, calendar=calendar.name)


def disable(connection: Connection, stamp: Stamp, actor: str, calendar: Calendar) -> None:
    """Send no more reminders from a calendar and read it no more; its place in the plan is free at once.

    The text of its events, which no wording uses any more, is erased.
    """
    if calendar.enabled_at is None:
        raise Refused(f"{calendar.name} is not enabled.", "`gateway calendar list` shows which are.")
    values = {"enabled_at": None, "next_poll_at": None, "cursor": None, "version": calendar.version + 1}
    calendars.change(connection, calendar.key, **values, **WELL)
    off = calendars.by_keys(connection, [calendar.key])[calendar.key]
    plan_all(connection, stamp, off)
    events.forget_texts(connection, calendar.key, list(Field))
    audit_trail.append(connection, stamp, actor, calendar.account_id, Action.CALENDAR_DISABLED, calendar=calendar.name)


def pause(connection: Connection, stamp: Stamp, actor: str, calendar: Calendar) -> None:
    """Let reminders wait; the calendar is read on."""
    _set_paused(connection, stamp, actor, calendar, Action.CALENDAR_PAUSED, paused=True)


def resume(connection: Connection, stamp: Stamp, actor: str, calendar: Calendar) -> None:
    """Let reminders go; those that waited leave at once, as far as they are still of use."""
    _set_paused(connection, stamp, actor, calendar, Action.CALENDAR_RESUMED, paused=False)
    look_again(connection, stamp.now, calendar)


def look_again(connection: Connection, now: datetime, calendar: Calendar) -> None:
    """Look at the reminders of a calendar that wait, now."""
    row = reminder.c
    waiting = (row.account_id == calendar.account_id, row.calendar_id == calendar.calendar_id)
    free = (row.state == ReminderState.WAITING, row.look_at > now, row.claimed_by.is_(None))
    connection.execute(update(reminder).where(*waiting, *free).values(look_at=now))


def _set_paused(
    connection: Connection, stamp: Stamp, actor: str, calendar: Calendar, action: Action, *, paused: bool
) -> None:
    if calendar.paused is paused:
        state = "paused" if paused else "not paused"
        raise Refused(f"{calendar.name} is {state} already.", "Nothing needs doing.")
    calendars.change(connection, calendar.key, paused=paused)
    audit_trail.append(connection, stamp, actor, calendar.account_id, action, calendar=calendar.name)
