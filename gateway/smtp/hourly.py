"""How many letters an hour go to one address: what is too many waits for the next hour, and nothing is lost."""

from collections import Counter
from datetime import datetime

from gateway.engine.clock import Clock


class Hourly:
    """Counts the letters of this hour."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._most = most
        self._sent: Counter[str] = Counter()
        self._hour: datetime | None = None

    def is_flood(self, address: str) -> bool:
        """Whether the address had its letters of this hour."""
        hour = self._clock.now().replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour = hour
            self._sent.clear()
        return self._sent[address] >= self._most

    def count(self, address: str) -> None:
        """One more was sent."""
        self._sent[address] += 1
