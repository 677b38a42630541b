"""Guards the catalogue's past: a new version may add entries, never edit or remove one."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import TypeVar

from plans.catalogue import Catalogue
from plans.dated import Dated, Entry

T = TypeVar("T")


def history_problems(old: Catalogue, new: Catalogue, today: date) -> tuple[str, ...]:
    """What a new version changes in the old one's past, in words for an administrator; empty where it may replace it.

    An entry may be closed with a last day that has not come, and added from today on; nothing else.
    """
    return tuple(
        chain(
            _among(old.tiers, new.tiers, today),
            _among(old.packs, new.packs, today),
            _within("test_credit", old.test_credit, new.test_credit, today),
            _within("conditions", old.conditions, new.conditions, today),
        )
    )


def _among(old: Mapping[str, Dated[T]], new: Mapping[str, Dated[T]], today: date) -> Iterator[str]:
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _within(name, old.get(name, Dated(name, ())), new.get(name, Dated(name, ())), today)


def _within(name: str, old: Dated[T], new: Dated[T], today: date) -> Iterator[str]:
    before, after = ({entry.since: entry for entry in history.entries} for history in (old, new))
    for since, entry in before.items():
        if since not in after:
            yield f"{name}: the entry since {since} was removed; close it with a last day instead"
        elif not _may_follow(entry, after[since], today):
            yield f"{name}: the entry since {since} was edited; add an entry with a later day instead"
    for since in after.keys() - before.keys():
        if since < today:
            yield f"{name}: the entry since {since} is new but lies in the past"


def _may_follow(old: Entry[T], new: Entry[T], today: date) -> bool:
    closed = new.until is not None and new.until >= today
    return old.value == new.value and (old.until == new.until or (old.until is None and closed))
