"""The parts of a text that an invitation to a conference call wrote, with their dial-in numbers."""

import re
from enum import Enum, auto
from itertools import pairwise

from gateway.calendar.extract.vocabulary import CONFERENCE

Span = tuple[int, int]


class _Kind(Enum):
    """What a line is."""

    CONFERENCE = auto()  # says what only such invitations say
    DIALLED = auto()  # a number and the country where to dial it
    NUMBER = auto()  # a number alone
    RULE = auto()
    BLANK = auto()
    OTHER = auto()


_COUNTRIES = (
    r"(?:us|usa|u\.s\.|united states|[ée]tats-unis|france|paris|uk|united kingdom|royaume-uni|london|londres|belgi\w+"
    r"|bruxelles|brussels|suisse|switzerland|schweiz|gen[eè]ve|geneva|zurich|zürich|luxembourg|allemagne|germany|deutschland"
    r"|frankfurt|francfort|berlin|italie|italy|italia|milan\w*|rom[ea]|espagne|spain|españa|madrid|portugal|pays-bas|netherlands"
    r"|amsterdam|ireland|irlande|dublin|canada|montr[ée]al|toronto|maroc|morocco|alg[ée]rie|tunisie|austria|autriche|denmark"
    r"|danemark|sweden|su[èe]de|norway|norv[èe]ge|finland|finlande|poland|pologne"
    r"|hong kong|macao|singapore|singapour|japan|japon"
    r"|australia|australie|india|inde|brazil|br[ée]sil|mexico|mexique|israel|isra[ëe]l|fr|be|ch|lu|de|it|es|gb|ca)"
)
_DIALLED = re.compile(
    rf"\W*\+?\d[\d ().-]{{6,24}}(?:,,[\d#*,]*)?[ ,:(-]*(?<![a-z]){_COUNTRIES}(?![a-z])"
    rf"|\W*(?<![a-z]){_COUNTRIES}(?: ?\([a-z -]*\))?[ :)-]{{1,4}}\+?\(?\d"
)
_NUMBER = re.compile(r"\W*(?:t[ée]l\w*\W{0,3})?\+?\d[\d ().-]{6,24}[#.]?\W*")
_RULE = re.compile(r"[ ]*(?:[_=*-][ ]?){8,}|[ ]*[-:~]{12,}[ ]*")

#: Where one line of text ends; what stands in one line of HTML may be several sentences.
_LINES = re.compile(r"\n|\||;|(?<=[\w)#])\. (?=[A-ZÉÀ])")

#: Lines of dial-in numbers end at the first text of another kind, and at this many blank lines.
_MOST_BLANK = 2


def blocks(text: str) -> list[Span]:
    """Where an invitation to a conference call stands in ``text``; what was typed above or below it does not count."""
    if not _says_conference(text.lower()):
        return []
    lines = _lines(text)
    kinds = [_kind(text[start:end].lower()) for start, end in lines]
    inside = _between_rules(kinds) | _reached(kinds)
    return [lines[index] for index in sorted(inside)]


def _says_conference(low: str) -> bool:
    return any(words in low for words in CONFERENCE)


def _lines(text: str) -> list[Span]:
    starts, ends = [0], list[int]()
    for end in _LINES.finditer(text):
        ends.append(end.start())
        starts.append(end.end())
    return list(zip(starts, [*ends, len(text)], strict=True))


def _kind(line: str) -> _Kind:
    if not line.strip():
        return _Kind.BLANK
    if _says_conference(line):
        return _Kind.CONFERENCE
    if _RULE.fullmatch(line):
        return _Kind.RULE
    if _DIALLED.match(line):
        return _Kind.DIALLED
    return _Kind.NUMBER if _NUMBER.fullmatch(line) else _Kind.OTHER


def _between_rules(kinds: list[_Kind]) -> set[int]:
    """Lines between two rules that have the words of a conference between them."""
    rules = [index for index, kind in enumerate(kinds) if kind is _Kind.RULE]
    inside = set[int]()
    for opening, closing in pairwise(rules):
        if _Kind.CONFERENCE in kinds[opening:closing]:
            inside.update(range(opening, closing + 1))
    return inside


def _reached(kinds: list[_Kind]) -> set[int]:
    """The lines of a conference, the numbers with a country around them, and a bare number right below."""
    inside = {index for index, kind in enumerate(kinds) if kind is _Kind.CONFERENCE}
    for order in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        blank, reached = 0, False
        for index in order:
            if kinds[index] is _Kind.BLANK:
                blank += 1
                continue
            bare_below = kinds[index] is _Kind.NUMBER and order.step == 1 and blank == 0
            joins = kinds[index] is _Kind.DIALLED or bare_below
            reached = index in inside or (reached and joins and blank <= _MOST_BLANK)
            blank = 0
            if reached:
                inside.add(index)
    return inside
