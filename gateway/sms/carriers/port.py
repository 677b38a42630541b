"""The port that every carrier stands behind."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gateway.sms.words import Alphabet, MessageState
from plans.words import MessageClass, Reason


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One SMS as a carrier needs it."""

    reference: str  # ours, stable over retries: a carrier that can, deduplicates on it
    recipient: str  # E.164
    display: str | None  # sender ID; None leaves the carrier's own number
    body: str
    alphabet: Alphabet
    parts: int
    message_class: MessageClass


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier answered for it; receipts will name ``carrier_ref``."""

    carrier_ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier said no for good: the message fails and its units go back."""

    code: str  # the carrier's own, kept raw
    reason: Reason


@dataclass(frozen=True, slots=True)
class NotSent:
    """It surely did not leave (no link, throttled): trying again is safe."""

    code: str
    retry_after_s: float | None = None  # None: our own back-off


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It was handed over and never answered for: nobody can know whether it left."""

    code: str


Outcome = Taken | Refused | NotSent | InDoubt


@dataclass(frozen=True, slots=True)
class Receipt:
    """News from the network about one SMS."""

    carrier_ref: str
    state: MessageState  # DELIVERED, FAILED or EXPIRED
    code: str
    at: datetime


#: Commits a batch of receipts; the carrier acknowledges them only after it returned.
ReceiptSink = Callable[[Sequence[Receipt]], Awaitable[None]]


class Carrier(Protocol):
    """Hands SMS to a network. ``send`` never raises for what a network can do: every outcome is a value."""

    name: str
    deduplicates: bool  # sending one reference twice is one SMS: a crash between send and answer may resend
    validity: timedelta  # how long the network goes on trying: what was not delivered by then never will be

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Hand over one SMS; many calls may be under way at once."""
        ...

    async def collect_receipts(self, sink: ReceiptSink) -> int:
        """Pass what receipts are there to ``sink``, acknowledge them after it returned, and say how many."""
        ...
