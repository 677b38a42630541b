"""Fills a template in: days and hours on the appointment's clock, in the client's language, nothing unprintable."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from gateway.accounts.refusals import Refused
from gateway.calendar.wording.templates import Part, Template, Variable, with_values
from gateway.calendar.wording.texts import Dates, read_texts
from gateway.sms.graphemes import graphemes
from gateway.wording import Language

#: So many appointments of a day are named; of more than that, how many there are.
_NAMED = 8

_HALF_PAST_TWO = time(14, 30)

_JOINER = "\u200d"

#: Days and hours that are kept as they are written.
_REMEMBERED = 4_096

_CUT = "..."  # the one character for it is not in the GSM alphabet


@dataclass(frozen=True, slots=True)
class Practice:
    """Whose reminder it is: each message has to say so, and how to reach them (terms, special term 4)."""

    name: str
    contact: str = ""

    def __post_init__(self) -> None:
        """Refuse a practice without a name."""
        if not _clean(self.name, 1):
            raise Refused("A reminder has to say who sends it.", "Give the calendar the name of the practice.")


class Visit(NamedTuple):
    """An appointment as its reminder tells it; of its own text only what the template needs."""

    start: datetime  # aware
    zone: ZoneInfo
    all_day: bool = False
    title: str | None = None
    location: str | None = None
    description: str | None = None

    @property
    def local(self) -> datetime:
        """When it starts on its own clock."""
        return self.start.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Style:
    """How days and hours are written."""

    language: Language
    hours_24: bool = True
    relative: bool = True  # "tomorrow" before the date; the date stays, for an SMS can arrive after midnight


class _Told(NamedTuple):
    """What a reminder tells, who sends it, how it is written, and when it leaves."""

    first: Visit  # the one that all variables but the list are about
    start: datetime  # of it, on its own clock
    visits: Sequence[Visit]
    practice: Practice
    style: Style
    now: datetime


def render(template: Template, visits: Sequence[Visit], practice: Practice, style: Style, now: datetime) -> str:
    """The text of one reminder about one appointment, or several of a day, as it is when it leaves at ``now``.

    Variables other than ``{appointments}`` are about the first one. What is not known is empty, see ``lacking``, or
    its optional part is left out.
    """
    told = _Told(visits[0], visits[0].local, visits, practice, style, now)
    return "".join([_fill(part, told) for part in template.parts]).strip()


def signed(template: Template, practice: Practice) -> Template:
    """The template with what all texts of a practice have in common: who sends it, and how to reach them."""
    return with_values(template, {Variable.NAME: _name(practice), Variable.CONTACT: _contact(practice)})


def lacking(template: Template, visits: Sequence[Visit], practice: Practice, style: Style) -> frozenset[Variable]:
    """The variables that would leave a gap in the text: a default template says less, and says it well."""
    told = _Told(visits[0], visits[0].local, visits, practice, style, visits[0].start)
    needed = {each for part in template.parts for each in part.variables if not part.optional}
    return frozenset(each for each in needed if not _VALUES[each](told))


def sample(template: Template, style: Style, zone: ZoneInfo, now: datetime, practice: Practice | None = None) -> str:
    """What the template would say of an invented appointment tomorrow at 14:30."""
    words = read_texts(style.language).sample
    start = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), _HALF_PAST_TWO, zone)
    visit = Visit(start, zone, title=words.title, location=words.location, description=words.description)
    return render(template, [visit], practice or Practice(words.name, words.contact), style, now)


def _name(practice: Practice) -> str:
    return _clean(practice.name, 60)


def _contact(practice: Practice) -> str:
    return _clean(practice.contact, 60)


def _day_of(told: _Told) -> str:
    today = _date_at(told.now, told.first.zone) if told.style.relative else None
    return _day(told.start.date(), today, told.style.language)


def _time_of(told: _Told) -> str:
    return "" if told.first.all_day else _time(told.start, told.style)


def _all_of(told: _Told) -> str:
    return _listed([_appointment(each, told.style) for each in told.visits], told.style.language)


def _fill(part: Part, told: _Told) -> str:
    filled = tuple([_VALUES[each](told) for each in part.variables])
    return "" if part.optional and not all(filled) else part.form % filled


@lru_cache(maxsize=_REMEMBERED)  # what leaves together leaves on the same day
def _date_at(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


@lru_cache(maxsize=_REMEMBERED)  # thousands of reminders tell the same few days and hours
def _day(day: date, today: date | None, language: Language) -> str:
    dates = _dates(language)
    ahead = None if today is None else (day - today).days
    pattern = {0: dates.today, 1: dates.tomorrow}.get(-1 if ahead is None else ahead, dates.day)
    return pattern.format(weekday=_weekday(day, language), date=_date(day, language))


@lru_cache(maxsize=_REMEMBERED)
def _date(day: date, language: Language) -> str:
    dates = _dates(language)
    written = format_date(day, dates.date, dates.locale)
    for word, other in dates.instead.items():
        written = written.replace(word, other)
    return dates.first + written[1:] if day.day == 1 and dates.first else written


@lru_cache(maxsize=_REMEMBERED)
def _weekday(day: date, language: Language) -> str:
    dates = _dates(language)
    return format_date(day, dates.weekday, dates.locale)


def _time(local: datetime, style: Style) -> str:
    return _hour(local.time(), style.language, style.hours_24)


@lru_cache(maxsize=_REMEMBERED)
def _hour(at: time, language: Language, hours_24: bool) -> str:
    dates = _dates(language)
    return format_time(at, dates.time_24 if hours_24 else dates.time_12, tzinfo=UTC, locale=dates.locale)


def _appointment(visit: Visit, style: Style) -> str:
    dates = _dates(style.language)
    return dates.all_day if visit.all_day else dates.appointment.format(time=_time(visit.local, style))


def _listed(appointments: Sequence[str], language: Language) -> str:
    """One after another with commas, the last one after an "and"."""
    dates = _dates(language)
    named = list(appointments[:_NAMED])
    if len(appointments) > _NAMED:
        named.append(dates.more.format(count=len(appointments) - _NAMED))
    return dates.conjunction.join([*([dates.comma.join(named[:-1])] if named[1:] else []), named[-1]])


def _dates(language: Language) -> Dates:
    return read_texts(language).dates


#: What stands in the place of each variable. Of the texts of others so many characters are told: a description can be
#: a novel.
_VALUES: Mapping[Variable, Callable[[_Told], str]] = {
    Variable.NAME: lambda told: _name(told.practice),
    Variable.CONTACT: lambda told: _contact(told.practice),
    Variable.PLACE: lambda told: _clean(told.first.location, 100),
    Variable.TITLE: lambda told: _clean(told.first.title, 100),
    Variable.DESCRIPTION: lambda told: _clean(told.first.description, 200),
    Variable.DAY: _day_of,
    Variable.DATE: lambda told: _date(told.start.date(), told.style.language),
    Variable.WEEKDAY: lambda told: _weekday(told.start.date(), told.style.language),
    Variable.TIME: _time_of,
    Variable.APPOINTMENTS: _all_of,
}


def _clean(text: str | None, most: int) -> str:
    """One line of at most so many characters, without what does not print or changes the direction of others."""
    return _cleaned(text[: 20 * most], most) if text else ""


@lru_cache(maxsize=1_000)  # the name of a practice is in every one of its reminders
def _cleaned(text: str, most: int) -> str:
    printable = "".join(map(_printable, text))
    line = " ".join(printable.split())
    if len(line) <= most:
        return line
    kept = ""
    for each in graphemes(line):
        if len(kept) + len(each) > most - len(_CUT):
            break
        kept += each
    return kept.rstrip() + _CUT


def _printable(character: str) -> str:
    if character == _JOINER:  # holds emoji together
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    return "" if category.startswith("C") else character
