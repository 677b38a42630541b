"""Rules that change with time: each value has the days on which it is in force."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Generic, TypeVar

from plans.checked import RuleError, Section

T = TypeVar("T")


class NotInForce(LookupError):
    """A dated table says nothing about a day; an operator must add the entry, and nothing is guessed meanwhile."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A value and the days on which it is in force."""

    since: date
    until: date | None  # the last day; None: until the next entry
    value: T


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """Entries of one rule in the order of time; made by ``dated``, which checks that they do not overlap."""

    name: str
    entries: tuple[Entry[T], ...]

    def entry(self, day: date) -> Entry[T]:
        """The entry in force on ``day``; ``NotInForce`` names the rule and the day."""
        entry = self._find(day)
        if entry is None:
            raise NotInForce(f"{self.name} has no entry for {day.isoformat()}")
        return entry

    def on(self, day: date) -> T:
        """The value in force on ``day``; ``NotInForce`` names the rule and the day."""
        return self.entry(day).value

    def offered(self, day: date) -> bool:
        """Whether anything is in force on ``day``."""
        return self._find(day) is not None

    def _find(self, day: date) -> Entry[T] | None:
        latest = next((entry for entry in reversed(self.entries) if entry.since <= day), None)
        return latest if latest and (latest.until is None or day <= latest.until) else None


def dated(name: str, entries: Iterable[Entry[T]]) -> Dated[T]:
    """Put entries in the order of time; ``RuleError`` where two are in force on one day or an end precedes its start.

    An entry without an end gives way to the next one: a change adds an entry and edits none.
    """
    ordered = tuple(sorted(entries, key=lambda entry: entry.since))
    for entry in ordered:
        if entry.until is not None and entry.until < entry.since:
            raise RuleError(f"{name}: the entry since {entry.since} ends before it starts")
    for earlier, later in pairwise(ordered):
        if earlier.since == later.since or (earlier.until is not None and earlier.until >= later.since):
            raise RuleError(f"{name}: two entries are in force on {later.since}")
    return Dated(name, ordered)


def entry_from(section: Section, read: Callable[[Section], T]) -> Entry[T]:
    """Read one table that holds ``since`` and, where it has a known end, ``until``."""
    until = section.day("until") if "until" in section.values else None
    return Entry(section.day("since"), until, read(section))


def by_name(sections: Iterable[Section], read: Callable[[Section], T]) -> dict[str, Dated[T]]:
    """Read tables that share a ``name`` where they are the history of one thing; in the order of first appearance."""
    histories: dict[str, list[Entry[T]]] = {}
    for section in sections:
        histories.setdefault(section.text("name"), []).append(entry_from(section, read))
    return {name: dated(name, entries) for name, entries in histories.items()}
