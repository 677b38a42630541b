"""What published files and CalDAV share: an HTTP client, an XML parser and a reading process, loaded at the first use.

Together they take a good part of the memory of an idle service, and many services read neither.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.calendar.feeds.port import CalendarFeed, FeedSession
from gateway.calendar.words import Provider


class IcsFeeds:
    """The feeds of both kinds."""

    def __init__(self, private: Collection[str], now: Callable[[], datetime]) -> None:
        """``private``: "host:port" of servers of our own that may be asked all the same."""
        self._private = private
        self._now = now
        self._loaded: _Loaded | None = None
        self.feeds: Mapping[Provider, CalendarFeed] = {
            Provider.ICS: _Late(Provider.ICS, rereads=False, load=self._load),
            Provider.CALDAV: _Late(Provider.CALDAV, rereads=True, load=self._load),
        }

    async def close(self) -> None:
        """End connections and the reading process, where there are any."""
        loaded, self._loaded = self._loaded, None
        if loaded:
            await loaded.close()

    def _load(self, provider: Provider) -> CalendarFeed:
        self._loaded = self._loaded or _Loaded(self._private, self._now)
        return self._loaded.feeds[provider]


@dataclass(slots=True)
class _Late:
    """A feed whose libraries are loaded when it is opened."""

    provider: Provider
    rereads: bool = field(kw_only=True)
    load: Callable[[Provider], CalendarFeed] = field(kw_only=True)

    def open(self, secret: bytes) -> FeedSession:
        """As the feed itself does."""
        return self.load(self.provider).open(secret)


class _Loaded:
    """The feeds with all that they stand on."""

    def __init__(self, private: Collection[str], now: Callable[[], datetime]) -> None:
        from gateway.calendar.feeds.ics.addresses import Gate
        from gateway.calendar.feeds.ics.caldav import CalDavFeed
        from gateway.calendar.feeds.ics.feed import IcsFeed
        from gateway.calendar.feeds.ics.fetching import Fetcher
        from gateway.calendar.feeds.ics.reading import CalendarReader

        self._fetcher, self._reader = Fetcher(Gate(private)), CalendarReader()
        self.feeds: Mapping[Provider, CalendarFeed] = {
            Provider.ICS: IcsFeed(self._fetcher, self._reader, now),
            Provider.CALDAV: CalDavFeed(self._fetcher, self._reader, now),
        }

    async def close(self) -> None:
        await self._fetcher.close()
        await self._reader.close()
