"""What planning is told and what it answers: appointments in, rows of the ledger out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.accounts.refusals import Refused
from gateway.calendar.schedule.notation import word_of
from gateway.calendar.schedule.rules import Rule, reach
from gateway.calendar.words import EventStatus, ReminderState
from plans.windows import Hours
from plans.words import Reason

#: Open all day, every day.
ALWAYS: tuple[Hours | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Appointment:
    """One event, or one occurrence of a series, as far as reminders are concerned."""

    event: str  # any name that no other has
    start: datetime | date  # aware; a date for all-day events
    zone: ZoneInfo  # in which its wall clock is read: its own, or else the account's
    status: EventStatus = EventStatus.CONFIRMED
    recipient: str | None = None  # E.164
    unreachable: Reason = Reason.NO_NUMBER  # why there is no recipient
    booked_at: datetime | None = None  # None: long ago
    edited_at: datetime | None = None  # when it was last seen to change in what a reminder says
    answered: bool = False  # an earlier reminder of this very start, so that no other is wanted
    silenced: bool = False  # the recipient said STOP
    clock: ZoneInfo | None = None  # the recipient's own, for the open hours, where it is another than ``zone``


@dataclass(frozen=True, slots=True)
class Offset:
    """A rule of a calendar, and since when it holds: what was due before that is nobody's fault."""

    rule: Rule
    since: datetime | None = None  # None: always

    @property
    def name(self) -> str:
        """What the ledger calls it."""
        return word_of(self.rule)


@dataclass(frozen=True, slots=True)
class Schedule:
    """All that a calendar says about when its reminders leave."""

    offsets: tuple[Offset, ...]
    hours: tuple[Hours | None, ...] = ALWAYS  # open hours of the week, Monday first; None is closed all day
    settle: timedelta = timedelta(minutes=10)  # how long an event has to be still before anything leaves
    least: timedelta = timedelta(minutes=30)  # nearer to the start than this, a reminder is of no use
    all_day: time = time(12)  # the local hour at which an all-day event counts as starting
    tentative: bool = False  # events that are not confirmed have reminders, too
    moved: bool = False  # who was reminded of a time that then changed is reminded of the new one

    def __post_init__(self) -> None:
        """Refuse a rule that stands there twice, whose reminders would be the same row, and ends past the start."""
        if self.settle < timedelta(0) or self.least < timedelta(minutes=1):
            raise Refused("A reminder has to leave before the appointment.", "Give it at least a minute.")
        names = [offset.name for offset in self.offsets]
        for name in names:
            if names.count(name) > 1:
                raise Refused(f'The rule "{name}" is there already.', "Leave it there once.")

    @property
    def reach(self) -> timedelta:
        """How long before its start an event may have to be known: a feed has to be read at least as far ahead."""
        shifted = timedelta(weeks=1) if self.hours else timedelta(0)
        return max((reach(offset.rule) for offset in self.offsets), default=timedelta(0)) + shifted


@dataclass(frozen=True, slots=True)
class Planned:
    """A row as the ledger should have it: to be sent, or not and why."""

    event: str
    offset: str  # the name of the rule; after a move of what was sent already, with the new start behind it
    recipient: str  # E.164; "" where there is none
    start_at: datetime  # UTC
    due_at: datetime  # UTC; where it is not sent, when it would have been
    reason: Reason | None = None  # None: it is to be sent
    again: bool = False  # should the ledger say that it was sent for another start, it is sent again


@dataclass(frozen=True, slots=True)
class Existing:
    """A row as the ledger has it."""

    row_id: int
    event: str
    offset: str
    recipient: str
    start_at: datetime
    due_at: datetime
    state: ReminderState
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row."""

    row: Planned


@dataclass(frozen=True, slots=True)
class Update:
    """A row that changes in place: moved, revived, or given another reason."""

    row_id: int
    row: Planned


@dataclass(frozen=True, slots=True)
class Cancel:
    """A row that is not sent any more, and why; its times stay as they were."""

    row_id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Keep:
    """A row that is right as it is."""

    row_id: int


Change = Insert | Update | Cancel | Keep
