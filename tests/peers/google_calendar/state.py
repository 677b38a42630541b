"""All that the peer knows, in one place."""

from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.peers.google_calendar.accounts import Accounts, Grant
from tests.peers.google_calendar.answers import refusal
from tests.peers.google_calendar.calendars import Calendar, Calendars
from tests.peers.google_calendar.channels import Channels
from tests.peers.google_calendar.listing import Listing, Manners
from tests.peers.stage.accidents import Accidents

Json = dict[str, Any]

USER = "camille@example.com"


@dataclass
class Peer:
    """All that the server knows."""

    base: str
    accounts: Accounts = field(default_factory=Accounts)
    calendars: Calendars = field(default_factory=Calendars)
    manners: Manners = field(default_factory=Manners)
    accidents: Accidents = field(default_factory=lambda: Accidents(refusal))
    mailed: list[str] = field(default_factory=list)  # events whose guests were written to

    def __post_init__(self) -> None:
        self.listing = Listing(self.manners)
        self.channels = Channels(self.calendars.clock, self.manners, self.base)
        self.begin()

    def begin(self) -> None:
        """Begin again as on the first day: one user with an empty calendar."""
        for name, value in asdict(Manners()).items():
            setattr(self.manners, name, value)
        self.accidents.forget()
        self.mailed.clear()
        self.accounts.forget()
        self.channels.forget()
        self.calendars.forget()
        self.calendars.add(USER, USER, primary=True, summary="Camille")

    def calendar(self, request: Request, grant: Grant) -> Calendar:
        """The calendar that a request names."""
        return self.calendars.find(grant.user, request.path_params["calendar"])

    def written(self, calendar: Calendar, answer: Json | None) -> Json | Response:
        """Tell whoever watches, then whoever wrote."""
        self.channels.changed(calendar.calendar_id)
        return answer if answer is not None else Response(status_code=204)
