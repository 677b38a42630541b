"""The Microsoft Graph peer as a process of its own, and what practitioners, admins and time do on its side."""

import re
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import trustme

from tests.peers.graph.state import CALENDAR, USER
from tests.peers.stage.process import Control, Served, running

Json = dict[str, Any]


@dataclass(frozen=True)
class GraphPeer(Served):
    """A running server."""

    authorities: Path  # the certificate to trust, as a PEM file

    def trust(self) -> ssl.SSLContext:
        """What a client of httpx takes for ``verify``."""
        return ssl.create_default_context(cafile=str(self.authorities))

    @property
    def api(self) -> str:
        """What stands for ``https://graph.microsoft.com/v1.0``."""
        return f"{self.url}/v1.0"

    @property
    def authority(self) -> str:
        """What stands for ``https://login.microsoftonline.com/common``; without instance discovery."""
        return f"{self.url}/common"

    def grant(self, user: str = USER, *scopes: str) -> Json:
        """A consent that was given: client id and secret, and the answer of the token endpoint."""
        return self.control.post("/grants", {"user": user, **({"scopes": list(scopes)} if scopes else {})})

    def agree(self, url: str) -> dict[str, str]:
        """A user looks at the consent page and agrees: what comes back to the redirect URI."""
        with httpx.Client(verify=self.trust(), trust_env=False) as browser:
            page = browser.get(url)
        if "Location" in page.headers:
            return dict(httpx.URL(page.headers["Location"]).params)
        return dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))

    def create(self, event: Mapping[str, Any], calendar: str = CALENDAR, user: str = USER) -> Json:
        """Somebody writes down an event or a series; told with immutable ids."""
        return self.control.post(f"/{user}/calendars/{calendar}/events", event)

    def change(self, event_id: str, change: Mapping[str, Any], user: str = USER) -> Json:
        """Somebody changes an event, a series or an occurrence."""
        return self.control.patch(f"/{user}/events/{event_id}", change)

    def delete(self, event_id: str, user: str = USER) -> None:
        """Somebody deletes an event, a series or an occurrence."""
        self.control.delete(f"/{user}/events/{event_id}")

    def restore(self, event_id: str, user: str = USER) -> None:
        """Somebody takes an event out of the deleted items, or undoes the deletion of an occurrence."""
        self.control.post("/restore", {"event": event_id, "user": user})

    def move(self, event_id: str, calendar: str, user: str = USER) -> None:
        """Somebody puts an event into another calendar."""
        self.control.post("/move", {"event": event_id, "calendar": calendar, "user": user})

    def occurrences(self, start: str, end: str, calendar: str = CALENDAR, user: str = USER) -> list[Json]:
        """What is in a calendar, as its owner sees it, with immutable ids."""
        window = {"startDateTime": start, "endDateTime": end, "$top": "1000"}
        rows: list[Json] = self.control.get(f"/{user}/calendars/{calendar}/calendarView", **window)["value"]
        return rows


@contextmanager
def running_peer() -> Iterator[GraphPeer]:
    """Start the server with a certificate of its own, and end it by closing its standard input."""
    with tempfile.TemporaryDirectory() as folder:
        authority, server = trustme.CA(), Path(folder) / "server.pem"
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        certificate.private_key_and_cert_chain_pem.write_to_path(server)
        authorities = Path(folder) / "authorities.pem"
        authority.cert_pem.write_to_path(authorities)
        trusting = ssl.create_default_context(cafile=str(authorities))
        with running("tests.peers.graph", "--certificate", str(server)) as port:
            url = f"https://localhost:{port}"
            headers = {"Prefer": 'IdType="ImmutableId"'}
            with httpx.Client(base_url=url, verify=trusting, trust_env=False, timeout=30, headers=headers) as client:
                yield GraphPeer(url, Control(client), authorities)
