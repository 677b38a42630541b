"""Microsoft's library for tokens, and httpx for Graph, pointed at the peer."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msal
import pytest
import requests

from tests.peers.graph.accounts import CLIENT_ID, CLIENT_SECRET
from tests.peers.graph.peer import GraphPeer

Json = dict[str, Any]


@pytest.fixture
def entra(graph_peer: GraphPeer) -> Iterator[Any]:
    """An application as Microsoft's library knows it."""
    with requests.Session() as session:
        session.verify = str(graph_peer.authorities)
        session.trust_env = False
        yield msal.ConfidentialClientApplication(
            CLIENT_ID, CLIENT_SECRET, authority=graph_peer.authority, instance_discovery=False, http_client=session
        )


@pytest.fixture
def clients(graph_peer: GraphPeer) -> Iterator[Callable[..., httpx.Client]]:
    """Makes clients of Graph, and closes them."""
    made: list[httpx.Client] = []
    trusting = graph_peer.trust()

    def client(*scopes: str, prefer: str = 'IdType="ImmutableId"') -> httpx.Client:
        token = graph_peer.grant("camille@example.com", *scopes)["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Prefer": prefer}
        made.append(httpx.Client(base_url=graph_peer.api, verify=trusting, trust_env=False, headers=headers))
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture
def client(clients: Callable[..., httpx.Client]) -> httpx.Client:
    """A client that may read, with immutable ids."""
    return clients()
