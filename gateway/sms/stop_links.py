"""Addresses that end messages by a click, for phones whose networks carry no answer (terms, special term 4).

What stands at their end is short, for it is paid for in every SMS: 60 bits that nobody guesses, made from client and
phone by a key, so that a preview shows the very link that is sent.
"""

from dataclasses import dataclass

from gateway.engine.seals import Seals

#: What stands at the end of a link has so many letters.
LETTERS = 12

#: Where the pages are, below the address of the gateway.
PATH = "/s/"


@dataclass(frozen=True, slots=True)
class StopLinks:
    """Makes the links."""

    base: str  # of our pages, without a slash at its end
    seals: Seals

    def token(self, account_id: int, recipient: str) -> str:
        """What stands at the end of the link."""
        return self.seals.name(f"{account_id} {recipient}".encode(), LETTERS)

    def url(self, account_id: int, recipient: str) -> str:
        """The link of a client and a phone (E.164)."""
        return f"{self.base}{PATH}{self.token(account_id, recipient)}"
