"""The port that every carrier stands behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, runtime_checkable

from gateway.sms.words import Alphabet, MessageState
from plans.words import MessageClass, Reason

#: How long a carrier may take to answer for a batch: what is recorded must lie within the lease of its messages.
PATIENCE = timedelta(seconds=45)


class OutgoingSms(NamedTuple):
    """One SMS as a carrier needs it."""

    reference: str  # ours, stable over retries: a carrier that can, deduplicates on it
    recipient: str  # E.164
    display: str | None  # sender ID; None leaves the carrier's own number
    body: str
    alphabet: Alphabet
    parts: int  # the texts of the parts: ``segments.cut``
    message_class: MessageClass
    useless_after: datetime | None = None  # what was not delivered by then must not be any more


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier answered for it; receipts will name ``carrier_ref``."""

    carrier_ref: str
    more_refs: tuple[str, ...] = ()  # those of the second part and the next, where each part has its own receipt


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
    throttled: bool = False  # the carrier is well and wants less at a time: no attempt is used up


@dataclass(frozen=True, slots=True)
class InDoubt:
    """It was handed over and never answered for: nobody can know whether it left."""

    code: str


Outcome = Taken | Refused | NotSent | InDoubt


class Receipt(NamedTuple):
    """News from the network about one SMS."""

    carrier_ref: str
    state: MessageState  # DELIVERED, FAILED or EXPIRED
    code: str
    at: datetime
    reference: str | None = None  # ours, where the network gives it back
    recipient: str | None = None  # E.164: whose phone it is about, where it says so
    echo: int | None = None  # of ``echo.echo_of``, where the network gives it back


@dataclass(frozen=True, slots=True)
class Piece:
    """Which part of a longer SMS this is (3GPP TS 23.040, 9.2.3.24.1)."""

    group: int  # the same in all parts of one SMS
    count: int
    number: int  # from 1


@dataclass(frozen=True, slots=True)
class InboundSms:
    """An SMS that somebody sent to us, or one part of it."""

    key: str  # the carrier's own name of it, at most 80 characters: the same twice is one SMS
    sender: str  # as the carrier writes it: E.164 with or without "+", or an alphanumeric sender
    recipient: str  # our number or short code, as the carrier writes it
    text: str
    at: datetime
    piece: Piece | None = None


#: How long an inbox knows an SMS again by its name: carriers deliver again for a day (one: 24 h, another: 12 h).
KNOWN_AGAIN = timedelta(days=7)


class Inbox(Protocol):
    """Where a carrier hands in what comes from the network.

    Both return when it is on disk, and only then is it acknowledged. What was not kept comes again; what comes twice
    counts once.
    """

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Take in news about what was sent."""
        ...

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        """Take in what people sent."""
        ...


class Carrier(Protocol):
    """Hands SMS to a network. ``send`` never raises for what a network can do: every outcome is a value."""

    name: str
    deduplicates: bool  # sending one reference twice is one SMS: a crash between send and answer may resend
    at_once: int  # how many it can work on: as many as that, and no more, may be in doubt after a crash
    validity: timedelta  # how long the network goes on trying: what was not delivered by then never will be

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Hand over one SMS; many calls may be under way at once."""
        ...

    async def collect(self, inbox: Inbox) -> int:
        """Hand in what waits to be fetched, and say how many; 0 where everything comes by itself."""
        ...

    async def run(self, inbox: Inbox) -> None:
        """Keep the links up and hand in what comes over them, until ``close``; returns at once where there is none."""
        ...

    async def close(self) -> None:
        """Take nothing more, wait for the answers that are due, and end the links."""
        ...


@dataclass(frozen=True, slots=True)
class LinkReport:
    """How one link of a carrier is."""

    bind: str  # what it is for
    state: str
    why: str  # it is not bound; empty where nothing is known
    for_s: float  # how long it has been bound, or has not
    failure: str  # the last, empty where there was none
    failed_s: float  # how long ago that was
    taken: int  # places of its window in use
    window: int  # places that are given out just now


@runtime_checkable
class Linked(Protocol):
    """A carrier that has links to keep up."""

    name: str

    def links(self) -> Sequence[LinkReport]:
        """How each of them is."""
        ...
