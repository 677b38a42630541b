"""What stands in for characters that the GSM alphabet lacks, so that a message keeps 160 instead of 70 to a part."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.sms.gsm import CHARACTERS

#: Typography without meaning of its own: a phone shows the same message without it.
_TYPOGRAPHY: Mapping[str, str] = {
    "\t": " ",
    "\u00a0": " ",  # no-break space
    "\u2002": " ",  # en space
    "\u2003": " ",  # em space
    "\u2007": " ",  # figure space
    "\u2008": " ",  # punctuation space
    "\u2009": " ",  # thin space
    "\u200a": " ",  # hair space
    "\u202f": " ",  # narrow no-break space: before : ; ! ? in French
    "\u00ad": "",  # soft hyphen
    "\u200b": "",  # zero width space
    "\u2060": "",  # word joiner
    "\ufeff": "",  # zero width no-break space, byte order mark
    "\u2010": "-",  # hyphen
    "\u2011": "-",  # no-break hyphen
    "\u2012": "-",  # figure dash
    "\u2013": "-",  # en dash
    "\u2014": "-",  # em dash
    "\u2015": "-",  # horizontal bar
    "\u2212": "-",  # minus sign
    "`": "'",
    "\u00b4": "'",  # acute accent
    "\u2018": "'",  # quotation marks, single
    "\u2019": "'",
    "\u201a": "'",
    "\u201b": "'",
    "\u2032": "'",  # prime
    "\u2039": "'",
    "\u203a": "'",
    "\u00ab": '"',  # quotation marks, double
    "\u00bb": '"',
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u201f": '"',
    "\u2033": '"',  # double prime
    "\u2022": "-",  # bullet
    "\u00b7": ".",  # middle dot
    "\u2026": "...",  # ellipsis
    "\u2028": "\n",  # line separator
    "\u2029": "\n",  # paragraph separator
}

#: Letters whose plain form is not the letter without its accent.
_LETTERS: Mapping[str, str] = {
    "Œ": "OE",
    "œ": "oe",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "\u0131": "i",  # dotless i
}


@dataclass(frozen=True, slots=True)
class Replacement:
    """One character that was replaced, by what, and how often."""

    old: str
    new: str  # empty where it was dropped
    count: int


def to_gsm(text: str, *, accents: bool) -> tuple[str, tuple[Replacement, ...]] | None:
    """Say the text in the GSM alphabet alone, with the replacements made in order of appearance; None if it cannot be.

    Typography is replaced always, letters lose accents only with ``accents``. What GSM has stays as it is.
    """
    foreign = Counter(character for character in text if character not in CHARACTERS)
    table: dict[str, str] = {}
    for character in foreign:
        stand_in = _stand_in(character, accents=accents)
        if stand_in is None:
            return None
        table[character] = stand_in
    replaced = text.translate({ord(old): new for old, new in table.items()})
    return replaced, tuple(Replacement(old, new, foreign[old]) for old, new in table.items())


def _stand_in(character: str, *, accents: bool) -> str | None:
    if character in _TYPOGRAPHY:
        return _TYPOGRAPHY[character]
    if not accents:
        return None
    if unicodedata.combining(character):  # an accent that normal form C could not join to its letter
        return ""
    plain = _LETTERS.get(character) or unicodedata.normalize("NFD", character)[0]
    return plain if CHARACTERS.issuperset(plain) else None
