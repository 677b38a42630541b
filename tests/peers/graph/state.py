"""All that the peer knows, in one place."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tests.peers.graph.accounts import Accounts, Grant, identity
from tests.peers.graph.answers import refusal
from tests.peers.graph.mailbox import Mailbox
from tests.peers.graph.subscriptions import Subscriptions
from tests.peers.graph.view import Deltas, Manners
from tests.peers.stage.accidents import Accidents
from tests.peers.stage.clock import MONDAY_MORNING, PeerClock

Json = dict[str, Any]

USER = "camille@example.com"
CALENDAR = "AAMkADlhYjZjZTQ5-calendar-1AAAAA="


@dataclass
class Peer:
    """All that the server knows."""

    base: str
    clock: PeerClock = field(default_factory=PeerClock)
    manners: Manners = field(default_factory=Manners)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)  # by address
    accidents: Accidents = field(default_factory=lambda: Accidents(refusal))

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.clock)
        self.deltas = Deltas(self.manners)
        self.subscriptions = Subscriptions(self.clock, self.manners)
        self.begin()

    def begin(self) -> None:
        """Begin again as on the first day: one user with an empty calendar."""
        self.clock.now = MONDAY_MORNING
        for name, value in asdict(Manners()).items():
            setattr(self.manners, name, value)
        self.accidents.forget()
        self.accounts.forget()
        self.subscriptions.forget()
        self.mailboxes.clear()
        self.add_user(USER, CALENDAR)

    def add_user(self, address: str, calendar_id: str) -> Mailbox:
        """Somebody with a default calendar."""
        made = Mailbox(identity(address), address, self.clock)
        made.add_calendar(calendar_id, "Calendrier")
        self.mailboxes[address] = made
        return made

    def mailbox(self, grant: Grant) -> Mailbox:
        """Whose grant it is."""
        return self.mailboxes[grant.user]
