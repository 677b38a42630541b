"""What is looked after every few minutes: calendars that fell silent, numbers to choose, digests, and what is over."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, exists, func, or_, select, update

from gateway.accounts.tables import account
from gateway.calendar import calendars, channels, events
from gateway.calendar.bridge import Bridge
from gateway.calendar.digest import digest_due, write_digest
from gateway.calendar.feeds.port import PERMANENT
from gateway.calendar.letters import TOPIC, write_letter
from gateway.calendar.tables import calendar, calendar_digest, event, reminder
from gateway.calendar.words import LetterKind, ReminderState
from gateway.engine.database import Stamp
from gateway.engine.vault import Vault
from plans.words import Reason

EVERY_S = 300

_MOST = 200

_OPEN = [ReminderState.PLANNED, ReminderState.WAITING]


class Upkeep:
    """Looks after calendars."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    async def keep_calendars(self) -> None:
        """Do all of it once; each kind of work is a transaction of its own."""
        forget_channels = partial(_forget_channels, vault=self._bridge.vault)
        for unit in (_tell_silence, _ask_for_numbers, _write_digests, forget_channels):
            await self._all(unit)
        await self._all(_forget_events)

    async def _all(self, unit: Callable[[Connection, Stamp], int]) -> None:
        """As often as there is more to do."""
        engine = self._bridge.engine
        while await engine.write(lambda connection: unit(connection, engine.stamp()), wakes=(TOPIC,)) == _MOST:
            pass


def _tell_silence(connection: Connection, stamp: Stamp) -> int:
    """Tell, once for each fault, of calendars that should have been read long ago while reminders are planned."""
    row, of = calendar.c, reminder.c
    overdue = or_(row.last_success_at.is_(None), row.last_success_at < stamp.now - timedelta(hours=1))
    planned = exists().where(of.account_id == row.account_id, of.calendar_id == row.calendar_id, of.state.in_(_OPEN))
    silent = (
        select(row.account_id, row.calendar_id)
        .where(row.fault.is_not(None), row.told_at.is_(None), row.next_poll_at.is_not(None))
        .where(or_(row.fault.in_(sorted(PERMANENT)), overdue), planned)
        .limit(_MOST)
    )
    keys = [(account_id, calendar_id) for account_id, calendar_id in connection.execute(silent)]
    for key, each in calendars.by_keys(connection, keys).items():
        calendars.change(connection, key, told_at=stamp.now)
        write_letter(
            connection,
            stamp,
            each.account_id,
            LetterKind.CALENDAR_SILENT,
            to=each.settings.notify,
            calendar=each.name,
            fault=each.fault.value if each.fault else None,
            since_at=(each.last_success_at or each.failing_since or stamp.now).isoformat(),
        )
    return len(keys)


def _ask_for_numbers(connection: Connection, stamp: Stamp) -> int:
    """Ask, once for each event to come, which of several numbers is right."""
    row = event.c
    open_ones = connection.execute(
        select(row.account_id, row.event_id, row.calendar_id, row.starts_at, row.explanation)
        .where(row.why == Reason.NUMBER_AMBIGUOUS, row.asked_at.is_(None), row.gone_at.is_(None))
        .where(row.starts_at > stamp.now)
        .order_by(row.account_id, row.starts_at)
        .limit(_MOST)
    ).all()
    known = calendars.by_keys(connection, {(each.account_id, each.calendar_id) for each in open_ones})
    for each in open_ones:
        of = known[each.account_id, each.calendar_id]
        numbers = sorted({number for remark in each.explanation["remarks"] for number in remark["numbers"]})
        line = {
            "what": "line",
            "calendar": of.name,
            "start_at": each.starts_at.isoformat(),
            "numbers": ", ".join(numbers),
        }
        to = of.settings.notify
        write_letter(connection, stamp, each.account_id, LetterKind.NUMBER_TO_CHOOSE, to=to, lines=[line])
    asked = [each.event_id for each in open_ones]
    connection.execute(update(event).where(row.event_id.in_(asked)).values(asked_at=stamp.now))
    return len(open_ones)


def _write_digests(connection: Connection, stamp: Stamp) -> int:
    """Tell each client once a week what became of its reminders."""
    of = account.c
    rows = connection.execute(
        select(of.account_id, of.time_zone, calendar_digest.c.told_to)
        .join(calendar_digest, calendar_digest.c.account_id == of.account_id)
        .where(calendar_digest.c.told_to < stamp.now - timedelta(days=6))
        .order_by(calendar_digest.c.told_to, of.account_id)
        .limit(_MOST)
    ).all()
    for each in rows:
        until = digest_due(stamp.now, each.time_zone)
        if until > each.told_to:
            write_digest(connection, stamp, each.account_id, each.told_to, until)
    return 0


def _forget_channels(connection: Connection, stamp: Stamp, vault: Vault) -> int:
    """Forget push channels that ended long ago."""
    return channels.forget_ended(connection, vault, stamp.now - timedelta(days=1), _MOST)


def _forget_events(connection: Connection, stamp: Stamp) -> int:
    """Forget events that were over long enough ago, by the settings of their calendars."""
    row = event.c
    first = select(row.account_id, row.calendar_id, func.min(row.starts_at).label("first"))
    oldest = first.group_by(row.account_id, row.calendar_id).subquery()
    old = select(oldest.c.account_id, oldest.c.calendar_id).where(oldest.c.first < stamp.now - timedelta(days=1))
    keys = [(account_id, calendar_id) for account_id, calendar_id in connection.execute(old)]
    forgotten = 0
    for key, each in calendars.by_keys(connection, keys).items():
        over = stamp.now - timedelta(days=each.settings.keep_days)
        forgotten = max(forgotten, events.purge(connection, key, over, _MOST))
    return forgotten
