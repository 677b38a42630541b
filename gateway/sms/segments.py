"""How a text travels: in which alphabet, and cut into which parts."""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from gateway.accounts.words import Encoding
from gateway.sms import gsm
from gateway.sms.graphemes import graphemes
from gateway.sms.gsm import EXTENSION
from gateway.sms.transliteration import Replacement, to_gsm
from gateway.sms.words import Alphabet

#: A longer message cannot be sent: its header numbers the parts in one byte (3GPP TS 23.040, 9.2.3.24.1).
MAX_PARTS = 255

#: Units (septets, UTF-16 code units) of a message in one part: 140 bytes.
_WHOLE = {Alphabet.GSM: 160, Alphabet.UCS2: 70}

#: Units of each of several parts, which share those bytes with a header of 6.
_PART = {Alphabet.GSM: 153, Alphabet.UCS2: 67}

#: More combining marks than this on one letter are no language (UAX #15, stream-safe text), and sorting thousands of
#: them takes quadratic time.
_MOST_MARKS = 30


class Encoded(NamedTuple):
    """A text as it will travel; more than ``MAX_PARTS`` parts can be counted but not sent."""

    text: str
    alphabet: Alphabet
    parts: tuple[str, ...]  # together they are the text; an empty text is one empty part
    replacements: tuple[Replacement, ...] = ()


def encode(text: str, mode: Encoding) -> Encoded:
    """Choose the alphabet and cut the text into parts.

    AUTO takes GSM when it holds every character, else UCS-2. SMART also replaces typography, GSM typography and
    accents: both only when all of the text is GSM then and takes no more parts than before. No extension pair, no
    surrogate pair, and no grapheme that fits a part is ever cut.
    """
    plain = _compose(text)
    units = gsm.count(plain)
    if units is not None:
        return _in_gsm(plain, units)
    original = Encoded(plain, Alphabet.UCS2, _cut(plain, _units(plain), Alphabet.UCS2))
    return original if mode is Encoding.AUTO else _replaced(original, mode)


def cut(text: str, alphabet: Alphabet) -> tuple[str, ...]:
    """The parts of a text that was encoded before: those of ``encode``, which gave it this alphabet."""
    units = gsm.count(text) if alphabet is Alphabet.GSM else _units(text)
    return _cut(text, units or len(text), alphabet)


def _compose(text: str) -> str:
    """The text in normal form C: e and a combining accent become é, which GSM has."""
    if unicodedata.is_normalized("NFC", text) or _overloaded(text):
        return text
    return unicodedata.normalize("NFC", text)


def _overloaded(text: str) -> bool:
    runs = groupby(text, key=lambda character: unicodedata.combining(character) > 0)
    return any(combining and len(list(run)) > _MOST_MARKS for combining, run in runs)


def _replaced(original: Encoded, mode: Encoding) -> Encoded:
    said = to_gsm(original.text, accents=mode is Encoding.GSM)
    if said is None:
        return original
    text, replacements = said
    smaller = _in_gsm(text, gsm.count(text) or len(text), replacements)
    return smaller if len(smaller.parts) <= len(original.parts) else original


def _in_gsm(text: str, units: int, replacements: tuple[Replacement, ...] = ()) -> Encoded:
    return Encoded(text, Alphabet.GSM, _cut(text, units, Alphabet.GSM), replacements)


def _units(text: str) -> int:
    """UTF-16 code units; a lone surrogate, which no valid text holds, counts as one."""
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def _cut(text: str, units: int, alphabet: Alphabet) -> tuple[str, ...]:
    if units <= _WHOLE[alphabet]:
        return (text,)
    room = _PART[alphabet]
    if alphabet is Alphabet.UCS2:
        return tuple(_fill(_small_graphemes(text, room), room))
    if units == len(text):
        return tuple(text[start : start + room] for start in range(0, len(text), room))
    return tuple(_fill(((character, 2 if character in EXTENSION else 1) for character in text), room))


def _small_graphemes(text: str, room: int) -> Iterator[tuple[str, int]]:
    """Graphemes with their units; one that no part can hold, as its single characters."""
    for grapheme in graphemes(text):
        units = _units(grapheme)
        if units <= room:
            yield grapheme, units
        else:
            yield from ((character, _units(character)) for character in grapheme)


def _fill(pieces: Iterable[tuple[str, int]], room: int) -> Iterator[str]:
    """Fill parts of ``room`` units with pieces (text, units) that are not cut."""
    part: list[str] = []
    left = room
    for piece, units in pieces:
        if units > left:
            yield "".join(part)
            part, left = [], room
        part.append(piece)
        left -= units
    yield "".join(part)
