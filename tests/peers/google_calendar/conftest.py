"""The real client library, pointed at the peer."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

from tests.peers.google_calendar.peer import GooglePeer

#: Makes a client of one user.
Clients = Callable[..., Any]


@pytest.fixture
def clients(google_peer: GooglePeer) -> Iterator[Clients]:
    """Makes clients, and closes them."""
    made = []

    def client(*scopes: str, secret: str | None = None) -> Any:
        grant = google_peer.grant("camille@example.com", *scopes)
        credentials = Credentials(  # type: ignore[no-untyped-call] # as the library has it
            None,
            refresh_token=secret or grant["refresh_token"],
            token_uri=google_peer.token_uri,
            client_id=grant["client_id"],
            client_secret=grant["client_secret"],
        )
        made.append(build("calendar", "v3", credentials=credentials, client_options={"api_endpoint": google_peer.api}))
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture
def client(clients: Clients) -> Any:
    """A client that may read."""
    return clients()
