"""What waits for the database threads."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.engine.outage import Outage

GROUP_LIMIT = 256


@dataclass(slots=True, eq=False)
class Work:
    """One unit waiting for its group: ``many`` units of one function are run as one call over all their items."""

    unit: Callable[..., Any]
    future: "asyncio.Future[Any]"
    many: bool = False
    item: Any = None
    wakes: tuple[str, ...] = ()
    result: Any = None
    error: BaseException | None = None


class Inbox:
    """The queue in front of the database threads, with a fast lane for claims and finishes.

    Without the fast lane, intake under load makes finishing wait behind it, and everything slows down together.
    ``put``, ``ring`` and ``leave`` are for the thread of the event loop, ``take`` is for the others.
    """

    def __init__(self, name: str, threads: int) -> None:
        """``threads`` is how many take from it."""
        self.name = name
        self.outage = Outage(name)
        self._urgent: deque[Work] = deque()
        self._normal: deque[Work] = deque()
        self._changed = threading.Condition()
        self._idle = threads
        self._rung = False  # there is work, and a thread shall take it
        self.in_a_hurry = False  # not all of it may wait for company
        self.closed = False

    def put(self, work: Work, *, urgent: bool, at_once: bool = False) -> None:
        """Hand in a unit, to be taken at the next ring; one ``at_once`` waits for no company."""
        (self._urgent if urgent else self._normal).append(work)
        self.in_a_hurry = self.in_a_hurry or at_once

    def __len__(self) -> int:
        return len(self._urgent) + len(self._normal)

    def ring(self) -> None:
        """Call an idle thread, if there is one, and work for it."""
        with self._changed:
            if len(self) and self._idle > 0:
                self._rung = True
                self._changed.notify()

    def take(self) -> list[Work]:
        """Wait for the next group; empty means closed and nothing left."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung or self.closed)
            urgent = [*_off(self._urgent, GROUP_LIMIT)]
            # last, so that a claim sees what was handed in beside it, and takes no whole batch before that
            group = [*_off(self._normal, GROUP_LIMIT - len(urgent)), *urgent]
            self._idle -= 1
            self.in_a_hurry = False
            self._rung = len(self) > 0
            if self._rung:
                self._changed.notify()  # what is left over is for another thread, where there is one
            return group

    def leave(self) -> None:
        """Say that a group is answered: its thread is free for the next."""
        with self._changed:
            self._idle += 1

    def close(self) -> None:
        """Take nothing more; what was handed in is still worked off."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()


def _off(lane: deque[Work], most: int) -> Iterator[Work]:
    while lane and most > 0:
        most -= 1
        yield lane.popleft()
