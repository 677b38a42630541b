"""The header block of a mail or of one of its parts, read within bounds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.smtp.charsets import decode
from gateway.smtp.encoded_words import decode_words

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")  # RFC 5322, 3.6.8: printable ASCII but the colon
_BLANK_LINE = re.compile(rb"\n\r?\n")
_BLANK = (b"", b"\n", b"\r\n")
_WHITE_SPACE = (b" ", b"\t")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class HeaderLimits:
    """How much of a header block is read; sizes in bytes. What is beyond is passed over."""

    block: int = 64_000
    field: int = 8_000


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one block: name in lower case to value, unfolded, as the octets that came; the first of a name."""

    fields: Mapping[str, bytes]
    cut: bool = False  # a limit was reached

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def raw(self, name: str) -> bytes:
        """The value of a field, empty where there is none."""
        return self.fields.get(name, b"")

    def text(self, name: str) -> str:
        """The value of a field for people: encoded words decoded, on one line, without control characters."""
        return _UNPRINTABLE.sub(" ", decode_words(decode(self.raw(name), None))).strip()


def split_headers(raw: bytes, limits: HeaderLimits) -> tuple[Headers, bytes]:
    """Take a block apart into its fields and the body after the blank line.

    Never fails: a block that ends in something other than a field is taken to lack its blank line, and a block beyond
    the limits is left at the next blank line. Time is linear in the size of ``raw``.
    """
    fields: list[tuple[str, bytearray]] = []
    position = raw.find(b"\n") + 1 if raw.startswith(b"From ") else 0  # the envelope line of a mailbox file
    kept, cut = 0, False
    while kept <= limits.block:
        end = raw.find(b"\n", position) + 1 or len(raw)
        line = raw[position : min(end, position + limits.field)]
        if line in _BLANK:
            return _headers(fields, cut), raw[end:]
        if line[:1] in _WHITE_SPACE and fields:
            addition = b" " + line.strip()
        elif field := _FIELD.match(line):
            fields.append((field[1].decode("ascii").lower(), bytearray()))
            addition = line[field.end() :].strip()
        else:
            return _headers(fields, cut), raw[position:]
        value = fields[-1][1]
        room = limits.field - len(value)
        cut = cut or end - position > limits.field or len(addition) > room
        value += addition[:room]
        kept += 1 + len(addition[:room])
        position = end
    blank = _BLANK_LINE.search(raw, position)
    return _headers(fields, cut=True), raw[blank.end() :] if blank else b""


def _headers(fields: list[tuple[str, bytearray]], cut: bool) -> Headers:
    return Headers({name: bytes(value) for name, value in reversed(fields)}, cut)
