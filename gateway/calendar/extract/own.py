"""Which numbers of a calendar are the practice's own: they sit in most events, whatever the events are about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: A number has to stand under this many different titles: the weekly sessions of one client are one.
_LEAST_TITLES = 5


@dataclass(frozen=True, slots=True)
class Occurrence:
    """How often a number stands in the events of one calendar."""

    events: int
    titles: int  # different titles among those events


def own_numbers(occurrences: Mapping[str, Occurrence], events: int) -> frozenset[str]:
    """The numbers, E.164, that stand in more than half of a calendar's ``events``, under titles that differ."""
    return frozenset(
        number
        for number, seen in occurrences.items()
        if seen.events * 2 > events and seen.titles >= _LEAST_TITLES and seen.titles * 2 > seen.events
    )


def count(events: Iterable[tuple[str, Iterable[str]]]) -> dict[str, Occurrence]:
    """Occurrences by number; each event comes as its title (or anything that stands for it) and its numbers."""
    titles: dict[str, list[str]] = {}
    for title, numbers in events:
        for number in set(numbers):
            titles.setdefault(number, []).append(title)
    return {number: Occurrence(len(each), len(set(each))) for number, each in titles.items()}
