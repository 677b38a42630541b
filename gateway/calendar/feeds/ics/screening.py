"""What can be told of an iCalendar text before any parser sees it: whether it is one, and whether it is bounded."""

import re
from math import prod

from gateway.calendar.words import FeedFault

MOST_BYTES = 10_000_000
MOST_EVENTS = 20_000
_MOST_TIMES_A_DAY = 24

_FOLD = re.compile(rb"\r?\n[ \t]")
_EVENT = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_RULE = re.compile(rb"^(?:RRULE|EXRULE)[^\r\n]{0,200}?:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_TOO_OFTEN = re.compile(rb"FREQ=(?:SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE)
_NEVER_ENDS = re.compile(rb"INTERVAL=0*(?:;|$)", re.IGNORECASE)
_TIMES = re.compile(rb"BY(?:SECOND|MINUTE|HOUR)=([^;]*)", re.IGNORECASE)


def fault_of(text: bytes) -> FeedFault | None:
    """Why this text is not read at all; None where it may be.

    Rules that repeat by the hour or faster are refused: no appointment does, and to expand one takes minutes.
    """
    if len(text) > MOST_BYTES or sum(1 for _ in _EVENT.finditer(text)) > MOST_EVENTS:
        return FeedFault.TOO_LARGE
    if b"BEGIN:VCALENDAR" not in text[:2_000].upper():
        return FeedFault.UNREADABLE
    rules = _RULE.findall(_FOLD.sub(b"", text))
    if any(map(_NEVER_ENDS.search, rules)):
        return FeedFault.UNREADABLE
    return FeedFault.TOO_FREQUENT if any(map(_is_too_frequent, rules)) else None


def _is_too_frequent(rule: bytes) -> bool:
    times = prod(each.count(b",") + 1 for each in _TIMES.findall(rule))
    return bool(_TOO_OFTEN.search(rule)) or times > _MOST_TIMES_A_DAY
