"""When a calendar is polled next: jittered, within what its provider allows, later and later where it cannot be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from gateway.calendar.feeds.port import FeedError, Window
from gateway.calendar.words import FeedFault, Provider

#: How far back a list reaches: an appointment of this morning may still be moved to tonight.
_BEHIND = timedelta(days=1)

#: How far ahead beyond the longest offset: it is what a nightly list adds day by day.
AHEAD = timedelta(days=35)

#: A file that wants to be asked for once a week would tell of an appointment when it is over.
_SELDOM = timedelta(hours=6)

_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=30)

#: What does not mend itself is tried again all the same: somebody may mend it without telling us.
MENDED = timedelta(hours=6)

#: Faults of the whole connection: nothing is read or sent until its owner agrees again.
OF_CONSENT = frozenset(
    {
        FeedFault.CONSENT_REVOKED,
        FeedFault.SCOPE_MISSING,
        FeedFault.ADMIN_CONSENT,
        FeedFault.CREDENTIALS_WRONG,
    }
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often each kind of calendar is polled."""

    google: timedelta = timedelta(minutes=15)
    outlook: timedelta = timedelta(minutes=15)
    caldav: timedelta = timedelta(minutes=15)
    ics: timedelta = timedelta(minutes=15)
    with_push: timedelta = timedelta(hours=6)  # as the safety net of a push channel
    relist: timedelta = timedelta(days=1)  # a list of everything moves the window on

    def interval(self, provider: Provider, *, pushed: bool, at_most: timedelta | None = None) -> timedelta:
        """How long to wait between two polls; ``at_most``: how often the provider wants to be asked, within reason."""
        usual: timedelta = self.with_push if pushed else getattr(self, provider.value)
        return max(usual, min(at_most or usual, _SELDOM))


def window_at(now: datetime, longest_offset: timedelta) -> Window:
    """The time whose events are wanted."""
    return Window(now - _BEHIND, now + longest_offset + AHEAD)


def next_poll(now: datetime, calendar_id: int, interval: timedelta) -> datetime:
    """The instant of the next poll: ten percent sooner or later, so that calendars do not come together."""
    return now + interval * (0.9 + 0.2 * _chance(calendar_id, now))


def next_relist(now: datetime, calendar_id: int, every: timedelta) -> datetime:
    """When everything is listed anew, each calendar at an hour of its own."""
    return now + every * (0.75 + 0.5 * _chance(calendar_id, now))


def after_failure(now: datetime, calendar_id: int, error: FeedError, failures: int) -> datetime:
    """When to try again after so many failures in a row: as the provider said, else later and later."""
    if error.retry_after is not None:
        return now + min(max(error.retry_after, timedelta(seconds=1)), MENDED) * (1 + 0.1 * _chance(calendar_id, now))
    if error.permanent:
        return next_poll(now, calendar_id, MENDED)
    pause: timedelta = min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
    return now + pause * (0.75 + 0.5 * _chance(calendar_id, now))


def _chance(calendar_id: int, now: datetime) -> float:
    """A number from 0 to 1 that looks like chance and is not: a test can know it."""
    digest = blake2b(f"{calendar_id} {now.isoformat()}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32
