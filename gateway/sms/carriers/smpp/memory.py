"""What a carrier remembers between two PDUs: parts that were taken, late answers, deliveries of a moment ago."""

import hashlib
from datetime import datetime, timedelta
from typing import TypeVar

from gateway.sms.carriers.smpp.pdus import ShortMessage

K = TypeVar("K")
V = TypeVar("V")

#: Of each kind; the oldest is forgotten first.
_MOST = 20_000

#: A carrier delivers again within this time; a person says the same again later.
_SAME_WITHIN = timedelta(minutes=5)


class Memory:
    """Lost in a crash, and sound without: what it adds is that less is sent twice, or left in doubt."""

    def __init__(self) -> None:
        self._taken: dict[str, dict[int, str]] = {}  # by our reference: what the carrier called each part
        self._late: dict[str, str] = {}  # our reference by the carrier's
        self._delivered: dict[str, tuple[str, datetime]] = {}  # key and time by content

    def taken(self, reference: str) -> dict[int, str]:
        """The parts of a message that were taken in an attempt that did not get through, by number from 1."""
        return self._taken.get(reference, {})

    def take(self, reference: str, number: int, carrier_ref: str) -> None:
        """A part was taken, though not all of its message was."""
        _put(self._taken, reference, {**self.taken(reference), number: carrier_ref})

    def answered_late(self, reference: str, number: int, carrier_ref: str) -> None:
        """A part that was given up was taken after all: it is not sent again, and its receipt is known."""
        self.take(reference, number, carrier_ref)
        _put(self._late, carrier_ref, reference)

    def settle(self, reference: str) -> None:
        """The whole message was taken."""
        self._taken.pop(reference, None)

    def reference(self, carrier_ref: str) -> str | None:
        """Our reference for a receipt whose part was answered for too late."""
        return self._late.get(carrier_ref)

    def key_of(self, message: ShortMessage, now: datetime) -> str:
        """A name for what somebody sent, which SMPP has none for.

        The same content within minutes is the carrier delivering again what it saw no answer for, and gets the same
        name; so does, by the clock alone, what comes again after a restart.
        """
        digest = hashlib.sha256(
            b"\0".join(
                (
                    message.source.digits.encode(),
                    message.destination.digits.encode(),
                    bytes((message.esm_class, message.data_coding)),
                    message.content,
                    repr(sorted(message.tlvs.items())).encode(),
                )
            )
        ).hexdigest()[:40]
        key, at = self._delivered.get(digest, ("", now))
        if not key or now - at > _SAME_WITHIN:
            key = f"{digest}-{int(now.timestamp() // _SAME_WITHIN.total_seconds())}"
            _put(self._delivered, digest, (key, now))
        return key


def _put(kept: dict[K, V], key: K, value: V) -> None:
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > _MOST:
        del kept[next(iter(kept))]
