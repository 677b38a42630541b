"""The port through which mail leaves."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of ours; its return path is always empty, so that it is never answered."""

    envelope_to: str
    content: bytes  # header and body, lines ended by CRLF


@dataclass(frozen=True, slots=True)
class Sent:
    """It is in somebody else's hands, or on disk."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No for good: trying again is of no use."""

    code: str  # of the other side, kept raw


@dataclass(frozen=True, slots=True)
class NotSent:
    """It did not leave this time; trying again may help."""

    code: str


MailOutcome = Sent | Refused | NotSent


class Mailer(Protocol):
    """Sends letters. ``send`` never raises for what a network or a disk can do: every outcome is a value."""

    async def send(self, letter: Letter) -> MailOutcome:
        """Hand over one letter; many calls may be under way at once."""
        ...

    async def close(self) -> None:
        """Give up what is kept open between letters; the next one opens it again."""
        ...
