"""A feed behind an address: fetched whole when it has changed, and read in a process of its own."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.calendar.feeds.ics.fetching import Answer, Ask, Fetcher
from gateway.calendar.feeds.ics.keys import Subscription
from gateway.calendar.feeds.ics.reading import CalendarReader
from gateway.calendar.feeds.ics.unpushed import Unpushed
from gateway.calendar.feeds.ics.wire import Expanded
from gateway.calendar.feeds.port import (
    Changes,
    FeedError,
    FeedEvent,
    FeedSession,
    RemoteCalendar,
    Retitled,
    Title,
    Window,
)
from gateway.calendar.words import FeedFault, Provider


class IcsFeed:
    """Calendars that are published as a file (RFC 5545)."""

    provider = Provider.ICS
    rereads = False

    def __init__(self, fetcher: Fetcher, reader: CalendarReader, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._now = now

    def open(self, secret: bytes) -> FeedSession:
        """A session that reads one address."""
        return IcsSession(self._fetcher, self._reader, self._now, secret)


class IcsSession(Unpushed):
    """One address."""

    def __init__(self, fetcher: Fetcher, reader: CalendarReader, now: Callable[[], datetime], secret: bytes) -> None:
        super().__init__(fetcher, reader, now, secret)
        self._subscription = Subscription.unseal(secret)

    async def calendars(self) -> Sequence[RemoteCalendar]:
        """The one calendar; it is named by a digest, for its address is secret."""
        found = await self._read(await self._fetch({}), self._lookout())
        calendar_id = hashlib.sha256(self._subscription.url.encode()).hexdigest()[:40]
        name, zone = found.name or self._subscription.name, self._subscription.zone
        return [RemoteCalendar(calendar_id, name, zone, primary=True, writable=False)]

    async def changes(self, calendar_id: str, cursor: str | None, window: Window) -> Changes:
        """Everything in the window where the file changed or another window is asked for, else nothing."""
        del calendar_id
        known = _Known.read(cursor, window)
        answer = await self._fetch(known.conditions())
        digest = hashlib.sha256(answer.body).hexdigest() if answer.status == 200 else known.digest
        if digest == known.digest:
            return Changes((), frozenset(), known.cursor(window), complete=False)
        found = await self._read(answer, window)
        headers = answer.headers
        seen = _Known(headers.get("etag", ""), headers.get("last-modified", ""), digest)
        return Changes(
            found.events,
            frozenset(),
            seen.cursor(window),
            complete=True,
            poll_after=found.poll_after,
            unreadable=found.skipped,
        )

    async def reread(self, calendar_id: str, event_id: str) -> FeedEvent | None:
        """The event as the file has it now."""
        del calendar_id
        found = await self._read(await self._fetch({}), self._lookout())
        return next((each for each in found.events if each.event_id == event_id), None)

    async def retitle(self, calendar_id: str, event_id: str, title: Title) -> Retitled:
        """What is published can only be read."""
        del calendar_id, event_id, title
        return Retitled.READ_ONLY

    async def _fetch(self, conditions: dict[str, str]) -> Answer:
        headers = {"Accept": "text/calendar", **conditions}
        answer = await self._fetcher.fetch(Ask("GET", self._subscription.url, headers))
        if answer.status not in ({200, 304} if conditions else {200}):
            raise FeedError(FeedFault.UNREADABLE, str(answer.status))
        return answer

    async def _read(self, answer: Answer, window: Window) -> Expanded:
        (found,) = await self._reader.read([answer.body], window, self._subscription.zone)
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    """The version of the file that was read last, for one window."""

    etag: str = ""
    modified: str = ""
    digest: str = ""

    @classmethod
    def read(cls, cursor: str | None, window: Window) -> "_Known":
        """Out of a cursor; a file that was read for another window has to be read again."""
        try:
            words = json.loads(cursor or "{}")
            same = words.pop("window", None) == _window_words(window)
            return cls(**words) if same else cls()
        except (ValueError, TypeError, AttributeError):
            raise FeedError(FeedFault.CURSOR_EXPIRED, "cursor") from None

    def cursor(self, window: Window) -> str:
        return json.dumps(
            {"etag": self.etag, "modified": self.modified, "digest": self.digest, "window": _window_words(window)}
        )

    def conditions(self) -> dict[str, str]:
        """Headers that spare the server the file (RFC 9110, 13.1)."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}


def _window_words(window: Window) -> list[str]:
    return [window.start.isoformat(), window.end.isoformat()]
