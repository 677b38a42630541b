"""How many submit_sm may be without an answer: a window that a throttling carrier closes and patience opens again."""

import asyncio
from collections import deque

_LONGEST_PAUSE_S = 30.0


class Window:
    """Gives out at most ``size`` places, in the order of asking.

    When the carrier throttles, no place is given out for a while (doubled where it does not help), and then half as
    many as before; each answer that is well widens it again by its share of one (additive increase, multiplicative
    decrease). ``rate_per_s`` spaces places out in time.
    """

    def __init__(self, size: int, rate_per_s: float | None = None, first_pause_s: float = 1.0) -> None:
        self._loop = asyncio.get_running_loop()
        self._size = size
        self._limit = float(size)
        self._spacing_s = 1 / rate_per_s if rate_per_s else 0.0
        self._opens_at = 0.0  # by the loop's clock
        self._first_pause_s = self._pause_s = first_pause_s
        self._given = 0  # places since the beginning: each is known by its number
        self._taken = 0
        self._cut_at = 0  # places up to this one were given before the last throttling
        self._waiting: deque[asyncio.Future[int | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def taken(self) -> int:
        """Places that are not given back."""
        return self._taken

    @property
    def limit(self) -> int:
        """Places that are given out at most just now."""
        return int(self._limit)

    def take_at_once(self) -> int | None:
        """A place, known by its number from 1 on, where there is one and nobody waits for it."""
        return self._give() if not self._waiting and self._is_open() else None

    async def take(self, patience_s: float) -> int | None:
        """A place as soon as there is one; None when none came in time or the window closed."""
        if at_once := self.take_at_once():
            return at_once
        place: asyncio.Future[int | None] = self._loop.create_future()
        self._waiting.append(place)
        self._serve()
        expiry = self._loop.call_later(patience_s, _refuse, place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and (given := place.result()) is not None:
                self.give_back(given)
            raise
        finally:
            expiry.cancel()

    def give_back(self, place: int) -> None:
        """The answer came, or will never come."""
        if place > self._cut_at:
            self._pause_s = self._first_pause_s
            if self._limit < self._size:
                self._limit = min(float(self._size), self._limit + 1 / self._limit)
        self._free()

    def throttle(self, place: int) -> None:
        """The answer was that this is too fast. What was under way with it is told the same, and counts once."""
        if place > self._cut_at:
            self._cut_at = self._given
            self._limit = max(1.0, self._limit / 2)
            self._opens_at = self._loop.time() + self._pause_s
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
        self._free()

    def close(self) -> None:
        """Give out no more; whoever waits is told so."""
        self._closed = True
        if self._timer:
            self._timer.cancel()
        while self._waiting:
            _refuse(self._waiting.popleft())

    async def idle(self) -> None:
        """Until every place is given back."""
        await self._idle.wait()

    def _is_open(self) -> bool:
        if self._closed or self._taken >= int(self._limit):
            return False
        return not self._opens_at or self._loop.time() >= self._opens_at

    def _give(self) -> int:
        if self._spacing_s:
            self._opens_at = self._loop.time() + self._spacing_s
        if not self._taken:
            self._idle.clear()
        self._taken += 1
        self._given += 1
        return self._given

    def _free(self) -> None:
        self._taken -= 1
        if not self._taken:
            self._idle.set()
        if self._waiting:
            self._serve()

    def _serve(self) -> None:
        """Give what is free to whoever has waited longest."""
        while self._waiting and (self._waiting[0].done() or self._is_open()):
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(self._give())
        if self._closed:
            self.close()
        elif self._waiting and not self._timer and self._opens_at > self._loop.time():
            self._timer = self._loop.call_at(self._opens_at, self._try_again)

    def _try_again(self) -> None:
        self._timer = None
        self._serve()


def _refuse(place: "asyncio.Future[int | None]") -> None:
    if not place.done():
        place.set_result(None)
