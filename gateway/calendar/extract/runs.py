"""Groups of digits that nothing but separators keeps apart, and what the separators say about them."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from gateway.calendar.extract.lookalikes import end_of_look_alike

#: Groups of digits of one field that are read; a field with more is no appointment.
MOST_GROUPS = 500

LEAST_DIGITS = 8
_MOST_DIGITS = 15 + len("00")  # E.164, behind an international prefix

_GROUP = re.compile(r"[0-9]+|\+[1-9][0-9]*")

#: What keeps the groups of a number apart. Belgians and Germans set the area code apart with a slash.
_GAPS = frozenset("".join(signs) for count in (1, 2, 3) for signs in product(" .()-", repeat=count))
_FIRST_GAPS = frozenset("".join(signs) for count in (1, 2, 3) for signs in product(" .()/-", repeat=count))

#: The usual form, of which no part is a date.
_USUAL = re.compile(r"0[1-9]([ .-]?)[0-9]{2}(?:\1[0-9]{2}){3}")

#: What ties the parts of an identifier.
_TIES = ("-", ".", "/")

#: What makes digits after a number a count, a time or a price: 2 enfants, 30', 14:30, 45 €.
_COUNTED = re.compile(r" ?[^\W\d_]| ?[':€$£%°|]")


#: Digits without anything between them, with the plus before them.
Group = re.Match[str]


class Run(NamedTuple):
    """Groups of one text, by their index from here on."""

    text: str
    groups: Sequence[Group]

    def gap(self, index: int) -> str:
        """What stands between a group and the one before it."""
        return self.text[self.groups[index - 1].end() : self.groups[index].start()]

    def readings(self, first: int) -> list[tuple[int, str]]:
        """Every last group with which the groups from ``first`` on may be a number, and its digits; longest first."""
        digits, found = "", list[tuple[int, str]]()
        for last in range(first, len(self.groups)):
            if last > first and not self._joins(first, last):
                break
            digits += self.groups[last][0]
            if len(digits) > _MOST_DIGITS:
                break
            if len(digits) >= LEAST_DIGITS:
                found.append((last, digits))
        return found[::-1]

    def _joins(self, first: int, last: int) -> bool:
        return self.gap(last) in (_FIRST_GAPS if last == first + 1 else _GAPS) and self.groups[last][0][0] != "+"

    def is_regular(self, first: int, last: int) -> bool:
        """Whether a number has one separator throughout, or none."""
        return len({self.gap(index) for index in range(first + 1, last + 1)}) <= 1

    def is_crowded(self, first: int, last: int) -> bool:
        """Whether pairs of digits go on before or after a grouped number as they do within it."""
        if first == last:
            return False
        before, after, own = self.groups[max(first - 2, 0) : first], self.groups[last + 1 :], self.gap(last)
        if [len(each[0]) for each in before] == [2, 2] and self.gap(first) == own:
            return True
        if not after or len(after[0][0]) > 2 or sum(len(each[0]) for each in after) >= LEAST_DIGITS:
            return False
        return self.gap(last + 1) in (own, "/") and not _COUNTED.match(self.text, self.groups[-1].end())

    def tied_from(self, first: int, last: int, taken: int) -> int:
        """Where the digits tied to a number begin; numbers that end at ``taken`` and those with spaces are free."""
        if first == last or " " not in self.gap(last):
            while first and self.groups[first - 1].end() > taken and self.gap(first) in _TIES:
                first -= 1
        return self.groups[first].start()


def runs(text: str) -> Iterator[Run]:
    """The runs of a text that have digits enough for a number, in order, without the digits of look-alikes."""
    run: list[Group] = []
    for group in islice(_GROUP.finditer(text), MOST_GROUPS):
        if run and text[run[-1].end() : group.start()] not in _FIRST_GAPS:
            yield from _without_look_alikes(text, run)
            run = []
        run.append(group)
    yield from _without_look_alikes(text, run)


def _without_look_alikes(text: str, run: Sequence[Group]) -> Iterator[Run]:
    """What is left of a run before, between and after its look-alikes."""
    if not run or run[-1].end() - run[0].start() < LEAST_DIGITS:
        return
    if _USUAL.fullmatch(text, run[0].start(), run[-1].end()):
        yield Run(text, run)
        return
    kept: list[Group] = []
    passed = 0
    for group in run:
        start = group.start()
        if start < passed:
            continue
        passed = end_of_look_alike(text, start)
        if passed == start:
            kept.append(group)
        elif kept:
            yield Run(text, kept)
            kept = []
    if kept:
        yield Run(text, kept)
