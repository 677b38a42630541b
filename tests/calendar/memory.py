"""A calendar that lives in memory: server and feed in one, for tests of everything that is not the feed itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from gateway.calendar.feeds.port import (
    Changes,
    Channel,
    FeedError,
    FeedEvent,
    FeedSession,
    RemoteCalendar,
    Retitled,
    Title,
    Window,
)
from gateway.calendar.words import EventStatus, FeedFault, Provider

PARIS = "Europe/Paris"


@dataclass(frozen=True)
class _Series:
    start: datetime
    weeks: int
    title: str
    location: str
    description: str


@dataclass
class MemoryCalendar:
    """What one provider keeps for one user; the owner's side of it."""

    calendar_id: str = "main"
    rereads: bool = True
    events: dict[str, FeedEvent] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)  # event id: when it changed last
    series: dict[str, _Series] = field(default_factory=dict)
    failures: list[FeedError] = field(default_factory=list)  # of the next requests
    secret: bytes = b"token 1"
    rotates: bool = False
    revoked: bool = False
    oldest_cursor: int = 0
    requests: list[str] = field(default_factory=list)
    channels: dict[str, Channel] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)  # address and token of each channel
    gives_up_channels: bool = False  # and opens one only once
    reaches: bool = True  # the address, before it opens a channel
    breaks_channels: bool = False  # and answers nonsense
    listings: int = 0  # how often its calendars were asked for
    unlisted: Exception | None = None  # why calendars cannot be listed
    meanwhile: Callable[[], Awaitable[None]] | None = None  # what happens while it is answering, once
    while_watching: Callable[[], Awaitable[None]] | None = None
    while_listing: Callable[[], Awaitable[None]] | None = None
    failed: bool = False  # since somebody set it back
    read_only: bool = False  # for the user who linked it
    guests: set[str] = field(default_factory=set)  # events that others are invited to
    unreadable: int = 0  # events that make no sense
    clock: int = 0
    numbers: "count[int]" = field(default_factory=count)

    async def create(
        self, title: str, start: datetime, *, location: str = "", description: str = "", weeks: int = 0
    ) -> str:
        """An event of an hour, or a weekly series."""
        handle = f"event{next(self.numbers)}"
        if weeks:
            self.series[handle] = _Series(start, weeks, title, location, description)
            for number in range(weeks):
                self.put(self._occurrence(handle, number))
        else:
            self.put(
                FeedEvent(
                    event_id=handle,
                    uid=f"{handle}@memory",
                    original_start="",
                    start=start.astimezone(UTC),
                    end=start.astimezone(UTC) + timedelta(hours=1),
                    zone=PARIS,
                    title=title,
                    location=location,
                    description=description,
                )
            )
        return handle

    async def edit(self, handle: str, *, title: str | None = None, description: str | None = None) -> None:
        """Other texts."""
        for each in self._all(handle):
            new = replace(each, title=each.title if title is None else title)
            self.put(replace(new, description=each.description if description is None else description))

    async def move(self, handle: str, start: datetime) -> None:
        """Another time."""
        by = start.astimezone(UTC) - self._first(handle)
        for each in self._all(handle):
            assert isinstance(each.start, datetime)
            self.put(replace(each, start=each.start + by, end=each.start + by + timedelta(hours=1)))

    async def cancel(self, handle: str) -> None:
        """Marked as cancelled."""
        for each in self._all(handle):
            self.put(replace(each, status=EventStatus.CANCELLED))

    async def uncancel(self, handle: str) -> None:
        """And not."""
        for each in self._all(handle):
            self.put(replace(each, status=EventStatus.CONFIRMED))

    async def delete(self, handle: str) -> None:
        """Gone."""
        for each in self._all(handle):
            self._remove(each.event_id)

    async def move_occurrence(self, handle: str, number: int, start: datetime) -> None:
        """One of a series at another time."""
        each = self.events[f"{handle}_{number}"]
        self.put(replace(each, start=start.astimezone(UTC), end=start.astimezone(UTC) + timedelta(hours=1)))

    async def repeat(self, handle: str, weeks: int) -> None:
        """Make a series of an event that was booked long ago: what it is called by its provider changes."""
        once = self.events[handle]
        assert isinstance(once.start, datetime)
        booked = once.start - timedelta(days=30)
        self._remove(handle)
        self.series[handle] = _Series(once.start, weeks, once.title or "", once.location or "", once.description or "")
        for number in range(weeks):
            self.put(replace(self._occurrence(handle, number), created_at=booked))

    async def delete_occurrence(self, handle: str, number: int) -> None:
        """One of a series gone."""
        self._remove(f"{handle}_{number}")

    async def titles(self, handle: str) -> list[str]:
        """As its owner sees them."""
        return [each.title or "" for each in sorted(self._all(handle), key=lambda each: each.original_start)]

    async def expire_cursors(self) -> None:
        """All that were given out."""
        self.clock += 1
        self.oldest_cursor = self.clock

    async def revoke(self) -> None:
        """At the provider's page."""
        self.revoked = True

    async def fail(self, times: int, retry_after: timedelta | None = None) -> None:
        """For a while."""
        fault = FeedFault.UNAVAILABLE if retry_after is None else FeedFault.THROTTLED
        self.failures += [FeedError(fault, "503", retry_after)] * times

    def put_all_day(self, title: str, day: date) -> str:
        """An all-day event."""
        handle = f"event{next(self.numbers)}"
        self.put(FeedEvent(handle, f"{handle}@memory", "", day, day + timedelta(days=1), PARIS, title=title))
        return handle

    def asked(self, what: str) -> None:
        """A request came in."""
        self.requests.append(what)
        if self.revoked:
            raise FeedError(FeedFault.CONSENT_REVOKED, "invalid_grant")
        if self.failures:
            self.failed = True
            raise self.failures.pop(0)

    def copy(self) -> "MemoryCalendar":
        """Another calendar that holds the same events, as an invited colleague's does."""
        other = MemoryCalendar(calendar_id="copy", rereads=self.rereads)
        for each in self.events.values():
            other.put(replace(each, event_id=f"copy of {each.event_id}"))
        return other

    def _occurrence(self, handle: str, number: int) -> FeedEvent:
        series = self.series[handle]
        local = series.start + timedelta(weeks=number)  # on the wall clock of its zone
        start = local.astimezone(UTC)
        return FeedEvent(
            event_id=f"{handle}_{number}",
            uid=f"{handle}@memory",
            original_start=f"{start:%Y%m%dT%H%M%SZ}",
            start=start,
            end=start + timedelta(hours=1),
            zone=PARIS,
            title=series.title,
            location=series.location,
            description=series.description,
            series_id=handle,
        )

    def _all(self, handle: str) -> list[FeedEvent]:
        return [each for each in self.events.values() if handle in {each.event_id, each.series_id}]

    def _first(self, handle: str) -> datetime:
        return min(each.start for each in self._all(handle) if isinstance(each.start, datetime))

    def put(self, event: FeedEvent) -> None:
        """Keep an event as it is now."""
        self.clock += 1
        self.events[event.event_id] = replace(event, revision=f"r{self.clock}")
        self.changed[event.event_id] = self.clock

    def _remove(self, event_id: str) -> None:
        self.clock += 1
        del self.events[event_id]
        self.changed[event_id] = self.clock


class MemoryFeed:
    """The feed of such calendars; a secret names the server."""

    provider = Provider.GOOGLE

    def __init__(self, *servers: MemoryCalendar, rereads: bool = True) -> None:
        self.servers = {each.calendar_id: each for each in servers}
        self.rereads = rereads

    def open(self, secret: bytes) -> FeedSession:
        """A session."""
        return MemorySession(self.servers, secret)


class MemorySession:
    """A session on all calendars of the feed."""

    def __init__(self, servers: dict[str, MemoryCalendar], secret: bytes) -> None:
        self.secret = secret
        self._servers = servers

    async def calendars(self) -> Sequence[RemoteCalendar]:
        """All of them."""
        for server in self._servers.values():
            server.listings += 1
            if server.while_listing:
                await server.while_listing()
            if server.revoked:
                raise FeedError(FeedFault.CONSENT_REVOKED, "invalid_grant")
            if server.unlisted:
                raise server.unlisted
        return [RemoteCalendar(name, name, PARIS, writable=not each.read_only) for name, each in self._servers.items()]

    async def changes(self, calendar_id: str, cursor: str | None, window: Window) -> Changes:
        """As a provider with tombstones gives them."""
        server = self._server(calendar_id, "changes" if cursor else "list")
        if server.rotates:
            self.secret = server.secret = b"token of %d" % server.clock
        if cursor is None:
            inside = [each for each in server.events.values() if _is_in(each, window)]
            return Changes(inside, frozenset(), str(server.clock), complete=True, unreadable=server.unreadable)
        if int(cursor) < server.oldest_cursor:
            raise FeedError(FeedFault.CURSOR_EXPIRED, "410")
        at_first = server.clock
        if server.meanwhile:
            happens, server.meanwhile = server.meanwhile, None
            await happens()
        changed = [each for each, at in server.changed.items() if int(cursor) < at <= at_first]
        known = [server.events[each] for each in changed if each in server.events]
        left = {each.event_id for each in known if not _is_in(each, window)}
        return Changes(
            [each for each in known if _is_in(each, window)],
            frozenset(each for each in changed if each not in server.events or each in left),
            str(at_first),
            complete=False,
        )

    async def reread(self, calendar_id: str, event_id: str) -> FeedEvent | None:
        """As it is now."""
        return self._server(calendar_id, "reread").events.get(event_id)

    async def retitle(self, calendar_id: str, event_id: str, title: Title) -> Retitled:
        """With the revision as its etag."""
        server = self._server(calendar_id, "retitle")
        event = server.events.get(event_id)
        if event is None:
            return Retitled.GONE
        if (after := title(event.title or "")) == event.title:
            return Retitled.DONE
        if server.read_only or event_id in server.guests:
            return Retitled.READ_ONLY if server.read_only else Retitled.GUESTS
        if server.meanwhile:
            happens, server.meanwhile = server.meanwhile, None
            await happens()
        if server.events.get(event_id) != event:
            return Retitled.CHANGED
        server.put(replace(event, title=after))
        return Retitled.DONE

    async def watch(self, calendar_id: str, channel_id: str, address: str, token: str) -> Channel | None:
        """A channel for a week."""
        server = self._server(calendar_id, "watch")
        if server.breaks_channels:
            raise KeyError("resourceId")
        if server.gives_up_channels and server.requests.count("watch") != 2:
            raise FeedError(FeedFault.UNAVAILABLE, "503")
        server.told.append((address, token))
        ends = datetime(2027, len(server.told), 1, tzinfo=UTC)
        channel = Channel(channel_id, f"resource of {calendar_id}", ends, validated=server.reaches)
        server.channels[channel_id] = channel
        if server.while_watching:
            await server.while_watching()
        return channel

    async def renew(self, calendar_id: str, channel: Channel, address: str, token: str) -> Channel:
        """The same one for longer."""
        server = self._server(calendar_id, "renew")
        if server.gives_up_channels:
            raise FeedError(FeedFault.UNAVAILABLE, "503")
        server.told.append((address, token))
        longer = replace(channel, expires_at=channel.expires_at + timedelta(days=7))
        server.channels[channel.channel_id] = longer
        return longer

    async def stop(self, channel: Channel) -> None:
        """Closed."""
        for server in self._servers.values():
            if channel.channel_id in server.channels:
                server.asked("stop")
                del server.channels[channel.channel_id]

    async def close(self) -> None:
        """Nothing to free."""

    def _server(self, calendar_id: str, what: str) -> MemoryCalendar:
        if calendar_id not in self._servers:
            raise FeedError(FeedFault.CALENDAR_GONE, "404")
        server = self._servers[calendar_id]
        server.asked(what)
        return server


def _is_in(event: FeedEvent, window: Window) -> bool:
    start = event.start
    if not isinstance(start, datetime):
        start = datetime.combine(start, datetime.min.time(), UTC)
    return window.start <= start < window.end
