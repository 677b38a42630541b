"""The parts of a longer SMS, put together: in order, each once, and with what never came named.

Parts belong together by carrier, sender, recipient, reference and count (3GPP TS 23.040, 9.2.3.24.1). The reference is
chosen by the phone and may come again, so a part that says something else under the same number is of another SMS.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

#: The most parts that an SMS can have: the number of one is an octet.
MOST_PARTS = 255

#: The reference is kept in 32 bits; the longest that networks use has 16.
_LARGEST_GROUP = 2**31 - 1

#: Characters of a whole SMS, as many as 255 parts of 153 have.
LONGEST = MOST_PARTS * 153

# A part may end in the middle of a surrogate pair, and no database keeps half of one. Until the other half is there it
# lies in the private plane 16, where nobody writes.
_KEPT_HALVES = 0x10F800
_HALF = re.compile("[\ud800-\udfff]")
_KEPT_HALF = re.compile("[\U0010f800-\U0010ffff]")


class Part(Protocol):
    """A part as it was kept."""

    @property
    def body(self) -> str:
        """Its text, kept by ``keepable``."""
        ...

    @property
    def piece_count(self) -> int:
        """How many parts the SMS has."""
        ...

    @property
    def piece_number(self) -> int:
        """Which of them it is, from 1."""
        ...


P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True)
class Joined:
    """The parts of one SMS that are there."""

    texts: tuple[str | None, ...]  # in order; None where a part never came

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the parts that never came."""
        return tuple(number for number, text in enumerate(self.texts, start=1) if text is None)

    def text(self, missing: Callable[[int], str]) -> str:
        """All of it; ``missing`` says in words that the part of a number is not there."""
        pieces = [missing(number) if text is None else text for number, text in enumerate(self.texts, start=1)]
        return _mended("".join(pieces))[:LONGEST]


def is_possible(group: int, count: int, number: int) -> bool:
    """Whether a part can be of an SMS of several; what cannot is taken for a whole one, as the standard asks."""
    return 0 <= group <= _LARGEST_GROUP and 1 < count <= MOST_PARTS and 1 <= number <= count


def whole(text: str) -> Joined:
    """An SMS that came in one."""
    return Joined((text,))


def join(parts: Sequence[P]) -> tuple[Joined, list[P]]:
    """The SMS that the parts of one reference make, and the parts that it used up, those that came twice among them.

    ``parts`` are in the order in which they came, and there is one at least. Those left over say something else under
    a number that is taken: they are of the next SMS.
    """
    first: dict[int, P] = {}
    used = [each for each in parts if first.setdefault(each.piece_number, each).body == each.body]
    count = parts[0].piece_count
    texts = [first[number].body if number in first else None for number in range(1, count + 1)]
    return Joined(tuple(texts)), used


def keepable(text: str) -> str:
    """A part's text as any database keeps it, its half surrogate pairs with it.

    What somebody wrote in their place all the same, means nothing to anybody else and becomes U+FFFD.
    """
    return _HALF.sub(lambda half: chr(_KEPT_HALVES + ord(half[0]) - 0xD800), _KEPT_HALF.sub("\ufffd", text))


def _mended(text: str) -> str:
    """With the halves of pairs put together; one that stays alone becomes U+FFFD."""
    halves = _KEPT_HALF.sub(lambda half: chr(0xD800 + ord(half[0]) - _KEPT_HALVES), text)
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
