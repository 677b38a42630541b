"""The bytes that a client has sent and nobody has read yet: taken line by line, or as one whole mail."""

import re
from enum import Enum, auto

from gateway.smtp.limits import Claim

#: Longest line with its end: that of an answer to AUTH (RFC 4954, 4.1).
LINE_BYTES = 12_288

_END_OF_MAIL = b"\r\n.\r\n"
_OVERLAP = len(_END_OF_MAIL) - 1
# As expressions, these are found in two thirds of the time that ``find`` takes.
_THE_END = re.compile(re.escape(_END_OF_MAIL))
#: Where a mail is not simply one line after the other: at a bare CR, or a dot that begins a line, such as the last.
_NOTABLE = re.compile(rb"\r(?:[^\n]|\n\.)")

#: What is held is as it came, until it is so big that to add to it by copying would tell.
_SMALL = 4_096


class Unread(Enum):
    """Why something that was sent is not handed on, although it was read to its end."""

    LINE_TOO_LONG = auto()
    MAIL_TOO_BIG = auto()
    NO_MEMORY = auto()
    MALFORMED = auto()


class InputBuffer:
    """What has come; each way of taking from it gives None when more has to come first."""

    __slots__ = ("_ahead", "_plain", "_searched", "_trouble", "held", "received")

    def __init__(self) -> None:
        self.received = 0  # bytes that ever came
        self.held: bytes | bytearray = b""
        self._ahead = b""  # belongs in front of what comes next
        self._searched = 0  # no end of a mail begins before
        self._plain = True  # nor is there anything notable
        self._trouble: Unread | None = None  # with what is being read

    def __len__(self) -> int:
        return len(self.held)

    def feed(self, block: bytes) -> None:
        """Add what has come."""
        self.received += len(block)
        if not self.held:
            self.held = self._ahead + block  # nearly always one whole command, or one small mail
            self._ahead = b""
            return
        if len(self.held) > _SMALL:
            self._make_room()
        self.held += block

    def clear(self) -> None:
        """Forget what has come."""
        self.held = b""

    def line(self) -> bytes | Unread | None:
        """The next line with its end: a line feed, rightly preceded by a carriage return or not."""
        held = self.held
        size = held.find(b"\n") + 1
        if 0 < size == len(held) <= LINE_BYTES and not self._trouble:  # nearly always
            self.held = b""
            return bytes(held)
        if size > LINE_BYTES or (not size and len(held) > LINE_BYTES):
            self._trouble = Unread.LINE_TOO_LONG
        if not size:
            if self._trouble:
                self.held = b""
            return None
        line = bytes(held[:size])
        self._drop(size)
        return self._settle() if self._trouble else line

    def begin_mail(self) -> None:
        """What comes next is a mail."""
        # With the CRLF of the DATA command put back in front, the first line is a line like the others.
        self._searched, self._plain = 0, True
        if self.held:
            self.held = b"\r\n" + self.held
        else:
            self._ahead = b"\r\n"

    def mail(self, most: int, claim: Claim) -> bytes | Unread | None:
        """What follows the 354, up to the lone dot: lines ended by CRLF, dots unstuffed (RFC 5321, 4.5.2).

        At most ``most`` bytes as sent, held under ``claim``; what is too much is dropped as it comes.
        """
        held = self.held
        end = self._end_of_mail()
        self._trouble = self._trouble or _trouble(len(held) if end < 0 else end, most, claim)
        if end >= 0:
            mail = self._settle() or _unstuffed(bytes(held[len(b"\r\n") : end + len(b"\r\n")]), self._plain)
            self._drop(end + len(_END_OF_MAIL))
            return mail
        if self._trouble:
            self.held = held[-_OVERLAP:]
        self._searched = max(0, len(self.held) - _OVERLAP)
        return None

    def _end_of_mail(self) -> int:
        """Where the lone dot is, with the line ends around it; -1 where it has not come yet."""
        found = (_NOTABLE if self._plain else _THE_END).search(self.held, self._searched)
        if self._plain and found and not self.held.startswith(_END_OF_MAIL, found.start()):
            self._plain = False
            found = _THE_END.search(self.held, found.start())
        return found.start() if found else -1

    def _settle(self) -> Unread | None:
        trouble, self._trouble = self._trouble, None
        return trouble

    def _drop(self, size: int) -> None:
        if size == len(self.held):
            self.held = b""
        else:
            del self._make_room()[:size]

    def _make_room(self) -> bytearray:
        """What is held, in a form that grows and shrinks in place."""
        if isinstance(self.held, bytes):
            self.held = bytearray(self.held)
        return self.held


def _trouble(size: int, most: int, claim: Claim) -> Unread | None:
    if size > most:
        return Unread.MAIL_TOO_BIG
    return None if claim.grow(size) else Unread.NO_MEMORY


def _unstuffed(mail: bytes, plain: bool) -> bytes | Unread:
    """The mail without its stuffing; in a ``plain`` one no CR is bare, and no line begins with a dot."""
    # A bare CR or LF is a line end to some servers and none to others: a mail holding one can be made to hide a
    # second mail (SMTP smuggling), so it is refused and never mended.
    carriage_returns = _count(mail, b"\r")
    line_ends = carriage_returns if plain else mail.count(b"\r\n")
    if carriage_returns != line_ends or _count(mail, b"\n") != line_ends or b"\0" in mail:
        return Unread.MALFORMED
    return mail if plain else mail[mail.startswith(b".") :].replace(b"\r\n.", b"\r\n")


def _count(mail: bytes, byte: bytes) -> int:
    return len(mail) - len(mail.replace(byte, b""))  # twice as fast as ``count``
