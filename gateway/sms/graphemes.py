"""What a reader sees as one character: emoji sequences, flags, letters with combining marks."""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)  # spell the region of flags such as Scotland's
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)  # a flag is two of them


def graphemes(text: str) -> Iterator[str]:
    """Cut the text into what must not be cut further, after the main rules of Unicode's UAX #29.

    Left out are the rules for conjoining Hangul and Indic letters, which text in normal form C hardly shows.
    """
    start, flag_letters = 0, 0
    for index in range(1, len(text)):
        before, character = text[index - 1], text[index]
        flag_letters = flag_letters + 1 if ord(before) in _FLAG_LETTERS else 0
        completes_flag = ord(character) in _FLAG_LETTERS and flag_letters % 2 == 1
        if not (completes_flag or before == _JOINER or _extends(character)):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _extends(character: str) -> bool:
    """Whether a character only ever changes the one before it."""
    if character < "\u0300":
        return False
    code = ord(character)
    return (
        character == _JOINER
        or code in _SKIN_TONES
        or code in _TAGS
        or unicodedata.category(character).startswith("M")  # marks, among them the emoji variation selector
    )
