"""How one carrier wants to be spoken to: where, as whom, and which of SMPP's many ways of saying the same."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from gateway.sms.carriers.smpp.pdus import NO_ADDRESS, Address


class Mode(StrEnum):
    """Which sessions are bound."""

    TRANSCEIVER = "transceiver"
    SEPARATE = "separate"  # a transmitter and a receiver
    TRANSMITTER = "transmitter"  # receipts and answers come another way, or not at all
    RECEIVER = "receiver"  # only for what people send


class Default(StrEnum):
    """What the carrier reads data_coding 0 as."""

    GSM = "gsm"
    LATIN1 = "latin1"
    ASCII = "ascii"


class LongMessages(StrEnum):
    """How a message of several parts travels."""

    UDH = "udh"  # a header of six octets in each: what every carrier knows
    SAR = "sar"  # TLVs in each
    PAYLOAD = "payload"  # whole: the carrier cuts it


class MessageIds(StrEnum):
    """How the message_id of a receipt becomes the one that the submit_sm was answered with."""

    AS_IS = "as_is"
    HEX_TO_DECIMAL = "hex_to_decimal"
    DECIMAL_TO_HEX = "decimal_to_hex"
    STRIP_ZEROS = "strip_zeros"


class Validity(StrEnum):
    """How validity_period is written (SMPP 3.4, 7.1.1)."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS towards the carrier; its certificate is always checked."""

    ca: Path | None = None  # PEM; None: what the machine trusts
    certificate: Path | None = None  # ours, PEM, where the carrier wants to see one
    key: Path | None = None
    server_name: str | None = None  # in the carrier's certificate; None: the host


@dataclass(frozen=True, slots=True)
class Timing:
    """How long is waited for what, in seconds, and how much goes at once."""

    window: int = 10  # submit_sm without an answer, on one session
    rate_per_s: float | None = None
    throttled_s: float = 1.0  # the window stays closed for so long, doubled where that does not help
    connect_s: float = 10.0  # TCP, TLS and bind, each
    enquire_link_s: float = 25.0  # of silence; carriers are met that hang up after 30
    response_s: float = 30.0
    queue_s: float = 10.0  # for room in the window
    drain_s: float = 30.0
    first_pause_s: float = 1.0  # between two attempts to connect, doubled each time
    longest_pause_s: float = 60.0
    refused_pause_s: float = 900.0  # after a bind that was refused: somebody must look at it


@dataclass(frozen=True, slots=True)
class Codings:
    """Values of data_coding (SMPP 3.4, 5.2.19)."""

    default: Default = Default.GSM
    latin1: int | None = 3  # None: the carrier does not take it
    ucs2: int = 8
    gsm: int | None = None  # septets in spite of another default, where the carrier has a number for them


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """One account at one carrier."""

    name: str
    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    service_type: str = ""
    mode: Mode = Mode.TRANSCEIVER
    sessions: int = 1  # bound at the same time, each with its own window
    tls: Tls | None = None
    timing: Timing = field(default_factory=Timing)
    codings: Codings = field(default_factory=Codings)
    long_messages: LongMessages = LongMessages.UDH
    message_ids: MessageIds = MessageIds.AS_IS
    validity: Validity = Validity.ABSOLUTE
    tries_for: timedelta = timedelta(days=2)  # how long the carrier tries where it is not told
    user_message_reference: bool = True
    source: Address = NO_ADDRESS  # shown where a message brings no sender of its own
    range: Address = NO_ADDRESS  # the numbers whose messages a receiver wants; empty: all of the account
