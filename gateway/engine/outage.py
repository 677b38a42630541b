"""Tells once that the database fails, and once that it is back: an outage is one event, not a line for each unit."""

import logging
from time import monotonic

log = logging.getLogger(__name__)

#: So long nothing more is told of failures that come and go, as on a disk with hardly any room.
QUIET_S = 60.0


class Outage:
    """What was told of the database by those who write, or by those who read: a full disk can still be read."""

    def __init__(self, name: str) -> None:
        """``name``: who tells. Where two threads share it, a line more does no harm."""
        self._name = name
        self._failed = 0  # units since the last that went through
        self._told = False
        self._told_at = -QUIET_S

    def fails(self, units: int, why: str) -> None:
        """So many units were not committed."""
        self._failed += units
        if self._told or monotonic() < self._told_at + QUIET_S:
            return
        self._told, self._told_at = True, monotonic()
        log.error("%s: %s; what needs it is put off or refused until it is back", self._name, why)

    def works(self) -> None:
        """A group went through."""
        if self._failed and self._told:
            log.warning("%s: the database is back; meanwhile %d units of work failed", self._name, self._failed)
        self._failed, self._told = 0, False
