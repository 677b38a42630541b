"""Fills a template in: days and hours on the appointment's clock, in the client's language, nothing unprintable."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from gateway.accounts.refusals import Refused
from gateway.calendar.wording.templates import Part, Template, Variable
from gateway.calendar.wording.texts import Dates, read_texts
from gateway.sms.graphemes import graphemes
from gateway.wording import Language

#: Characters of one value: a description can be a novel.
_MOST = {Variable.NAME: 60, Variable.CONTACT: 60, Variable.PLACE: 100, Variable.TITLE: 100, Variable.DESCRIPTION: 200}

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


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as its reminder tells it; of its own text only what the template needs."""

    start: datetime  # aware
    zone: ZoneInfo
    all_day: bool = False
    title: str | None = None
    location: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """How days and hours are written."""

    language: Language
    hours_24: bool = True
    relative: bool = True  # "tomorrow" before the date; the date stays, for an SMS can arrive after midnight


def render(template: Template, visits: Sequence[Visit], practice: Practice, style: Style, now: datetime) -> str:
    """The text of one reminder about one appointment, or several of a day, as it is when it leaves at ``now``.

    Variables other than ``{appointments}`` are about the first one. What is not known is empty, see ``lacking``, or
    its optional part is left out.
    """
    values = {each: _value(each, visits, practice, style, now) for each in template.variables}
    return "".join(_fill(part, values) for part in template.parts).strip()


def lacking(template: Template, visits: Sequence[Visit], practice: Practice, style: Style) -> frozenset[Variable]:
    """The variables that would leave a gap in the text: a default template says less, and says it well."""
    now = visits[0].start
    needed = {
        piece for part in template.parts for piece in part.pieces if isinstance(piece, Variable) and not part.optional
    }
    return frozenset(each for each in needed if not _value(each, visits, practice, style, now))


def sample(template: Template, style: Style, zone: ZoneInfo, now: datetime, practice: Practice | None = None) -> str:
    """What the template would say of an invented appointment tomorrow at 14:30."""
    words = read_texts(style.language).sample
    start = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), _HALF_PAST_TWO, zone)
    visit = Visit(start, zone, title=words.title, location=words.location, description=words.description)
    return render(template, [visit], practice or Practice(words.name, words.contact), style, now)


def _value(variable: Variable, visits: Sequence[Visit], practice: Practice, style: Style, now: datetime) -> str:
    visit, dates = visits[0], read_texts(style.language).dates
    day = visit.start.astimezone(visit.zone).date()
    match variable:
        case Variable.DAY:
            today = now.astimezone(visit.zone).date() if style.relative else None
            return _day(day, today, dates)
        case Variable.DATE:
            return _date(day, dates)
        case Variable.WEEKDAY:
            return _written(day, dates.weekday, dates.locale)
        case Variable.TIME:
            return "" if visit.all_day else _time(visit, dates, hours_24=style.hours_24)
        case Variable.APPOINTMENTS:
            return _listed([_appointment(each, dates, style) for each in visits], dates)
    texts = {
        Variable.NAME: practice.name,
        Variable.CONTACT: practice.contact,
        Variable.PLACE: visit.location,
        Variable.TITLE: visit.title,
        Variable.DESCRIPTION: visit.description,
    }
    return _clean(texts[variable] or "", _MOST[variable])


def _fill(part: Part, values: Mapping[Variable, str]) -> str:
    filled = [values[piece] if isinstance(piece, Variable) else piece for piece in part.pieces]
    return "" if part.optional and not all(filled) else "".join(filled)


def _day(day: date, today: date | None, dates: Dates) -> str:
    ahead = None if today is None else (day - today).days
    pattern = {0: dates.today, 1: dates.tomorrow}.get(-1 if ahead is None else ahead, dates.day)
    return pattern.format(weekday=_written(day, dates.weekday, dates.locale), date=_date(day, dates))


def _date(day: date, dates: Dates) -> str:
    written = _written(day, dates.date, dates.locale)
    for word, other in dates.instead.items():
        written = written.replace(word, other)
    return dates.first + written[1:] if day.day == 1 and dates.first else written


def _time(visit: Visit, dates: Dates, *, hours_24: bool) -> str:
    pattern = dates.time_24 if hours_24 else dates.time_12
    return _hour(visit.start.astimezone(visit.zone).time(), pattern, dates.locale)


@lru_cache(maxsize=_REMEMBERED)
def _written(day: date, pattern: str, locale: str) -> str:
    """A day by a pattern of CLDR: thousands of reminders tell the same few days."""
    return format_date(day, pattern, locale)


@lru_cache(maxsize=_REMEMBERED)
def _hour(at: time, pattern: str, locale: str) -> str:
    """An hour on the wall by a pattern of CLDR."""
    return format_time(at, pattern, tzinfo=UTC, locale=locale)


def _appointment(visit: Visit, dates: Dates, style: Style) -> str:
    if visit.all_day:
        return dates.all_day
    return dates.appointment.format(time=_time(visit, dates, hours_24=style.hours_24))


def _listed(appointments: Sequence[str], dates: Dates) -> str:
    """One after another with commas, the last one after an "and"."""
    named = list(appointments[:_NAMED])
    if len(appointments) > _NAMED:
        named.append(dates.more.format(count=len(appointments) - _NAMED))
    return dates.conjunction.join([*([dates.comma.join(named[:-1])] if named[1:] else []), named[-1]])


def _clean(text: str, most: int) -> str:
    """One line of at most so many characters, without what does not print or changes the direction of others."""
    return _cleaned(text[: 20 * most], most)


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
