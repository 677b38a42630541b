"""What the reminders of a calendar say, and which texts of an event they need for it."""

from collections.abc import Sequence
from datetime import datetime

from gateway.calendar.calendars import Calendar
from gateway.calendar.extract import Field
from gateway.calendar.settings import CalendarSettings
from gateway.calendar.wording import (
    Kind,
    Practice,
    Style,
    Template,
    Visit,
    lacking,
    needs,
    parse_template,
    read_texts,
    render,
)


def kept_fields(settings: CalendarSettings) -> frozenset[Field]:
    """The fields of an event that its wording uses: no other is kept."""
    if settings.template is None:
        return frozenset()
    return frozenset(Field(each.value) for each in needs(parse_template(settings.template)))


def style_of(calendar: Calendar) -> Style:
    """How days and hours are written."""
    return Style(calendar.settings.language or calendar.language)


def practice_of(calendar: Calendar) -> Practice:
    """Whose reminders they are."""
    return Practice(calendar.settings.name or calendar.account_name, calendar.settings.contact)


def template_of(calendar: Calendar) -> Template:
    """What a usual reminder of the calendar says."""
    own = calendar.settings.template
    return read_texts(style_of(calendar).language).templates[Kind.REMINDER] if own is None else parse_template(own)


def template_for(calendar: Calendar, visits: Sequence[Visit], *, moved: bool) -> Template:
    """The template of the client where it fits what is told and leaves no gap, else the one that ships for it."""
    kind, style = _kind(visits, moved=moved), style_of(calendar)
    if calendar.settings.template is not None and kind in {Kind.REMINDER, Kind.ALL_DAY}:
        own = parse_template(calendar.settings.template)
        if not lacking(own, visits, practice_of(calendar), style):
            return own
    return read_texts(style.language).templates[kind]


def text_of(calendar: Calendar, visits: Sequence[Visit], now: datetime, *, moved: bool = False) -> str:
    """The text of one reminder of these appointments, as it leaves now."""
    template = template_for(calendar, visits, moved=moved)
    return render(template, visits, practice_of(calendar), style_of(calendar), now)


def _kind(visits: Sequence[Visit], *, moved: bool) -> Kind:
    if len(visits) > 1:
        return Kind.SEVERAL
    if moved:
        return Kind.MOVED_ALL_DAY if visits[0].all_day else Kind.MOVED
    return Kind.ALL_DAY if visits[0].all_day else Kind.REMINDER
