"""A mail's tree of parts (RFC 2045, 2046), walked within bounds.

The standard library's parser is not used for the tree: a mail under 1 MB of many or deeply nested parts stops it for
seconds or exhausts its recursion. Here nothing is read beyond the limits and nothing recurses.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from itertools import islice

from gateway.smtp.headers import HeaderLimits, Headers, split_headers
from gateway.smtp.transfer import decode_transfer

_PARAMETER_BYTES = 2_000  # of a Content-Type: reading parameters takes quadratic time in the standard library


@dataclass(frozen=True, slots=True)
class PartLimits:
    """How much of the tree is walked, and how many octets of one body are decoded."""

    parts: int = 100
    depth: int = 10
    body: int = 256_000


@dataclass(frozen=True)
class Part:
    """One part: its headers and its body as transferred."""

    headers: Headers
    body: bytes
    depth: int

    @cached_property
    def kind(self) -> str:
        """The media type, in lower case; text/plain where it is missing or malformed (RFC 2045, 5.2)."""
        return self._content.get_content_type()

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of Content-Type, names in lower case (RFC 2231 continuations joined)."""
        parameters = self._content.get_params(failobj=[])[1:]
        return {name.lower(): value if isinstance(value, str) else value[2] for name, value in parameters}

    @cached_property
    def attached(self) -> bool:
        """Whether the part is a file that came along and no text to read."""
        disposition = self.headers.raw("content-disposition")[:_PARAMETER_BYTES].decode("latin-1").lower()
        return disposition.lstrip().startswith("attachment") or "filename" in disposition or "name" in self.parameters

    def octets(self, limit: int) -> bytes:
        """The body with its transfer encoding undone, from at most ``limit`` octets of it."""
        return decode_transfer(self.body[:limit], self.headers.raw("content-transfer-encoding").decode("latin-1"))

    @cached_property
    def _content(self) -> Message:
        message = Message()
        message["Content-Type"] = self.headers.raw("content-type")[:_PARAMETER_BYTES].decode("latin-1")
        return message


@dataclass(frozen=True, slots=True)
class Tree:
    """The parts that are no multiparts, in the order of reading."""

    leaves: tuple[Part, ...]
    cut: bool  # a limit was reached


def walk(root: Part, limits: PartLimits, header_limits: HeaderLimits) -> Tree:
    """List the leaves below ``root``. A multipart that cannot be divided counts as text/plain, as written."""
    leaves: list[Part] = []
    waiting, seen, too_deep = [root], 0, False
    while waiting and seen < limits.parts:
        part = waiting.pop()
        seen += 1
        if not part.kind.startswith("multipart/"):
            leaves.append(part)
        elif part.depth == limits.depth:
            too_deep = True
        else:
            bodies = islice(_divide(part), limits.parts)
            children = [Part(*split_headers(body, header_limits), part.depth + 1) for body in bodies]
            waiting.extend(reversed(children or [_as_text(part)]))
    return Tree(tuple(leaves), cut=bool(waiting) or too_deep)


def _divide(part: Part) -> Iterator[bytes]:
    """The bodies between the delimiter lines; the last may lack its closing line (RFC 2046, 5.1.1)."""
    boundary = part.parameters.get("boundary", "").rstrip().encode("latin-1", "replace")
    if not boundary:
        return
    delimiter = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
    start = None
    for line in delimiter.finditer(part.body):
        if start is not None:  # the line end before a delimiter belongs to it
            yield part.body[start : line.start()].removesuffix(b"\n").removesuffix(b"\r")
        start = line.end()
        if line[1]:
            return
    if start is not None:
        yield part.body[start:]


def _as_text(part: Part) -> Part:
    kept = {name: values for name, values in part.headers.fields.items() if name != "content-type"}
    return Part(Headers(kept, part.headers.cut), part.body, part.depth)
