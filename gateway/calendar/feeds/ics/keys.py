"""What opens a published file or a CalDAV server, as it is kept encrypted."""

import json
from dataclasses import dataclass, field

from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault


@dataclass(frozen=True, slots=True)
class Subscription:
    """What it takes to read a feed; the address itself is a secret, for whoever knows it reads the calendar."""

    url: str
    zone: str  # IANA, for times that name none

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
