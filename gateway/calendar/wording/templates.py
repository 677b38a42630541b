"""The templates that clients write: literal text and variables in braces, checked when they are saved."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from gateway.accounts.refusals import Refused
from gateway.wording import Language

#: Characters: more than six parts of an SMS are no reminder.
LONGEST = 900


class Variable(StrEnum):
    """What a template may name. A first name is none of them: nobody can tell one from a title for certain."""

    NAME = "name"  # of the practice
    CONTACT = "contact"  # how to reach it
    DAY = "day"  # "tomorrow, Wednesday 2 December"
    DATE = "date"
    WEEKDAY = "weekday"
    TIME = "time"
    APPOINTMENTS = "appointments"  # each with its time, where there are several on a day
    PLACE = "place"
    TITLE = "title"
    DESCRIPTION = "description"


class EventText(StrEnum):
    """What of an event's own text is read only where a template asks for it (terms, special term 6)."""

    LOCATION = "location"
    TITLE = "title"
    DESCRIPTION = "description"


_FRENCH = {
    "nom": Variable.NAME,
    "contact": Variable.CONTACT,
    "jour": Variable.DAY,
    "date": Variable.DATE,
    "jour_semaine": Variable.WEEKDAY,
    "heure": Variable.TIME,
    "rendez_vous": Variable.APPOINTMENTS,
    "lieu": Variable.PLACE,
    "titre": Variable.TITLE,
    "description": Variable.DESCRIPTION,
}

_IN_FRENCH = {variable: name for name, variable in _FRENCH.items()}

_NAMES = {each.value: each for each in Variable} | _FRENCH

_NEEDED = {
    Variable.PLACE: EventText.LOCATION,
    Variable.TITLE: EventText.TITLE,
    Variable.DESCRIPTION: EventText.DESCRIPTION,
}


_DOUBLED = ("{{", "}}", "[[", "]]")

_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{[^{}\[\]]*\}|[{}\[\]]|[^{}\[\]]+")

Piece = str | Variable


@dataclass(frozen=True, slots=True)
class Part:
    """A run of literal text and variables; an optional one is left out where a variable in it has no value."""

    form: str  # as ``%`` fills it, a ``%s`` in the place of each variable
    variables: tuple[Variable, ...]  # in their order
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was checked."""

    source: str  # as it was written
    parts: tuple[Part, ...]
    variables: frozenset[Variable]  # that it names

    @property
    def literal(self) -> str:
        """Its own words, a space in the place of each variable."""
        return "".join(part.form % ((" ",) * len(part.variables)) for part in self.parts)


def parse_template(source: str) -> Template:
    """Check a template; ``Refused`` for an unknown variable, brackets that do not match, and what no SMS may hold.

    ``{name}`` is a variable, by its English or its French name, without formats or attributes. What stands in square
    brackets is left out where a variable in it has no value. A bracket written twice is itself.
    """
    if not source.strip():
        raise Refused("The text of the reminder is empty.", 'Write one, such as "{name}: {day} at {time}".')
    if len(source) > LONGEST:
        raise Refused(f"The text of the reminder has over {LONGEST} characters.", "Shorten it.")
    if any(unicodedata.category(each) in {"Cc", "Cs", "Co", "Cn"} and each != "\n" for each in source):
        raise Refused("The text of the reminder holds a control character.", "Type it anew instead of pasting it.")
    return _template(source, _parts(source))


def with_values(template: Template, values: Mapping[Variable, str]) -> Template:
    """The same with some variables filled in for good, in as few parts as say it."""
    parts: list[Part] = []
    for part in template.parts:
        if part.optional and not all(values.get(each, "any") for each in part.variables):
            continue
        filled = _with_values(part, values)
        if parts and not filled.optional and not parts[-1].optional:
            filled = Part(parts[-1].form + filled.form, parts.pop().variables + filled.variables)
        parts.append(filled)
    return _template(template.source, parts)


def needs(template: Template) -> frozenset[EventText]:
    """The text of events that has to be kept for this template: nothing else of it may be."""
    return frozenset(_NEEDED[each] for each in template.variables if each in _NEEDED)


def spelt(variable: Variable, language: Language) -> str:
    """A variable as a template names it, braces and all."""
    return f"{{{_IN_FRENCH[variable] if language is Language.FR else variable}}}"


def _template(source: str, parts: Iterable[Part]) -> Template:
    parts = tuple(parts)
    return Template(source, parts, frozenset(chain.from_iterable(part.variables for part in parts)))


def _with_values(part: Part, values: Mapping[Variable, str]) -> Part:
    written = [values[each].replace("%", "%%") if each in values else "%s" for each in part.variables]
    left = tuple(each for each in part.variables if each not in values)
    return Part(part.form.replace("%%", "%%%%") % tuple(written), left, part.optional and bool(left))


def _parts(source: str) -> Iterator[Part]:
    pieces: list[Piece] = []
    optional = False
    for token in _TOKEN.findall(source):
        if token == ("]" if optional else "["):
            if optional and not any(isinstance(each, Variable) for each in pieces):
                raise Refused("The square brackets hold no variable.", 'Write "[[" for a bracket.')
            yield _part(pieces, optional=optional)
            pieces, optional = [], not optional
        else:
            pieces.append(_piece(token))
    if optional:
        raise Refused("A square bracket is opened and never closed.", 'Write "[[" for a bracket.')
    yield _part(pieces)


def _part(pieces: Sequence[Piece], *, optional: bool = False) -> Part:
    form = "".join("%s" if isinstance(each, Variable) else each.replace("%", "%%") for each in pieces)
    return Part(form, tuple(each for each in pieces if isinstance(each, Variable)), optional)


def _piece(token: str) -> Piece:
    if token in {"{", "}", "[", "]"}:
        raise Refused(f'The text holds a lone "{token}".', f'Write "{token * 2}" for the character itself.')
    if token in _DOUBLED:
        return token[0]
    return _variable(token[1:-1]) if token[0] == "{" else token


def _variable(name: str) -> Variable:
    found = _NAMES.get(name.strip().lower())
    if found is None:
        known = ", ".join(f"{{{each}}}" for each in _NAMES)
        raise Refused(f'"{{{name[:40]}}}" is no variable.', f"Known are {known}.")
    return found
