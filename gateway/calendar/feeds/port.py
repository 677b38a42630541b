"""The port that every kind of calendar stands behind.

A feed is asked for the changes after a cursor. Polling is the truth; a push channel only brings the next poll forward.
What goes wrong is one exception with a fault and a ``permanent`` bit; anything else is a bug.

========================  =========  ===================================================
fault                     permanent  what the calendar room does
========================  =========  ===================================================
``cursor_expired``        no         lists everything anew at once
``consent_revoked`` …     yes        stops sending, marks the connection, tells its owner
``throttled``             no         waits as long as the provider said, on the row
``unavailable``           no         backs off, on the row
``too_large`` …           yes        marks the calendar, tells its owner
========================  =========  ===================================================
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from gateway.calendar.words import EventStatus, FeedFault, Provider

#: After these nothing comes right by itself: the owner, or an admin, has to do something.
PERMANENT = frozenset(FeedFault) - {FeedFault.CURSOR_EXPIRED, FeedFault.THROTTLED, FeedFault.UNAVAILABLE}


class FeedError(Exception):
    """A feed could not be read. ``detail`` is the provider's own code, kept raw; it holds no personal data."""

    def __init__(
        self, fault: FeedFault, detail: str = "", retry_after: timedelta | None = None, *, status: int = 0
    ) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail
        self.retry_after = retry_after  # as the provider said; None: our own back-off
        self.status = status  # of its answer by HTTP; 0: there was none

    @property
    def permanent(self) -> bool:
        """Whether trying again is of no use."""
        return self.fault in PERMANENT


@dataclass(frozen=True, slots=True)
class Window:
    """The time whose events are wanted: aware instants, the end not included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    """A calendar as its provider lists it."""

    calendar_id: str  # the provider's own, stable
    name: str
    zone: str | None = None  # IANA
    owned: bool = True  # False: shared with this user, or public
    primary: bool = False
    writable: bool = True  # False: this user may only look at it


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One occurrence of an event: a series comes expanded."""

    event_id: str  # the provider's id of this occurrence, stable when it is moved
    uid: str  # iCalendar UID, the same on every copy of the event in any calendar (RFC 5545, 3.8.4.7)
    original_start: (
        str  # names the occurrence in its series: UTC "20261127T090000Z" or date "20261127"; "" if no series
    )
    start: datetime | date  # aware; a date for an all-day event
    end: datetime | date | None
    zone: str  # IANA name of the place in whose time it was written down; "" where it names none: the calendar's counts
    status: EventStatus = EventStatus.CONFIRMED
    title: str | None = None
    location: str | None = None
    description: str | None = None  # text or HTML, as the provider gives it
    created_at: datetime | None = None  # when it was booked, where the provider tells
    revision: str = ""  # etag, change key or hash: equal means unchanged
    series_id: str = ""  # the provider's id of the series it belongs to; "" if none
    zone_guessed: bool = False  # the feed named no zone that is known: the one of the calendar was taken


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed after a cursor.

    ``complete`` says that ``events`` is everything in the window: whatever else is known of the window is gone. No
    provider sends tombstones on a full list, so the difference is taken by whoever keeps the events.
    ``complete_series`` says the same of single series, and what of one is not in ``events`` is gone: that an occurrence
    was deleted, Outlook tells by sending the rest of its series again.
    """

    events: Sequence[FeedEvent]
    removed: frozenset[str]  # ids of events (occurrences) that are gone
    cursor: str  # opaque, to be stored in the transaction that stores the events
    complete: bool
    removed_series: frozenset[str] = frozenset()  # UIDs or series ids of which every occurrence is gone
    complete_series: frozenset[str] = frozenset()  # series ids of which every occurrence in the window is in ``events``
    listed: Window | None = None  # of a complete list: the time it covers, where that is more than was asked for
    poll_after: timedelta | None = None  # how often the provider wants to be asked at the most
    unreadable: int = 0  # events and series of a complete list that make no sense, and are not in ``events``


@dataclass(frozen=True, slots=True)
class Channel:
    """A push channel as the provider opened it."""

    channel_id: str
    resource_id: str  # the provider's name of it, needed to stop it
    expires_at: datetime
    validated: bool = True  # the provider has reached the address; False: its first message over the channel will tell


class Retitled(Enum):
    """What came of giving an event another title."""

    DONE = auto()  # it has that title now
    GONE = auto()  # the event is not there any more
    CHANGED = auto()  # somebody wrote to it at this very moment: nothing was written
    GUESTS = auto()  # it has guests, and its provider would write to them
    READ_ONLY = auto()  # this user may only look at this calendar
    REFUSED = auto()  # the provider does not take it, or it cannot be written without touching more than the title


#: Makes of a title the one that an event is to have.
Title = Callable[[str], str]


class FeedSession(Protocol):
    """The calendars that one connection opens; one worker at a time uses it."""

    @property
    def secret(self) -> bytes:
        """What to keep from now on: providers rotate refresh tokens. Compared with what was handed in."""
        ...

    async def calendars(self) -> Sequence[RemoteCalendar]:
        """The calendars that can be chosen."""
        ...

    async def changes(self, calendar_id: str, cursor: str | None, window: Window) -> Changes:
        """What changed after ``cursor``; everything in ``window`` where there is none. Raises ``FeedError``.

        A cursor that was made for another window than ``window`` may be answered by a complete list.
        """
        ...

    async def reread(self, calendar_id: str, event_id: str) -> FeedEvent | None:
        """One event as it is now, or None where it is gone; asked just before a reminder of it leaves."""
        ...

    async def retitle(self, calendar_id: str, event_id: str, title: Title) -> Retitled:
        """Give one occurrence the title that ``title`` makes of its own, and change nothing else.

        No guest is written to, no other occurrence of its series is touched, and what somebody else writes at the same
        moment is not lost. Raises ``FeedError`` where the provider does not answer, or refuses the whole connection.
        """
        ...

    async def watch(self, calendar_id: str, channel_id: str, address: str, token: str) -> Channel | None:
        """Open a push channel to an https address; None where this provider has none."""
        ...

    async def renew(self, calendar_id: str, channel: Channel, address: str, token: str) -> Channel:
        """Keep a channel open for longer: the same one, or a new one in its place."""
        ...

    async def stop(self, channel: Channel) -> None:
        """Close a channel; one that is unknown by now is fine."""
        ...

    async def close(self) -> None:
        """Free what the session holds; the consent stays."""
        ...


class CalendarFeed(Protocol):
    """One kind of calendar."""

    provider: Provider
    rereads: bool  # ``reread`` is one cheap request; where not, a fresh ``changes`` stands in for it

    def open(self, secret: bytes) -> FeedSession:
        """A session with what a consent gave: tokens, or address and password; ``FeedError`` for nonsense."""
        ...


@dataclass(frozen=True, slots=True)
class Begun:
    """A consent that was asked for."""

    url: str  # where the owner is sent
    state: str  # comes back with the answer, and names ``kept``
    kept: bytes  # PKCE verifier and the like, to be kept on the server (encrypted), used once


@dataclass(frozen=True, slots=True)
class Granted:
    """A consent that was given."""

    secret: bytes  # what ``CalendarFeed.open`` takes
    subject: str  # the provider's stable name of the user
    label: str  # how the owner recognises it: usually the address
    scopes: frozenset[str] = field(default_factory=frozenset)
    writes: bool = False  # they are enough to give events another title


class Consent(Protocol):
    """The authorisation pages of a provider (OAuth 2.0 code flow with PKCE, RFC 7636)."""

    provider: Provider

    async def begin(self, redirect_uri: str, *, writes: bool = False) -> Begun:
        """Ask for read access, and only where it ``writes`` for more."""
        ...

    async def complete(self, kept: bytes, redirect_uri: str, answer: Mapping[str, str]) -> Granted:
        """Take the answer that came to ``redirect_uri``; ``FeedError`` where the owner refused or left a scope out."""
        ...

    async def revoke(self, secret: bytes) -> None:
        """Give the access back to the provider, as far as it offers that."""
        ...
