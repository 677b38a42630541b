"""The bytes that a client has sent and nobody has read yet: taken line by line, or as one whole mail."""

from enum import Enum, auto

from gateway.smtp.limits import Claim

#: Longest line with its end: that of an answer to AUTH (RFC 4954, 4.1).
LINE_BYTES = 12_288

_END_OF_MAIL = b"\r\n.\r\n"
_OVERLAP = len(_END_OF_MAIL) - 1


class Unread(Enum):
    """Why something that was sent is not handed on, although it was read to its end."""

    LINE_TOO_LONG = auto()
    MAIL_TOO_BIG = auto()
    NO_MEMORY = auto()
    MALFORMED = auto()


class Inbox:
    """What has come; each way of taking from it gives None when more has to come first."""

    def __init__(self) -> None:
        self.received = 0  # bytes that ever came
        self._held = bytearray()
        self._searched = 0  # no end of a mail begins before
        self._trouble: Unread | None = None  # with what is being read

    def __len__(self) -> int:
        return len(self._held)

    def feed(self, block: bytes) -> None:
        """Add what has come."""
        self.received += len(block)
        self._held += block

    def clear(self) -> None:
        """Forget what has come."""
        self._held.clear()

    def line(self) -> bytes | Unread | None:
        """The next line with its end: a line feed, rightly preceded by a carriage return or not."""
        end = self._held.find(b"\n")
        if end >= LINE_BYTES or (end < 0 and len(self._held) > LINE_BYTES):
            self._trouble = Unread.LINE_TOO_LONG
        if end < 0:
            if self._trouble:
                self._held.clear()
            return None
        line = self._take(end + 1)
        return self._settle() or line

    def begin_mail(self) -> None:
        """What comes next is a mail."""
        # With the CRLF of the DATA command put back in front, the first line is a line like the others.
        self._held[:0] = b"\r\n"
        self._searched = 0

    def mail(self, most: int, claim: Claim) -> bytes | Unread | None:
        """What follows the 354, up to the lone dot: lines ended by CRLF, dots unstuffed (RFC 5321, 4.5.2).

        At most ``most`` bytes as sent, held under ``claim``; what is too much is dropped as it comes.
        """
        end = self._held.find(_END_OF_MAIL, self._searched)
        size = end if end >= 0 else len(self._held)
        self._trouble = self._trouble or _trouble(size, most, claim)
        if end >= 0:
            mail = self._settle() or _unstuffed(self._held, end + len(b"\r\n"))
            del self._held[: end + len(_END_OF_MAIL)]
            return mail
        if self._trouble:
            del self._held[:-_OVERLAP]
        self._searched = max(0, len(self._held) - _OVERLAP)
        return None

    def _settle(self) -> Unread | None:
        trouble, self._trouble = self._trouble, None
        return trouble

    def _take(self, size: int) -> bytes:
        with memoryview(self._held) as view:
            taken = bytes(view[:size])
        del self._held[:size]
        return taken


def _trouble(size: int, most: int, claim: Claim) -> Unread | None:
    if size > most:
        return Unread.MAIL_TOO_BIG
    return None if claim.grow(size) else Unread.NO_MEMORY


def _unstuffed(held: bytearray, end: int) -> bytes | Unread:
    """The mail that lies in ``held`` after a CRLF, up to ``end``; copied once, for it may be big."""
    # A bare CR or LF is a line end to some servers and none to others: a mail holding one can be made to hide a
    # second mail (SMTP smuggling), so it is refused and never mended.
    line_ends = held.count(b"\r\n", 0, end)
    if held.count(b"\r", 0, end) != line_ends or held.count(b"\n", 0, end) != line_ends or held.find(0, 0, end) >= 0:
        return Unread.MALFORMED
    begin = len(b"\r\n.") if held.startswith(b"\r\n.") and end > len(b"\r\n") else len(b"\r\n")
    with memoryview(held) as view:
        return bytes(view[begin:end]).replace(b"\r\n.", b"\r\n")
