"""The answer to a mail of ours without what it repeats of that mail: our own words go, and nothing else.

What is ours is known: our mail begins with what the phone said and its number, and ends with a fixed sentence. Who
quotes it names its address or its number above. Quotations of other mails stay. Every step is linear in the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_BLANK = re.compile(r"\s+")
_QUOTED = re.compile(r"\s?>")

#: Who wrote when, over a quotation: "Le … a écrit :", "On … wrote:"; it may be broken into three lines.
_ATTRIBUTION = re.compile(r"(le|on|am|el|il|op|em) ", re.IGNORECASE)
_ATTRIBUTION_LINES = 3
_LONGEST_ATTRIBUTION = 400  # characters

#: The head of the mail over a quotation as Outlook shows it.
_HEAD = re.compile(r"(de|from|von) ?:", re.IGNORECASE)
_HEAD_LINES = 12
_RULE = re.compile(r"[-_]{5,}.*")

#: So much of what was said, and from its beginning, is a repetition.
_TELLING = 8  # characters, blanks aside

#: So much of the text below an introduction tells whether it is our mail.
_BEGINNING_LINES = 100
_BEGINNING = 200  # characters, blanks aside
_LONG = 4_000  # characters of a line


@dataclass(frozen=True, slots=True)
class OurMail:
    """What is known of the mails of ours that an answer may repeat."""

    address: str  # the local part of the address that it answers
    phone: str  # E.164
    heard: Sequence[str]  # what the phone said
    ends: Sequence[str]  # how the mails end, in every language

    def beginnings(self) -> list[str]:
        """How the mails begin, without blanks."""
        return [(_squeezed([said]) + self.phone)[:_BEGINNING] for said in self.heard]


@dataclass(frozen=True, slots=True)
class _Span:
    """Lines from ``begin`` up to, not with, ``end``."""

    begin: int
    end: int


def without_quotation(text: str, ours: OurMail) -> str:
    """The text without our words; lines ended by LF, white space at both ends gone."""
    lines = text.split("\n")
    introduction = _introduction(lines, ours)
    if introduction is None:
        return "\n".join(_without_blocks(lines, ours)).strip()
    above, below = lines[: _upwards(lines, introduction.begin)], lines[introduction.end :]
    answered = [line for line in below if not _QUOTED.match(line)]
    return "\n".join([*above, *_after_ours(answered, ours)]).strip()


def _introduction(lines: Sequence[str], ours: OurMail) -> _Span | None:
    """The lines that say whose words follow, where these are ours."""
    names, beginnings = (ours.address.lower(), ours.phone), ours.beginnings()
    for at, line in enumerate(lines):
        if any(name in line.lower() for name in names):
            found = _attribution(lines, at) or _head(lines, at)
            if found and _are_ours(lines[found.end : found.end + _BEGINNING_LINES], beginnings):
                return found
    return None


def _attribution(lines: Sequence[str], at: int) -> _Span | None:
    """The few lines around ``at`` that begin as an attribution does and end with a colon."""
    for begin in range(at, max(-1, at - _ATTRIBUTION_LINES), -1):
        if _ATTRIBUTION.match(lines[begin]):
            for end in range(at + 1, min(len(lines), begin + _ATTRIBUTION_LINES) + 1):
                joined = " ".join(lines[begin:end]).rstrip()
                if joined.endswith(":") and len(joined) <= _LONGEST_ATTRIBUTION:
                    return _Span(begin, end)
    return None


def _head(lines: Sequence[str], at: int) -> _Span | None:
    """The head of a mail that begins at ``at``, up to its blank line."""
    if not _HEAD.match(lines[at]):
        return None
    within = range(at, min(len(lines), at + _HEAD_LINES))
    end = next((end for end in within if not lines[end].strip()), None)
    return None if end is None else _Span(at, end)


def _are_ours(below: Sequence[str], beginnings: Sequence[str]) -> bool:
    """Whether what follows is marked as quoted, or begins as our mail does."""
    first = next((line for line in below if line.strip()), "")
    return bool(_QUOTED.match(first)) or _begins_as(beginnings, below)


def _upwards(lines: Sequence[str], begin: int) -> int:
    """Over the rule and the blank lines that set a quotation off."""
    while begin and (not lines[begin - 1].strip() or _RULE.fullmatch(lines[begin - 1].strip())):
        begin -= 1
    return begin


def _after_ours(lines: Sequence[str], ours: OurMail) -> Sequence[str]:
    """What comes after our mail where nothing marks it as quoted; all of it where it does not begin as our mail."""
    if not _begins_as(ours.beginnings(), lines[:_BEGINNING_LINES]):
        return lines
    squeezed = _squeezed(lines)
    ends = [at + len(end) for each in ours.ends if (at := squeezed.find(end := _squeezed([each]))) >= 0]
    reached = list(accumulate(len(_squeezed([line])) for line in lines))
    return [line for line, so_far in zip(lines, reached, strict=True) if ends and so_far > min(ends)]


def _begins_as(beginnings: Sequence[str], lines: Sequence[str]) -> bool:
    found = ""
    for line in lines:
        found += _squeezed([line[:_LONG]])
        if len(found) >= _BEGINNING or len(line) > _LONG:
            break
    return any(found.startswith(each) for each in beginnings)


def _without_blocks(lines: Sequence[str], ours: OurMail) -> list[str]:
    """Without the blocks of quoted lines that repeat what the phone said, where nothing says whose they are."""
    kept: list[str] = []
    block: list[str] = []
    heard = [_squeezed([said]) for said in ours.heard]
    for line in [*lines, ""]:
        if _QUOTED.match(line):
            block.append(line)
            continue
        kept += [*([] if _repeats(block, heard) else block), line]
        block = []
    return kept


def _repeats(block: Sequence[str], heard: Sequence[str]) -> bool:
    said = _squeezed([line.lstrip("> ") for line in block])
    return any(said.startswith(each) for each in heard if len(each) >= _TELLING)


def _squeezed(lines: Sequence[str]) -> str:
    return _BLANK.sub("", "".join(lines))
