"""A stream of octets cut into PDUs by their headers (SMPP 3.4, 3.2)."""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from gateway.sms.carriers.smpp.fields import Malformed
from gateway.sms.carriers.smpp.words import Status

_HEADER = Struct(">LLLL")

#: The longest PDU that has a use: a message_payload of 64 KiB and what surrounds it.
LONGEST = 65_536 + 1_024


class Frame(NamedTuple):
    """A PDU whose body is not read yet."""

    command: int
    status: int
    sequence: int
    body: bytes


def frame(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    """A PDU as it goes over the wire."""
    return _HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body


class Frames:
    """Keeps what is not a whole PDU yet; never more than ``LONGEST`` octets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """The PDUs that are whole now. ``Malformed`` when a length is impossible: nothing after it can be read."""
        buffer = self._rest + octets if self._rest else octets
        at, end = 0, len(buffer)
        while end - at >= _HEADER.size:
            length, command, status, sequence = _HEADER.unpack_from(buffer, at)
            if not _HEADER.size <= length <= LONGEST:
                raise Malformed(Status.INVALID_COMMAND_LENGTH, sequence)
            if end - at < length:
                break
            yield Frame(command, status, sequence, buffer[at + _HEADER.size : at + length])
            at += length
        self._rest = buffer[at:]
