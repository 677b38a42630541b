"""What the reminders of a calendar say, and which texts of an event they need for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

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
    signed,
)
from gateway.wording import Language

#: Voices that are kept, with the templates that they have used.
_REMEMBERED = 1_000


def kept_fields(settings: CalendarSettings) -> frozenset[Field]:
    """The fields of an event that its wording uses: no other is kept."""
    if settings.template is None:
        return frozenset()
    return frozenset(Field(each.value) for each in needs(parse_template(settings.template)))


@dataclass(frozen=True, slots=True)
class Voice:
    """In whose name, how, and by which words the reminders of a calendar are written."""

    practice: Practice
    style: Style
    own: Template | None  # the client's template; None where it took what ships
    ready: dict[str, Template] = field(default_factory=dict, compare=False)  # by their source, as they were needed

    @property
    def usual(self) -> Template:
        """What a usual reminder says."""
        return self.own or self._shipped(Kind.REMINDER)

    def text(self, visits: Sequence[Visit], now: datetime, *, moved: bool = False) -> str:
        """The text of one reminder of these appointments, as it leaves now."""
        return render(self._signed(self.template(visits, moved=moved)), visits, self.practice, self.style, now)

    def template(self, visits: Sequence[Visit], *, moved: bool) -> Template:
        """The template of the client where it fits what is told and leaves no gap, else the one that ships for it."""
        kind = _kind(visits, moved=moved)
        if self.own and kind in _USUAL and not lacking(self.own, visits, self.practice, self.style):
            return self.own
        return self._shipped(kind)

    def _signed(self, template: Template) -> Template:
        if template.source not in self.ready:
            self.ready[template.source] = signed(template, self.practice)
        return self.ready[template.source]

    def _shipped(self, kind: Kind) -> Template:
        return read_texts(self.style.language).templates[kind]


def voice_of(calendar: Calendar) -> Voice:
    """How a calendar speaks; what its settings leave open follows the account."""
    chosen = calendar.settings
    name, language = chosen.name or calendar.account_name, chosen.language or calendar.language
    return _voice(name, chosen.contact, language, chosen.template)


@lru_cache(maxsize=_REMEMBERED)  # a calendar speaks as it did a moment ago
def _voice(name: str, contact: str, language: Language, template: str | None) -> Voice:
    own = parse_template(template) if template is not None else None
    return Voice(Practice(name, contact), Style(language), own)


_USUAL = frozenset({Kind.REMINDER, Kind.ALL_DAY})


def _kind(visits: Sequence[Visit], *, moved: bool) -> Kind:
    if len(visits) > 1:
        return Kind.SEVERAL
    if moved:
        return Kind.MOVED_ALL_DAY if visits[0].all_day else Kind.MOVED
    return Kind.ALL_DAY if visits[0].all_day else Kind.REMINDER
