"""What opens a published file or a CalDAV server, as it is kept encrypted."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault

#: A name that somebody gave a file. Keys are longer, hold digits, or mix capitals and small letters.
_GIVEN = re.compile(r"[A-Za-z]?[a-z]{0,19}(?:[._-][A-Za-z]?[a-z]{0,19}){0,3}\.ics", re.ASCII)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What it takes to read a feed; the address itself is a secret, for whoever knows it reads the calendar."""

    url: str
    zone: str  # IANA, for times that name none

    @property
    def name(self) -> str:
        """What a calendar is called whose file gives it no name: by host and file, where that is no key itself."""
        parts = urlsplit(self.url)
        file = parts.path.rpartition("/")[2]
        return f"{parts.hostname}/{file}" if _GIVEN.fullmatch(file) else str(parts.hostname)

    def seal(self) -> bytes:
        """As it is kept."""
        return json.dumps({"url": self.url, "zone": self.zone}).encode()

    @classmethod
    def unseal(cls, secret: bytes) -> "Subscription":
        """What was kept; ``FeedError`` where it makes no sense."""
        try:
            words = json.loads(secret)
            return cls(str(words["url"]), str(words["zone"]))
        except (ValueError, KeyError, TypeError):
            raise FeedError(FeedFault.UNREADABLE, "secret") from None


@dataclass(frozen=True, slots=True)
class Login:
    """What it takes to read the calendars of a server."""

    url: str  # of the server, of the user's calendars, or of one calendar
    user: str
    password: str = field(repr=False)
    zone: str  # IANA, for times that name none

    def seal(self) -> bytes:
        """As it is kept."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()

    @classmethod
    def unseal(cls, secret: bytes) -> "Login":
        """What was kept; ``FeedError`` where it makes no sense."""
        try:
            return cls(**json.loads(secret))
        except (ValueError, TypeError):
            raise FeedError(FeedFault.UNREADABLE, "secret") from None
