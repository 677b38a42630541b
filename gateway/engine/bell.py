"""When the database threads are called: with those who come together, and not while the last group is worked off.

Those who were answered together ask again together. To begin with the first of them makes many small groups, and two
threads that want Python's lock at the same time cost each other more than both of them cost in turn.
"""

import asyncio
from collections.abc import Sequence

from gateway.engine.inbox import Inbox

#: Units wait for company until so many turns of the event loop brought nothing new, and no longer than this.
QUIET_TURNS = 12
GATHER_S = 0.01


class Bell:
    """Rings for the inboxes of one event loop."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, inboxes: Sequence[Inbox], *, gather_s: float = GATHER_S
    ) -> None:
        self._loop = loop
        self._inboxes = inboxes
        self._gather_s = gather_s
        self._gathering = False
        self._until = 0.0
        self._quiet_turns = 0

    def expect_more(self) -> None:
        """Let what waits wait for company a little longer: what goes on just now is likely to bring some."""
        self._quiet_turns = 0

    def gather(self) -> None:
        """Ring soon, for there is work."""
        self._quiet_turns = 0
        if not self._gathering:
            self._gathering = True
            self._until = self._loop.time() + self._gather_s
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._quiet_turns += 1
        if self._is_worth_waiting():
            self._loop.call_soon(self._turn)
            return
        self._gathering = False
        for inbox in self._inboxes:
            inbox.ring()

    def _is_worth_waiting(self) -> bool:
        if any(inbox.in_a_hurry for inbox in self._inboxes):
            return False
        return self._quiet_turns < QUIET_TURNS and self._loop.time() < self._until
