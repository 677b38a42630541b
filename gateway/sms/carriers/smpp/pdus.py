"""The bodies of the PDUs that a client sends or gets (SMPP 3.4, chapter 4), each read and written in one place."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Self

from gateway.sms.carriers.smpp.fields import LONGEST_STRING, NO_TLVS, Malformed, Reader, TLVs, string, tlvs
from gateway.sms.carriers.smpp.words import Status, Tag

#: As much as short_message holds (5.2.22); more goes into message_payload.
LONGEST_BODY = 254

VERSION = 0x34

#: What a message begins with, all in one look, for thousands come: a string, and two addresses.
_STRING = rb"([^\0]{0,%d})\0" % (LONGEST_STRING - 1)
_OPENING = _STRING + (rb"(..)" + _STRING) * 2

#: A submit_sm or deliver_sm up to its sm_length, and a data_sm up to its TLVs.
_SHORT_MESSAGE = re.compile(_OPENING + rb"(...)" + _STRING * 2 + rb"(.....)", re.DOTALL)
_DATA = re.compile(_OPENING + rb"(...)", re.DOTALL)


class Address(NamedTuple):
    """Who sends or gets a message."""

    ton: int
    npi: int
    digits: str


NO_ADDRESS = Address(0, 0, "")


@dataclass(frozen=True, slots=True)
class Bind:
    """What opens a session, whatever its direction (4.1). Peers are met that give out longer names than they should."""

    system_id: str
    password: str
    system_type: str = ""
    version: int = VERSION
    range: Address = NO_ADDRESS

    def encode(self) -> bytes:
        """As octets; ``ValueError`` for a value that is too long."""
        names = string(self.system_id, 65) + string(self.password, 65) + string(self.system_type, 65)
        return names + bytes((self.version, self.range.ton, self.range.npi)) + string(self.range.digits, 41)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """From octets, or ``Malformed``."""
        reader = Reader(body)
        names = (reader.text(), reader.text(), reader.text())
        return cls(*names, reader.octet(), _address(reader))


@dataclass(frozen=True, slots=True)
class Answer:
    """What answers a bind (``name`` is the system_id of the peer), a submit_sm, deliver_sm or data_sm (message_id)."""

    name: str = ""
    tlvs: TLVs = field(default_factory=dict)

    def encode(self) -> bytes:
        """As octets; ``ValueError`` for a value that is too long."""
        return string(self.name, 65) + tlvs(self.tlvs)

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """From octets, or ``Malformed``. With an error a body may be left out (4.4.2)."""
        if not body:
            return cls()
        reader = Reader(body)
        return cls(reader.text(), reader.tlvs())


class ShortMessage(NamedTuple):
    """A submit_sm (4.4.1), a deliver_sm (4.6.1) or a data_sm (4.7.1), which has fewer fields."""

    source: Address
    destination: Address
    body: bytes = b""  # short_message
    esm_class: int = 0
    data_coding: int = 0
    registered_delivery: int = 0
    validity: str = ""
    service_type: str = ""
    protocol: int = 0
    priority: int = 0
    schedule: str = ""
    replace: int = 0
    default_message: int = 0
    tlvs: TLVs = NO_TLVS

    @property
    def content(self) -> bytes:
        """The body, wherever it is."""
        return self.body or self.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")

    def encode(self) -> bytes:
        """As octets of a submit_sm or deliver_sm; ``ValueError`` for a value that is too long."""
        if len(self.body) > LONGEST_BODY:
            raise ValueError("a short_message that long goes into message_payload")
        ton, npi, digits = self.destination
        return b"%b%c%c%b%c%c%c%b%b%c%c%c%c%c%b%b" % (
            _opening(self.service_type, self.source),
            ton,
            npi,
            string(digits, 21),
            self.esm_class,
            self.protocol,
            self.priority,
            string(self.schedule, 17),
            string(self.validity, 17),
            self.registered_delivery,
            self.replace,
            self.data_coding,
            self.default_message,
            len(self.body),
            self.body,
            tlvs(self.tlvs),
        )

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """From the octets of a submit_sm or deliver_sm, or ``Malformed``."""
        found = _SHORT_MESSAGE.match(octets)
        if not found:
            raise Malformed(Status.INVALID_MESSAGE_LENGTH)
        service_type, source, source_digits, destination, digits, kind, schedule, validity, rest = found.groups()
        esm_class, protocol, priority = kind
        registered_delivery, replace, data_coding, default_message, length = rest
        begin, end = found.end(), found.end() + length
        if len(octets) < end:
            raise Malformed(Status.INVALID_MESSAGE_LENGTH)
        return cls(
            _read(source, source_digits),
            _read(destination, digits),
            octets[begin:end],
            esm_class,
            data_coding,
            registered_delivery,
            validity.decode("latin-1"),
            service_type.decode("latin-1"),
            protocol,
            priority,
            schedule.decode("latin-1"),
            replace,
            default_message,
            Reader(octets, end).tlvs(),
        )

    @classmethod
    def decode_data(cls, octets: bytes) -> Self:
        """From the octets of a data_sm, or ``Malformed``."""
        found = _DATA.match(octets)
        if not found:
            raise Malformed(Status.INVALID_MESSAGE_LENGTH)
        service_type, source, source_digits, destination, digits, kind = found.groups()
        esm_class, registered_delivery, data_coding = kind
        return cls(
            source=_read(source, source_digits),
            destination=_read(destination, digits),
            esm_class=esm_class,
            data_coding=data_coding,
            registered_delivery=registered_delivery,
            service_type=service_type.decode("latin-1"),
            tlvs=Reader(octets, found.end()).tlvs(),
        )


def message_id(body: bytes) -> str:
    """The message_id of a submit_sm_resp, or an empty text: whatever else is wrong with it, the message was taken."""
    end = body.find(b"\0", 0, LONGEST_STRING)
    return body[:end].decode("latin-1") if end > 0 else ""


def _address(reader: Reader) -> Address:
    return Address(reader.octet(), reader.octet(), reader.text())


def _read(kind: bytes, digits: bytes) -> Address:
    return Address(kind[0], kind[1], digits.decode("latin-1"))


@lru_cache(maxsize=1_000)
def _opening(service_type: str, source: Address) -> bytes:
    """What messages of one sender begin with."""
    ton, npi, digits = source
    return b"%b%c%c%b" % (string(service_type, 6), ton, npi, string(digits, 21))
