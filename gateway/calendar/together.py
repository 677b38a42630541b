"""Several appointments of one number on a day in one SMS, where the calendar says so."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gateway.calendar.calendars import Calendar, Key
from gateway.calendar.reminders import DueReminder
from gateway.calendar.schedule import Due, merge
from gateway.calendar.tables import reminder
from gateway.calendar.words import ReminderState

_DAY = timedelta(days=1)


class Together(NamedTuple):
    """What one SMS is about: ``carrier`` is the reminder that it is sent for, the others say that they are in it."""

    carrier: DueReminder
    named: Sequence[DueReminder]  # each appointment once, in the order of their starts
    others: Sequence[DueReminder]


def ahead_of(
    connection: Connection, due: Iterable[DueReminder], known: Mapping[Key, Calendar]
) -> list[tuple[int, int]]:
    """The planned reminders (account, id) that could leave along with those that are due."""
    found: set[tuple[int, int]] = set()
    row = reminder.c
    for each in due:
        if not known[each.calendar].settings.merge:
            continue
        same = (row.account_id == each.account_id, row.calendar_id == each.calendar_id)
        alike = (row.recipient == each.recipient, row.offset_key == each.offset_key)
        near = (row.start_at > each.start_at - _DAY, row.start_at < each.start_at + _DAY)
        planned = (row.state == ReminderState.PLANNED, row.claimed_by.is_(None), row.due_at > each.due_at)
        ids = connection.scalars(select(row.reminder_id).where(*same, *alike, *near, *planned))
        found |= {(each.account_id, reminder_id) for reminder_id in ids}
    return sorted(found)


def grouped(
    leaving: Sequence[DueReminder], known: Mapping[Key, Calendar], now: datetime
) -> tuple[list[Together], list[DueReminder]]:
    """What leaves as one SMS each; and what was brought forward for nothing, since its like did not leave after all."""
    groups: list[Together] = []
    early: list[DueReminder] = []
    by_calendar: dict[Key, list[DueReminder]] = defaultdict(list)
    for each in leaving:
        if known[each.calendar].settings.merge:
            by_calendar[each.calendar].append(each)
        else:
            groups.append(Together(each, [each], []))
    by_id = {each.reminder_id: each for members in by_calendar.values() for each in members}
    for members in by_calendar.values():
        due = [_due(each) for each in members if each.due_at <= now]
        merged = merge(due, [_due(each) for each in members if each.due_at > now])
        groups += [_together([by_id[each.row_id] for each in one.named], one.silent, by_id) for one in merged]
        used = {each.row_id for one in merged for each in (*one.named, *one.silent)}
        early += [each for each in members if each.reminder_id not in used]
    return groups, early


def _together(named: Sequence[DueReminder], silent: Sequence[Due], by_id: Mapping[int, DueReminder]) -> Together:
    return Together(named[0], named, [*named[1:], *(by_id[each.row_id] for each in silent)])


def _due(each: DueReminder) -> Due:
    zone = ZoneInfo(each.zone)
    return Due(each.reminder_id, each.event_name, each.offset_key, each.recipient, each.start_at, each.due_at, zone)
