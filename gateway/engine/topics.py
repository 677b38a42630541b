"""What waiters are woken by: a wake-up is for each of them, also for one that is at work when it comes."""

import asyncio
import contextlib

from sqlalchemy import Connection

_KEY = "topics woken"


class Topic:
    """Something that there may be work for; who waits for it is told of every wake-up, at the latest when asking."""

    def __init__(self) -> None:
        self._times = 0  # it was woken
        self._known: dict[str, int] = {}  # to each waiter, how many of them
        self._next = asyncio.Event()

    def wake(self) -> None:
        """Let all go on that wait, and those at work look once more."""
        self._times += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, who: str, timeout_s: float) -> None:
        """Return as soon as it was woken since the last call of ``who``, or after ``timeout_s``."""
        if self._known.get(who, 0) == self._times:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._next.wait(), timeout_s)
        self._known[who] = self._times


def wake_after(connection: Connection, topic: str) -> None:
    """Wake a topic once this transaction is on disk: whoever enters work says so where it is entered."""
    connection.info.setdefault(_KEY, set()).add(topic)


def to_be_woken(connection: Connection) -> set[str]:
    """What the transaction wakes, so far; asked again, only what came since."""
    found: set[str] = connection.info.pop(_KEY, set())
    return found
