"""Reading iCalendar in a process of its own, so that no feed can hang, starve or crash the service."""

import json
from collections.abc import Sequence

from gateway.calendar.feeds.ics.wire import Expanded, from_words
from gateway.calendar.feeds.port import FeedError, Window
from gateway.calendar.words import FeedFault
from gateway.engine.capped import CappedProcesses, Caps

CAPS = Caps(seconds=5.0, memory=768 * 1024 * 1024)


class CalendarReader:
    """One reading process for all feeds; a text that ends two of them is unreadable."""

    def __init__(self, caps: Caps = CAPS) -> None:
        self._processes = CappedProcesses("gateway.calendar.feeds.ics.reader", 1, caps)

    async def read(self, texts: Sequence[bytes], window: Window, zone: str) -> list[Expanded]:
        """The occurrences in ``window``, text by text; raises ``FeedError`` for the first that is refused."""
        asked = {"start": window.start.isoformat(), "end": window.end.isoformat(), "zone": zone}
        head = json.dumps(asked).encode("ascii") + b"\n"
        return [_found(each) for each in await self._processes.ask([head + text for text in texts])]

    async def close(self) -> None:
        """End the process."""
        await self._processes.close()


def _found(answer: bytes | None) -> Expanded:
    if answer is None:
        raise FeedError(FeedFault.UNREADABLE, "limits")
    words = json.loads(answer)
    if "fault" in words:
        raise FeedError(FeedFault(words["fault"]), words["detail"])
    return from_words(words)
