"""What the words beside a number say about it: an identifier, a price, somebody else's number."""

import re
from collections.abc import Sequence
from enum import Enum, auto

from gateway.calendar.extract.matching import Sighting
from gateway.calendar.extract.vocabulary import (
    APPOINTMENTS,
    BETWEEN,
    DESKS,
    IDENTIFIERS,
    LONGEST,
    OFFICIAL,
    SOMEBODY_ELSES,
    SOMEBODY_ELSES_AFTER,
    TO_A_DESK,
)

#: Characters of a line that are read before and after a number.
_BEFORE, _AFTER = 80, 40


class Hint(Enum):
    """What a number seems to be besides a client's."""

    TAGGED = auto()  # ``sms:`` stands before it
    DIAL_IN = auto()  # a code to key in stands after it
    LOOK_ALIKE = auto()
    DOUBTFUL = auto()  # named as an identifier, typed as a number; or with digits too many
    NOT_THE_CLIENTS = auto()


_TAG = re.compile(r"(?<!\w)sms ?[:=] ?\(?\Z")
_KEYED = re.compile(r" ?(?:,,|#(?!\w)|\*\d)")
_CODE_AFTER = re.compile(r"[ ,;(|-]{0,3}(?:pin|code|passcode|access|conf)\b[^|\d]{0,20}\d")
_MONEY_AFTER = re.compile(r" ?(?:€|\$|£|eur(?:os?)?\b|chf\b|dhs?\b|km\b|kg\b)")
_MONEY_BEFORE = re.compile(r"(?<!\d)(?<!\d )[€$£] ?\Z")
_GLUED_CODE = re.compile(r"(?<![^\W_])[A-Z]{1,4}(-?)\Z")
_GLUED_LETTER = re.compile(r"[^\W\d_](?![^\W\d_])")
_WORD = re.compile(r"[\w°º'/]+")

#: The first words of what is said about somebody else's number: without one of them nothing is.
_OPENINGS = frozenset(phrase.partition(" ")[0] for phrase in SOMEBODY_ELSES)

#: Where what was said about another number, or in another sentence, ends.
_BREAK = re.compile(r"\d\d[ .-]?\d\d|[|;!?]|(?<=\w{4})\. ")  # what is shorter was an abbreviation


def hint(text: str, seen: Sighting) -> Hint | None:
    """The weightiest thing that the line says about the number; None where it says nothing."""
    before = text[max(seen.tied_from - _BEFORE, 0) : seen.tied_from].rpartition("\n")[2]
    after = text[seen.end : seen.end + _AFTER].partition("\n")[0].lower()
    low = before.lower()
    if low.endswith(",,") or (after and _is_keyed(seen, after)):
        return Hint.DIAL_IN
    if "sms" in low and _TAG.search(low):
        return Hint.TAGGED
    words = _WORD.findall(_BREAK.split(low)[-1])
    named = _named(seen, low, words, after)
    if named:
        return named
    if (words and _is_somebody_elses(words)) or (after and after.lstrip(" (-").startswith(SOMEBODY_ELSES_AFTER)):
        return Hint.NOT_THE_CLIENTS
    return _typed(seen, before, after)


def _is_keyed(seen: Sighting, after: str) -> bool:
    return bool(_KEYED.match(after) or (not seen.plainly_mobile and _CODE_AFTER.match(after)))


def _named(seen: Sighting, before: str, words: Sequence[str], after: str) -> Hint | None:
    """Whether the last words before a number name it as an identifier, or money stands beside it."""
    if (after and _MONEY_AFTER.match(after)) or _MONEY_BEFORE.search(before, max(len(before) - 4, 0)):
        return Hint.LOOK_ALIKE
    names = _last_phrases(_without_end(words, BETWEEN))
    if not names.isdisjoint(OFFICIAL):
        return Hint.LOOK_ALIKE
    is_block = seen.is_tied or not seen.grouped
    if not names.isdisjoint(IDENTIFIERS):
        return Hint.LOOK_ALIKE if is_block else Hint.DOUBTFUL
    return Hint.DOUBTFUL if is_block and not names.isdisjoint(APPOINTMENTS) else None


def _is_somebody_elses(words: Sequence[str]) -> bool:
    if not DESKS.isdisjoint(_without_end(words, TO_A_DESK)[-1:]):
        return True
    if _OPENINGS.isdisjoint(words):
        return False
    return any(not _last_phrases(words[:end]).isdisjoint(SOMEBODY_ELSES) for end in range(1, len(words) + 1))


def _without_end(words: Sequence[str], passed_over: frozenset[str]) -> Sequence[str]:
    """The words up to the last that does more than lead to a number."""
    end = len(words)
    while end and words[end - 1] in passed_over:
        end -= 1
    return words[:end]


def _last_phrases(words: Sequence[str]) -> set[str]:
    """The last words, alone and together."""
    return {" ".join(words[-count:]) for count in range(1, LONGEST + 1)}


def _typed(seen: Sighting, before: str, after: str) -> Hint | None:
    """What the letters and digits that touch the number make of it."""
    code = _GLUED_CODE.search(before, max(len(before) - 6, 0))
    if code and not code[1]:
        return Hint.LOOK_ALIKE
    unclear = code or seen.crowded or seen.is_tied or (after and _GLUED_LETTER.match(after))
    return Hint.DOUBTFUL if unclear else None
