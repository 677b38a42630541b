"""The cursor of a list that rolls on: the provider's token, and what it was made for."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.calendar.feeds.port import FeedError, Window
from gateway.calendar.words import FeedFault

_VERSION = "v1"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list of changes goes on."""

    token: str  # the provider's own; "" where it gave none
    asked: str  # the parameters of the list: with others the token means nothing
    window: Window  # what was listed

    def serves(self, asked: str, wanted: Window) -> bool:
        """Whether the changes after it are all that is wanted; else everything has to be listed anew."""
        within = self.window.start <= wanted.start and wanted.end <= self.window.end
        return bool(self.token) and self.asked == asked and within


def reach(wanted: Window, step: timedelta) -> Window:
    """What to list so that the changes are enough for as long as ``step``: then it has to be listed anew.

    The windows of the providers do not slide, and an event that enters one by the passing of time is no change.
    """
    return Window(wanted.start, wanted.end + step)


def write_cursor(cursor: Cursor) -> str:
    """As it is stored."""
    start, end = cursor.window.start.isoformat(), cursor.window.end.isoformat()
    kept = {"token": cursor.token, "asked": cursor.asked, "start": start, "end": end}
    return json.dumps({_VERSION: kept}, separators=(",", ":"))


def read_cursor(text: str) -> Cursor:
    """As it was stored; ``FeedError`` with ``CURSOR_EXPIRED`` where it is none of ours, or of another version."""
    try:
        kept = json.loads(text)[_VERSION]
        window = Window(_instant(kept["start"]), _instant(kept["end"]))
        return Cursor(str(kept["token"]), str(kept["asked"]), window)
    except (ValueError, LookupError, TypeError):
        raise FeedError(FeedFault.CURSOR_EXPIRED, "unreadable") from None


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant
