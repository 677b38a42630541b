"""The mark in the title of an event that tells what its person answered: put in front, and replaced by the next one.

Nothing else in a title is ours. It is taken off again wherever a title is read: no reminder says it, no number hides
behind it, and an event that differs in it alone has not changed.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.calendar.words import Answer

MARKS: Mapping[Answer, str] = MappingProxyType({Answer.CONFIRMED: "✓", Answer.CANCELLED: "✗"})


def marked(title: str, answer: Answer | None) -> str:
    """``title`` with the mark of an answer in the place of any other; with none for ``None``."""
    mark, bare = MARKS.get(answer) if answer else None, unmarked(title)
    if mark is None:
        return bare
    return f"{mark} {bare}" if bare else mark


def unmarked(title: str) -> str:
    """``title`` as it was before it was marked."""
    for mark in MARKS.values():
        if title == mark:
            return ""
        if title.startswith(f"{mark} "):
            return title.removeprefix(f"{mark} ")
    return title
