"""The pieces that PDU bodies are made of, read with every bound checked: strings, octets, TLVs."""

from collections.abc import Mapping
from struct import Struct

from gateway.sms.carriers.smpp.words import Status

TLVs = Mapping[int, bytes]

NO_TLVS: TLVs = {}

#: No string that an answer or a delivery carries is longer, its NUL included (5.3.2.12, receipted_message_id).
LONGEST_STRING = 66

_TLV = Struct(">HH")


class Malformed(Exception):
    """What came is no SMPP; ``status`` is what it is answered with."""

    def __init__(self, status: Status, sequence: int = 0) -> None:
        super().__init__(status.name)
        self.status = status
        self.sequence = sequence


class Reader:
    """Reads a body from front to back; ``Malformed`` where it ends too early."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes, at: int = 0) -> None:
        self._body = body
        self._at = at

    def text(self) -> str:
        """A C-octet string. Numbers and names are ASCII; anything else is kept readable and not trusted."""
        end = self._body.find(b"\0", self._at, self._at + LONGEST_STRING)
        if end < 0:
            raise Malformed(Status.INVALID_MESSAGE_LENGTH)
        piece = self._body[self._at : end]
        self._at = end + 1
        return piece.decode("latin-1")

    def octet(self) -> int:
        """One octet."""
        return self.octets(1)[0]

    def octets(self, count: int) -> bytes:
        """As many octets."""
        end = self._at + count
        if end > len(self._body):
            raise Malformed(Status.INVALID_MESSAGE_LENGTH)
        piece = self._body[self._at : end]
        self._at = end
        return piece

    def tlvs(self) -> TLVs:
        """All that is left, by tag; of one that comes twice the first counts."""
        if self._at >= len(self._body):  # as most end
            return NO_TLVS
        found: dict[int, bytes] = {}
        while self._at < len(self._body):
            try:
                tag, length = _TLV.unpack(self.octets(_TLV.size))
                found.setdefault(tag, self.octets(length))
            except Malformed:
                raise Malformed(Status.INVALID_OPTIONAL_PART) from None
        return found


def string(text: str, room: int) -> bytes:
    """A C-octet string of at most ``room`` octets with its NUL; ``ValueError`` for what does not fit."""
    if not text:  # as most are
        return b"\0"
    octets = text.encode("latin-1")
    if len(octets) >= room or b"\0" in octets:
        raise ValueError(f"a field of {room - 1} octets cannot hold what it was given")
    return octets + b"\0"


def tlvs(values: TLVs) -> bytes:
    """The TLVs, one after the other."""
    return b"".join([_TLV.pack(tag, len(value)) + value for tag, value in values.items()]) if values else b""
