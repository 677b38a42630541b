"""What of a mail's text its sender wrote for this message, white space tidied."""

import re
from collections.abc import Callable

_UNSEEN = re.compile(  # no glyph on a phone, but charged for; the joiners of emoji (200C, 200D) stay
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_ODD_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")  # layout, and not in GSM 03.38
_SPACES = re.compile(" {2,}")
_LINE_ENDS = re.compile("[\r\x0b\x0c\u2028\u2029]")  # beside CRLF and LF
_LINE_EDGES = re.compile(" \n ?|\n ")
_BLANK_LINES = re.compile(r"\n{3,}")
_TIDY = ((_ODD_SPACES, " "), (_SPACES, " "), (_LINE_EDGES, "\n"), (_BLANK_LINES, "\n\n"))
_SIGNATURE = re.compile(r"^--$", re.MULTILINE)  # RFC 3676, 4.3, the space at its end tidied away


def own_words(text: str) -> str:
    """Take every step in turn."""
    for step in STEPS:
        text = step(text)
    return text


def unify_lines(text: str) -> str:
    """One kind of line end."""
    return _LINE_ENDS.sub("\n", text.replace("\r\n", "\n"))


def drop_unseen(text: str) -> str:
    """Drop control and formatting characters."""
    return _UNSEEN.sub("", text)


def tidy_spaces(text: str) -> str:
    """One space where there were many, none at the ends of lines, at most one blank line between two others."""
    for pattern, replacement in _TIDY:
        text = pattern.sub(replacement, text)
    return text.strip()


def cut_signature(text: str) -> str:
    """Keep what stands above the signature mark."""
    mark = _SIGNATURE.search(text)
    return text[: mark.start()].rstrip() if mark else text


#: In order. Reply stripping comes last.
STEPS: tuple[Callable[[str], str], ...] = (unify_lines, drop_unseen, tidy_spaces, cut_signature)
