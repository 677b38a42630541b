"""The Google Calendar peer as a process of its own, and what practitioners, users and time do on its side."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.peers.stage.process import Control, Served, running

Json = dict[str, Any]

PRIMARY = "camille@example.com"  # the calendar, and the user, that are there from the start


@dataclass(frozen=True)
class GooglePeer(Served):
    """A running server."""

    @property
    def api(self) -> str:
        """What a client library takes for ``api_endpoint``."""
        return f"{self.url}/calendar/v3/"

    @property
    def token_uri(self) -> str:
        """Where tokens are had."""
        return f"{self.url}/token"

    def grant(self, user: str = PRIMARY, *scopes: str) -> Json:
        """A consent that was given: client id and secret, refresh token, scopes."""
        return self.control.post("/grants", {"user": user, **({"scopes": list(scopes)} if scopes else {})})

    def create(self, event: Mapping[str, Any], calendar: str = PRIMARY) -> Json:
        """Somebody writes down an event or a series."""
        return self.control.post(f"/calendars/{calendar}/events", event)

    def change(self, event_id: str, change: Mapping[str, Any], calendar: str = PRIMARY) -> Json:
        """Somebody changes an event, a series or an instance."""
        return self.control.patch(f"/calendars/{calendar}/events/{event_id}", change)

    def delete(self, event_id: str, calendar: str = PRIMARY) -> None:
        """Somebody deletes an event, a series or an instance: to Google that is the same as cancelling it."""
        self.control.delete(f"/calendars/{calendar}/events/{event_id}")

    def instances(self, calendar: str = PRIMARY, **query: str) -> list[Json]:
        """What is in a calendar, as its owner sees it."""
        return self.rows(calendar, singleEvents="true", orderBy="startTime", **query)

    def rows(self, calendar: str = PRIMARY, **query: str) -> list[Json]:
        """A list from its first page to its last."""
        rows: list[Json] = []
        while True:
            page = self.control.get(f"/calendars/{calendar}/events", **query)
            rows += page["items"]
            if "nextPageToken" not in page:
                return rows
            query["pageToken"] = page["nextPageToken"]


@contextmanager
def running_peer() -> Iterator[GooglePeer]:
    """Start the server, and end it by closing its standard input."""
    with running("tests.peers.google_calendar") as port:
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            yield GooglePeer(url, Control(client))
