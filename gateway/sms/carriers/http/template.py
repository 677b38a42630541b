"""Requests out of templates: texts and documents in which ``{names}`` stand for what a message holds."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from plans.checked import RuleError, Section

Values = Mapping[str, str | int | None]

_NAME = re.compile(r"\{([a-z_]+)\}")


class _Missing:
    """Stands for what a message does not hold."""


_MISSING = _Missing()


def fill(template: Any, values: Values) -> Any:
    """The template with its names replaced, all at once: what a value holds is never read as a template.

    A text that is one name becomes its value, a number stays one. In tables and lists, what would be such a value is
    left out where the message has none.
    """
    filled = _fill(template, values)
    return None if filled is _MISSING else filled


def text(template: str, values: Values) -> str:
    """A text with its names replaced; what the message does not hold is empty."""
    return _NAME.sub(lambda name: "" if (value := values[name[1]]) is None else str(value), template)


def check(section: Section, key: str, known: Collection[str]) -> Any:
    """The template under a key; ``RuleError`` for a name that no message has."""
    template = section.values[key]
    for each in _texts(template):
        for name in _NAME.findall(each):
            if name not in known:
                raise RuleError(f"{section.name(key)}: {{{name}}} is unknown; known here: {', '.join(sorted(known))}")
    return template


def _fill(template: Any, values: Values) -> Any:
    match template:
        case str():
            alone = _NAME.fullmatch(template)
            value = values[alone[1]] if alone else text(template, values)
            return _MISSING if value is None else value
        case dict():
            filled = {key: _fill(each, values) for key, each in template.items()}
            return {key: each for key, each in filled.items() if each is not _MISSING}
        case list():
            return [each for each in (_fill(part, values) for part in template) if each is not _MISSING]
        case _:
            return template


def _texts(template: Any) -> list[str]:
    match template:
        case str():
            return [template]
        case dict():
            return [each for value in template.values() for each in _texts(value)]
        case list():
            return [each for value in template for each in _texts(value)]
        case _:
            return []
