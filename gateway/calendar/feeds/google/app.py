"""The application that is registered at Google, and where Google is."""

from dataclasses import dataclass, field

#: Enough to list calendars and to read events; nothing can be changed with them.
CALENDARS_SCOPE = "https://www.googleapis.com/auth/calendar.calendarlist.readonly"
EVENTS_SCOPE = "https://www.googleapis.com/auth/calendar.events.readonly"
SCOPES = (CALENDARS_SCOPE, EVENTS_SCOPE)

#: Asked for only where an owner wants events marked.
WRITE_SCOPE = "https://www.googleapis.com/auth/calendar.events"


@dataclass(frozen=True, slots=True)
class GoogleApp:
    """Who we are to Google. The addresses are Google's own unless a test brings a server of its own."""

    client_id: str
    client_secret: str = field(repr=False)
    api: str = "https://www.googleapis.com/calendar/v3/"  # with the service path and its last slash
    auth_uri: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    revoke_uri: str = "https://oauth2.googleapis.com/revoke"
    timeout_s: float = 30.0  # for one request
