"""What a client sets for a calendar: how numbers are read, what is written, and when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

from gateway.billing.stored import from_text, to_stored
from gateway.calendar.schedule import Offset, Schedule, parse_rule
from gateway.wording import Language
from plans.windows import Hours

_DAY = "08:00-20:00"

#: What a calendar starts with.
FIRST_RULE = "24h"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it was typed, and since when it holds."""

    word: str  # as ``schedule.parse_rule`` reads it
    since: datetime | None = None  # None: since the calendar was enabled


@dataclass(frozen=True, slots=True)
class Reading:
    """How the number of an event is found: in all calendars of an account, or in one of them."""

    default_region: str | None = None  # ISO 3166 of numbers in national form; None: the account's country
    extra_regions: tuple[str, ...] | None = None  # tried after it; None: those that are usual with it
    field_order: tuple[str, ...] | None = None  # a field left out is not read; None: title, location, description
    own: tuple[str, ...] = ()  # the practice's own numbers, E.164
    blocked: tuple[str, ...] = ()  # numbers never to text, or the beginnings of such

    def within(self, account: "Reading") -> "Reading":
        """What holds in a calendar: numbers add up, of all else its own goes before that of the account."""
        return Reading(
            default_region=self.default_region or account.default_region,
            extra_regions=self.extra_regions or account.extra_regions,
            field_order=self.field_order or account.field_order,
            own=account.own + self.own,
            blocked=account.blocked + self.blocked,
        )


@dataclass(frozen=True, slots=True)
class CalendarSettings(Reading):
    """The settings of one calendar; those that are None follow the account."""

    # when reminders leave
    rules: tuple[Rule, ...] = (Rule(FIRST_RULE),)
    hours: tuple[str, ...] = (_DAY,) * 7  # when they may leave, Monday first; "" is closed all day
    settle_min: int = 10  # how long an event has to be still
    least_min: int = 30  # nearer to its start than this, a reminder is of no use
    all_day: str = "12:00"  # the hour at which an all-day event counts as starting
    tentative: bool = False  # events that are not confirmed have reminders, too
    again_after_move: bool = True  # who was reminded of a time that then changed is reminded of the new one
    merge: bool = False  # several appointments of one number on a day share an SMS
    # what is written
    name: str | None = None  # of the practice; None: the account's
    contact: str = ""  # how to reach it
    template: str | None = None  # None: the one that ships, in the language
    language: Language | None = None
    display: str | None = None  # the sender ID shown on the phone
    # and after
    keep_days: int = 90  # how long an event that is over is remembered
    notify: str | None = None  # who hears of failures and answers; None: the account's billing address
    write_back: bool = False  # mark the event itself when somebody confirms or cancels


_UNSET = Reading()


def stored(settings: Reading) -> dict[str, Any]:
    """As a row keeps it."""
    kept: dict[str, Any] = to_stored(settings)
    return kept


def read_settings(text: str) -> CalendarSettings:
    """As ``stored`` wrote it; what an older program did not know has its default."""
    read: CalendarSettings = from_text(CalendarSettings, text)
    return read


def read_reading(text: str | None) -> Reading:
    """What holds in all calendars of an account, as ``stored`` wrote it; None where nothing was ever set."""
    read: Reading = _UNSET if text is None else from_text(Reading, text)
    return read


@lru_cache(maxsize=4_096)
def schedule_of(settings: CalendarSettings, enabled_at: datetime | None) -> Schedule:
    """When the reminders of a calendar leave."""
    return Schedule(
        offsets=tuple(Offset(parse_rule(each.word), _later(each.since, enabled_at)) for each in settings.rules),
        hours=tuple(map(_hours, settings.hours)),
        settle=timedelta(minutes=settings.settle_min),
        least=timedelta(minutes=settings.least_min),
        all_day=time.fromisoformat(settings.all_day),
        tentative=settings.tentative,
        moved=settings.again_after_move,
    )


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max((each for each in (first, second) if each is not None), default=None)


def _hours(written: str) -> Hours | None:
    opens, _, closes = written.partition("-")
    return Hours(time.fromisoformat(opens), time.fromisoformat(closes)) if written else None
