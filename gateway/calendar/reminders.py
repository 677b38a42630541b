"""The rows of reminders that are due, with their events: read for many in one statement, and settled in one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Integer, Select, Update, and_, bindparam, case, select, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from gateway.calendar.calendars import Key
from gateway.calendar.schedule import tells_move
from gateway.calendar.tables import event, reminder
from gateway.calendar.wording import Visit
from gateway.calendar.words import ReminderState
from gateway.engine.metadata import Instant
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.prepared import Prepared
from gateway.engine.rows import Rows
from gateway.engine.timetable import Timetable
from gateway.sms.numbers import Number, known
from plans.words import Reason

REMINDERS = Timetable(reminder, key="reminder_id")

#: Woken when reminders may leave sooner than they were to.
TOPIC = "reminder"


class DueReminder(NamedTuple):
    """A reminder with its event: a tuple, as hundreds are read at once."""

    account_id: int
    reminder_id: int
    calendar_id: int
    event_id: int
    offset_key: str
    recipient: str
    start_at: datetime
    due_at: datetime
    state: ReminderState
    reason: Reason | None
    round: int
    remote_id: str
    uid: str
    original_start: str
    all_day: bool
    zone: str
    revision: str
    number: str | None
    destination: str | None
    title: str | None
    location: str | None
    description: str | None

    @property
    def calendar(self) -> Key:
        """Whose it is."""
        return self.account_id, self.calendar_id

    @property
    def key(self) -> tuple[int, int]:
        """What identifies it."""
        return self.account_id, self.reminder_id

    @property
    def event(self) -> tuple[int, int]:
        """What identifies its event."""
        return self.account_id, self.event_id

    @property
    def event_name(self) -> str:
        """The same on every copy of the event, in whatever calendar it lies."""
        return f"{self.uid} {self.original_start}"

    @property
    def moved(self) -> bool:
        """Whether it tells a new time of what was told before."""
        return tells_move(self.offset_key)

    @property
    def waited_for(self) -> Reason | None:
        """Why it waits, where it does."""
        return self.reason if self.state is ReminderState.WAITING else None

    @property
    def known(self) -> Number | None:
        """The number that it goes to, as it was read in the event; None where the event has another one by now."""
        if self.destination is None or self.number != self.recipient:
            return None
        return known(self.recipient, self.destination)

    @property
    def visit(self) -> Visit:
        """The appointment as the text tells it."""
        zone = ZoneInfo(self.zone)
        return Visit(self.start_at, zone, self.all_day, self.title, self.location, self.description)


def any_due(connection: Connection, now: datetime) -> bool:
    """Whether any reminder is due: one look at the first entry of the index, however many lie in the future."""
    return REMINDERS.is_any_due(connection, now)


def due(connection: Connection, now: datetime, limit: int) -> list[DueReminder]:
    """Up to so many that are due, the longest due first, by account and id; they are locked until the end.

    Those that somebody else has locked are left to them. What outlasts the transaction has to be held.
    """
    return _by_account(_DUE(connection, {"now": now, "most": limit}))


def by_ids(connection: Connection, keys: Collection[tuple[int, int]]) -> list[DueReminder]:
    """Reminders (account, id) with their events, by account and id."""
    if not keys:
        return []
    return _by_account(_BY_IDS(connection, as_pairs(sorted(keys))))


def _by_account(found: Iterable[DueReminder]) -> list[DueReminder]:
    """In the order of the tables: what is written of neighbours one after the other stays in the processor's cache."""
    return sorted(found, key=itemgetter(0, 1))


class Settled(NamedTuple):
    """What becomes of a reminder that was due."""

    reminder: DueReminder
    state: ReminderState
    reason: Reason | None = None
    look_at: datetime | None = None  # when it is looked at again; None: never
    message_id: int | None = None
    round: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.look_at is None


def settle(connection: Connection, now: datetime, settled: Sequence[Settled]) -> None:
    """Write down what becomes of reminders that are held, and give them back: one statement for all that fare alike."""
    alike: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for each in settled:
        of = each.reminder
        alike[each.state, each.reason, each.round].append(
            (of.account_id, of.reminder_id, each.look_at, each.message_id)
        )
    for fate, rows in alike.items():
        _SETTLE(connection, {**_SETTLED.in_order(rows), **dict(zip(_FATE, fate, strict=True)), "now": now})


_FATE = ("state", "reason", "round")
_SETTLED = Rows(account_id=BigInteger(), reminder_id=BigInteger(), look_at=Instant(), message_id=BigInteger())


def _settle(dialect: str) -> Update:
    row, given = reminder.c, _SETTLED.table(dialect).c
    return (
        update(reminder)
        .where(row.account_id == given.account_id, row.reminder_id == given.reminder_id)
        .values({name: bindparam(name, type_=row[name].type) for name in _FATE})
        .values(look_at=given.look_at, message_id=given.message_id, claimed_by=None, attempts=0)
        .values(settled_at=case((given.look_at.is_(None), bindparam("now", type_=Instant))))
    )


_OF_EVENT = (
    *("remote_id", "uid", "original_start", "all_day", "zone", "revision", "number", "destination"),
    *("title", "location", "description"),
)
_OF_REMINDER = tuple(name for name in DueReminder._fields if name not in _OF_EVENT)


def _due() -> Select[*tuple[Any, ...]]:
    row = reminder.c
    longest_due = (
        select(*(row[name] for name in _OF_REMINDER))
        .where(row.look_at <= bindparam("now", type_=Instant))
        .order_by(row.look_at)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)  # SQLite has one writer and leaves the words out
        .cte("due")
    )
    return _with_events(longest_due.c, select(*longest_due.c))


def _by_ids(dialect: str) -> Select[*tuple[Any, ...]]:
    row, wanted = reminder.c, pairs(dialect)
    these = and_(wanted.c.first == row.account_id, wanted.c.second == row.reminder_id)
    return _with_events(row, select(*(row[name] for name in _OF_REMINDER)).join(wanted, these))


def _with_events(
    row: ReadOnlyColumnCollection[str, Any], reminders: Select[*tuple[Any, ...]]
) -> Select[*tuple[Any, ...]]:
    of = event.c
    return reminders.add_columns(*(of[name] for name in _OF_EVENT)).join(
        event, and_(of.account_id == row.account_id, of.event_id == row.event_id)
    )


_DUE = Prepared(_due(), DueReminder._make)
_BY_IDS = Prepared(_by_ids, DueReminder._make)
_SETTLE = Prepared(_settle)
