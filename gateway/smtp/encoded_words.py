"""Encoded words in header fields (RFC 2047)."""

import re
from binascii import a2b_qp
from itertools import groupby

from gateway.smtp.charsets import decode
from gateway.smtp.transfer import decode_base64

# Clients go beyond the 75 characters of RFC 2047, and some leave spaces inside; the bounds keep the search linear.
_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,30})?\?([bBqQ])\?([^?\r\n]{0,1000})\?=")
_BETWEEN = re.compile(r"(?<=\?=)\s+(?==\?)")


def decode_words(value: str) -> str:
    """Replace every encoded word of a field by its text; what is malformed stays as it is.

    White space between two encoded words goes, and neighbours of one charset are decoded together, because many
    clients cut a character in two there.
    """
    if "=?" not in value:
        return value
    return "".join(_decoded(_pieces(_BETWEEN.sub("", value))))


def _pieces(value: str) -> list[tuple[str | None, str | bytes]]:
    """Plain text as (None, text), encoded words as (charset, octets), in order."""
    pieces: list[tuple[str | None, str | bytes]] = []
    position = 0
    for word in _WORD.finditer(value):
        if word.start() > position:
            pieces.append((None, value[position : word.start()]))
        pieces.append((word[1].lower(), _octets(word[2], word[3])))
        position = word.end()
    pieces.append((None, value[position:]))
    return pieces


def _octets(encoding: str, text: str) -> bytes:
    octets = text.encode("utf-8", "replace")
    return decode_base64(octets) if encoding in "bB" else a2b_qp(octets, header=True)


def _decoded(pieces: list[tuple[str | None, str | bytes]]) -> list[str]:
    texts: list[str] = []
    for charset, group in groupby(pieces, key=lambda piece: piece[0]):
        together = [content for _, content in group]
        texts.append("".join(text for text in together if isinstance(text, str)))
        texts.append(decode(b"".join(octets for octets in together if isinstance(octets, bytes)), charset))
    return texts
