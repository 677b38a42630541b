"""The application that is registered at Microsoft Entra, and where Entra and Graph are."""

from dataclasses import dataclass, field
from pathlib import Path

#: Enough to list calendars and to read events; msal adds openid, profile and offline_access by itself.
SCOPE = "Calendars.Read"

#: Asked for, in its place, only where an owner wants events marked.
WRITE_SCOPE = "Calendars.ReadWrite"


@dataclass(frozen=True, slots=True)
class OutlookApp:
    """Who we are to Microsoft. The addresses are Microsoft's own unless a test brings servers of its own."""

    client_id: str
    client_secret: str = field(repr=False)
    authority: str = "https://login.microsoftonline.com/common"  # work, school and personal accounts
    graph: str = "https://graph.microsoft.com/v1.0"
    trusted: Path | None = None  # a certificate authority of the tests; None: those of this machine
    timeout_s: float = 30.0  # for one request
