"""A raw mail read: its text, what identifies it, and whether a machine wrote it.

Everything here may be fed hostile octets: sizes are bounded, ``read_mail`` never raises, and what takes too long is
stopped from outside (``gateway.smtp.readers``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.smtp.automatic import Automatic, automatic_headers, automatic_part
from gateway.smtp.charsets import decode
from gateway.smtp.flowed import unflow
from gateway.smtp.headers import HeaderLimits, Headers, split_headers
from gateway.smtp.html_text import html_to_text
from gateway.smtp.mime import Part, PartLimits, walk
from gateway.smtp.own_words import own_words


class Problem(StrEnum):
    """What was wrong with a mail that was read all the same, but for the first."""

    UNREADABLE = "unreadable"
    HEADERS_CUT = "headers_cut"
    PARTS_CUT = "parts_cut"
    TEXT_CUT = "text_cut"
    BINARY = "binary"  # what claims to be text is none


@dataclass(frozen=True, slots=True)
class MailLimits:
    """How much of a mail is read; ``text`` in characters."""

    headers: HeaderLimits = field(default_factory=HeaderLimits)
    parts: PartLimits = field(default_factory=PartLimits)
    text: int = 64_000


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What the gateway needs of a mail; every text on one line but the body."""

    text_body: str = ""
    subject: str = ""
    from_header: str = ""
    date_header: str = ""
    message_id: str = ""  # with its angle brackets; empty where there is none
    in_reply_to: str = ""
    references: tuple[str, ...] = ()  # the last ones, oldest first
    automatic: Automatic | None = None
    problems: tuple[Problem, ...] = ()


UNREADABLE = ReadMail(problems=(Problem.UNREADABLE,))

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_REFERENCES = 20  # of a thread, enough for every client to place a letter
_HEADER_CHARACTERS = 998  # RFC 5322, 2.1.1
_STUB_CHARACTERS = 300
_STUBS = (  # what clients and newsletters put beside their HTML
    *("view this email in", "view this message in", "view in browser", "html format", "html version", "in html"),
    *("html-compatible", "html compatible", "html-enabled", "html enabled", "support html", "supports html"),
    *("en html", "version html", "format html", "le html", "pas html", "dans votre navigateur", "version en ligne"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")


def read_mail(raw: bytes, limits: MailLimits) -> ReadMail:
    """Read a mail; whatever goes wrong makes it ``UNREADABLE``."""
    try:
        return _read(raw, limits)
    except Exception:  # noqa: BLE001 - the octets are hostile: RecursionError, MemoryError, bugs of parsers
        return UNREADABLE


def _read(raw: bytes, limits: MailLimits) -> ReadMail:
    root = Part(*split_headers(raw, limits.headers), depth=0)
    tree = walk(root, limits.parts, limits.headers)
    headers = root.headers
    text = _text(tree.leaves, limits)
    binary = _is_binary(text[: limits.text])
    problems = {
        Problem.HEADERS_CUT: headers.cut,
        Problem.PARTS_CUT: tree.cut,
        Problem.TEXT_CUT: len(text) > limits.text,
        Problem.BINARY: binary,
    }
    return ReadMail(
        text_body="" if binary else own_words(text[: limits.text]),
        subject=_line(headers, "subject"),
        from_header=_line(headers, "from"),
        date_header=_line(headers, "date"),
        message_id=next(iter(_ids(headers, "message-id")), ""),
        in_reply_to=next(iter(_ids(headers, "in-reply-to")), ""),
        references=_ids(headers, "references")[-_REFERENCES:],
        automatic=automatic_headers(headers) or next(filter(None, map(automatic_part, tree.leaves)), None),
        problems=tuple(problem for problem, met in problems.items() if met),
    )


def _line(headers: Headers, name: str) -> str:
    return headers.text(name)[:_HEADER_CHARACTERS]


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(_MESSAGE_ID.findall(headers.text(name)))


def _text(leaves: Sequence[Part], limits: MailLimits) -> str:
    """The text to read: the plain one, unless it only points at the HTML."""
    plain = _first(leaves, "text/plain", limits)
    html = _first(leaves, "text/html", limits)
    if html and _may_be_stub(plain, html):
        rendered = html_to_text(html, limits.parts.body)
        return rendered if _is_stub(plain, rendered) else plain
    return plain


def _first(leaves: Sequence[Part], kind: str, limits: MailLimits) -> str:
    """The first part of this kind that holds anything; a mail that is one part is never its own attachment."""
    for leaf in leaves:
        if leaf.kind == kind and (leaf.depth == 0 or not leaf.attached):
            text = _decoded(leaf, limits)
            if text.strip():
                return text
    return ""


def _decoded(leaf: Part, limits: MailLimits) -> str:
    text = decode(leaf.octets(limits.parts.body), leaf.parameters.get("charset"))
    if leaf.kind != "text/plain" or leaf.parameters.get("format", "").lower() != "flowed":
        return text
    kept = text[: limits.text + 1].replace("\r\n", "\n")
    return unflow(kept, delete_space=leaf.parameters.get("delsp", "").lower() == "yes")


def _may_be_stub(plain: str, html: str) -> bool:
    """Whether rendering the HTML, which costs far more than the rest, can change anything."""
    return len(plain.strip()) * 5 < len(html) or _says_stub(plain)


def _is_stub(plain: str, rendered: str) -> bool:
    """Empty, under a fifth of what the HTML says, or an excuse for not being HTML."""
    words, rendered_words = len("".join(plain.split())), len("".join(rendered.split()))
    return bool(rendered_words) and (words * 5 < rendered_words or _says_stub(plain))


def _says_stub(plain: str) -> bool:
    return len(plain) <= _STUB_CHARACTERS and any(stub in plain.lower() for stub in _STUBS)


def _is_binary(text: str) -> bool:
    """One character in twenty that no text has: octets under a wrong label, which nobody wants to pay for."""
    return len(_CONTROL.findall(text)) > max(2, len(text) // 20)
