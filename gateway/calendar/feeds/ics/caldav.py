"""Calendars on a CalDAV server: Nextcloud, iCloud with an app password, Fastmail, Zimbra and the like.

A change of the collection's sync token (RFC 6578) or ctag says that something changed; then the window is listed anew
as a whole, and the difference is taken by whoever keeps the events. A window holds a few hundred events: to list them
is one request, and no deletion is ever missed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from gateway.calendar.feeds.ics.dav import (
    HOME,
    LISTING,
    PRINCIPAL,
    STATE,
    MultiStatus,
    Resource,
    events_between,
    events_named,
)
from gateway.calendar.feeds.ics.fetching import Ask, Fetcher
from gateway.calendar.feeds.ics.keys import Login
from gateway.calendar.feeds.ics.reading import CalendarReader
from gateway.calendar.feeds.ics.retitling import retitled
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

#: Refusals of a PUT that say nothing of the login.
_NOT_WRITTEN = {"403": Retitled.READ_ONLY, "404": Retitled.GONE, "410": Retitled.GONE}


@dataclass(frozen=True, slots=True)
class _Found:
    """An occurrence, and the resource that holds it."""

    event: FeedEvent
    expanded: Expanded  # all that is in the resource
    resource: Resource
    where: str  # the address that answered


class CalDavFeed:
    """Calendars of CalDAV servers."""

    provider = Provider.CALDAV
    rereads = True

    def __init__(self, fetcher: Fetcher, reader: CalendarReader, now: Callable[[], datetime]) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._now = now

    def open(self, secret: bytes) -> FeedSession:
        """A session of one user on one server."""
        return CalDavSession(self._fetcher, self._reader, self._now, secret)


class CalDavSession(Unpushed):
    """One user on one server. A calendar's id is its address."""

    def __init__(self, fetcher: Fetcher, reader: CalendarReader, now: Callable[[], datetime], secret: bytes) -> None:
        super().__init__(fetcher, reader, now, secret)
        self._login = Login.unseal(secret)

    async def calendars(self) -> Sequence[RemoteCalendar]:
        """Found by way of the principal and its home (RFC 6764, 6), or straight at the address that was given."""
        base = self._login.url
        for ask, step in ((PRINCIPAL, MultiStatus.principal), (HOME, MultiStatus.home)):
            where, found = await self._propfind(base, ask, depth=0)
            base = urljoin(where, step(found) or where)
        where, listing = await self._propfind(base, LISTING, depth=1)
        return [
            RemoteCalendar(
                urljoin(where, each.href),
                each.name or _last_segment(each.href),
                self._login.zone,
                writable=each.writable,
            )
            for each in listing.collections()
            if each.is_calendar
        ]

    async def changes(self, calendar_id: str, cursor: str | None, window: Window) -> Changes:
        """Everything in the window where the calendar changed or another window is asked for, else nothing."""
        where, found = await self._propfind(self._ours(calendar_id), STATE, depth=0)
        state = found.state()
        seen = json.dumps([state, window.start.isoformat(), window.end.isoformat()])
        if state is not None and seen == cursor:
            return Changes((), frozenset(), seen, complete=False)
        texts = await self._report(where, events_between(window), window)
        events = [event for each in texts for event in each.events]
        return Changes(events, frozenset(), seen, complete=True, unreadable=sum(each.skipped for each in texts))

    async def reread(self, calendar_id: str, event_id: str) -> FeedEvent | None:
        """Out of the one resource that holds it."""
        found = await self._find(calendar_id, event_id)
        return found.event if found else None

    async def retitle(self, calendar_id: str, event_id: str, title: Title) -> Retitled:
        """Put the resource back with another title in it, where nobody else wrote to it meanwhile."""
        found = await self._find(calendar_id, event_id)
        if found is None:
            return Retitled.GONE
        text = retitled(found.resource.text, found.event.original_start, title, self._login.zone)
        if isinstance(text, Retitled):
            return text
        (after,) = await self._reader.read([text.encode()], self._lookout(), self._login.zone)
        if not found.resource.etag or not _same_but_title(found.expanded.events, after.events, event_id):
            return Retitled.REFUSED  # what somebody else writes at this moment would be lost, or more would change
        return await self._put(urljoin(found.where, found.resource.href), found.resource.etag, text)

    async def _find(self, calendar_id: str, event_id: str) -> "_Found | None":
        uid, _, original = event_id.rpartition("/") if "/" in event_id else (event_id, "", "")
        for each_uid in dict.fromkeys((uid, event_id)) if original else (uid,):  # a UID may hold a slash itself
            where, answer = await self._ask("REPORT", self._ours(calendar_id), events_named(each_uid), 1)
            resources = list(answer.resources())
            texts = [each.text.encode() for each in resources]
            expanded = await self._reader.read(texts, self._lookout(), self._login.zone)
            for resource, one in zip(resources, expanded, strict=True):
                if event := next((each for each in one.events if each.event_id == event_id), None):
                    return _Found(event, one, resource, where)
        return None

    async def _put(self, url: str, etag: str, text: str) -> Retitled:
        headers = {"If-Match": etag, "Content-Type": "text/calendar; charset=utf-8"}
        login = (self._login.user, self._login.password)
        try:
            answer = await self._fetcher.fetch(Ask("PUT", self._ours(url), headers, text.encode(), login))
        except FeedError as error:
            if error.detail in _NOT_WRITTEN:
                return _NOT_WRITTEN[error.detail]
            raise
        if answer.status in (409, 412, 423):
            return Retitled.CHANGED
        return Retitled.DONE if answer.status in (200, 201, 204) else Retitled.REFUSED

    def _ours(self, calendar_id: str) -> str:
        """The address of a calendar; one on a stranger's server is not asked."""
        home, host = urlsplit(self._login.url).hostname or "", urlsplit(calendar_id).hostname or ""
        if host.split(".")[-2:] != home.split(".")[-2:]:
            raise FeedError(FeedFault.ADDRESS_REFUSED, "another server")
        return calendar_id

    async def _propfind(self, url: str, body: bytes, *, depth: int) -> tuple[str, MultiStatus]:
        return await self._ask("PROPFIND", url, body, depth)

    async def _report(self, url: str, body: bytes, window: Window) -> Sequence[Expanded]:
        _, found = await self._ask("REPORT", url, body, 1)
        return await self._reader.read(found.texts(), window, self._login.zone)

    async def _ask(self, method: str, url: str, body: bytes, depth: int) -> tuple[str, MultiStatus]:
        """The address that answered in the end, and what it said."""
        headers = {"Depth": str(depth), "Content-Type": "application/xml; charset=utf-8"}
        answer = await self._fetcher.fetch(Ask(method, url, headers, body, (self._login.user, self._login.password)))
        if answer.status != 207:
            raise FeedError(FeedFault.UNREADABLE, str(answer.status))
        return answer.url, MultiStatus(answer.body)


def _same_but_title(before: Sequence[FeedEvent], after: Sequence[FeedEvent], event_id: str) -> bool:
    """Whether the occurrences of a resource are what they were, apart from the title of one."""
    known, now = ({each.event_id: replace(each, revision="") for each in events} for events in (before, after))
    if event_id in now:
        now[event_id] = replace(now[event_id], title=known[event_id].title)
    return known == now and len(before) == len(after)


def _last_segment(href: str) -> str:
    return href.rstrip("/").rpartition("/")[2]
