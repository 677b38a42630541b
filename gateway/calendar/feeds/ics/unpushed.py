"""What sessions on published files and on CalDAV servers have in common: what they stand on, and that nobody pushes."""

from collections.abc import Callable
from datetime import datetime, timedelta

from gateway.calendar.feeds.ics.fetching import Fetcher
from gateway.calendar.feeds.ics.reading import CalendarReader
from gateway.calendar.feeds.port import Channel, Window

#: Where an event is looked for just before its reminder leaves: none goes out longer before, be it that a rule asks for
#: as much as it may and all days but one of the week are closed.
AHEAD = timedelta(days=70)
_BEHIND = timedelta(days=2)


class Unpushed:
    """A session that shares its connections with others, on a server that tells nobody of changes."""

    def __init__(self, fetcher: Fetcher, reader: CalendarReader, now: Callable[[], datetime], secret: bytes) -> None:
        self.secret = secret
        self._fetcher = fetcher
        self._reader = reader
        self._now = now

    async def watch(self, calendar_id: str, channel_id: str, address: str, token: str) -> Channel | None:
        """There is no push that such servers agree on."""
        del calendar_id, channel_id, address, token
        return None

    async def renew(self, calendar_id: str, channel: Channel, address: str, token: str) -> Channel:
        """There are no channels."""
        del calendar_id, address, token
        return channel

    async def stop(self, channel: Channel) -> None:
        """There are no channels."""

    async def close(self) -> None:
        """Connections are shared with other sessions."""

    def _lookout(self) -> Window:
        return Window(self._now() - _BEHIND, self._now() + AHEAD)
