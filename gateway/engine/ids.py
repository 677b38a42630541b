"""Time-ordered 63-bit identifiers, made in the application so that no database has to hand them out."""

import threading
from datetime import UTC, datetime, timedelta

from gateway.engine.clock import Clock

_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NODE_BITS = 10
_SEQUENCE_BITS = 12
_LAST_OF_SEQUENCE = (1 << _SEQUENCE_BITS) - 1
NODES = 1 << _NODE_BITS
#: From here on an identifier has more than 63 bits.
END = _EPOCH + (1 << 41) * _MILLISECOND


class Ids:
    """A source of identifiers: 41 bits of milliseconds, 10 bits of node, 12 bits of sequence.

    ``node`` must be held by one running process at a time. Identifiers of one source always rise, also when the
    clock is set back or more than 4,096 are drawn in a millisecond: the millisecond is then borrowed from the future.
    """

    def __init__(self, clock: Clock, node: int) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0
        self.move_to(node)

    def move_to(self, node: int) -> None:
        """Go on under another node number; ``ValueError`` where it does not fit."""
        if not 0 <= node < NODES:
            raise ValueError(f"a node is 0 to {NODES - 1}, not {node}")
        with self._lock:
            self.node = node
            self._last |= _LAST_OF_SEQUENCE  # on to the next millisecond, or a lower node would go back

    def begin_after(self, instant: datetime) -> None:
        """Give none out that could have been drawn up to ``instant``."""
        with self._lock:
            self._last = max(self._last, _millisecond(instant) << _SEQUENCE_BITS | _LAST_OF_SEQUENCE)

    def reached(self) -> datetime:
        """The instant that identifiers have come to: the clock's, or a later one where it was set back."""
        return max(self._clock.now(), _EPOCH + (self._last >> _SEQUENCE_BITS) * _MILLISECOND)

    def __call__(self) -> int:
        """The next identifier; safe from any thread."""
        first, node = self._draw(1)
        return _identifier(first, node)

    def many(self, count: int) -> list[int]:
        """The next identifiers, in their order; safe from any thread."""
        first, node = self._draw(count)
        return [_identifier(tick, node) for tick in range(first, first + count)]

    def _draw(self, count: int) -> tuple[int, int]:
        """The first of ``count`` ticks that nobody else has, and the node."""
        millisecond = _millisecond(self._clock.now())
        with self._lock:
            first = max(self._last + 1, millisecond << _SEQUENCE_BITS)
            self._last = first + count - 1
            return first, self.node


def _identifier(tick: int, node: int) -> int:
    return (tick >> _SEQUENCE_BITS << _NODE_BITS | node) << _SEQUENCE_BITS | tick & _LAST_OF_SEQUENCE


def _millisecond(instant: datetime) -> int:
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000  # twice as fast as a division
