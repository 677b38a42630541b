"""What goes wrong when a test wants it, and who asked for what."""

import asyncio
import threading

import httpx
import pytest

from tests.peers.graph.answers import REFUSALS
from tests.peers.graph.peer import GraphPeer
from tests.waiting import eventually


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_reads_as_graph_writes_it(graph_peer: GraphPeer, client: httpx.Client, code: str) -> None:
    graph_peer.fail(code, "/calendars", retry_after="7")
    answer = client.get("me/calendars")
    assert (answer.status_code, answer.json()["error"]["code"]) == (REFUSALS[code][0], code)
    assert answer.headers["Retry-After"] == "7"
    assert client.get("me/calendars").status_code == 200


def test_a_proxy_may_answer_in_html(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.fail("ServiceUnavailable", "/calendars", options={"html": True})
    assert client.get("me/calendars").text.startswith("<html>")


@pytest.mark.parametrize("kind", ["cut_before", "cut_within", "cut_after"])
def test_lines_are_pulled(graph_peer: GraphPeer, client: httpx.Client, kind: str) -> None:
    graph_peer.fail(kind, "/calendars")
    with pytest.raises(httpx.TransportError):
        client.get("me/calendars")


def test_an_access_token_that_died_is_refused(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.control.post("/tokens/expire")
    answer = client.get("me/calendars")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


async def test_a_mailbox_answers_four_at_a_time(graph_peer: GraphPeer, client: httpx.Client) -> None:
    graph_peer.fail("hold", "/calendars", times=4)
    statuses: list[int] = []
    asking = [
        threading.Thread(target=lambda: statuses.append(client.get("me/calendars").status_code)) for _ in range(4)
    ]
    for each in asking:
        each.start()

    async def all_wait() -> bool:
        return bool(graph_peer.book()["most_under_way"] == 4)

    await eventually(all_wait)
    fifth = await asyncio.to_thread(client.get, "me/calendars")
    assert (fifth.status_code, fifth.json()["error"]["code"]) == (429, "ApplicationThrottled")
    assert fifth.headers["Retry-After"] == "10"
    graph_peer.control.post("/release")
    for each in asking:
        each.join()
    assert statuses == [200] * 4


def test_requests_are_counted(graph_peer: GraphPeer, client: httpx.Client) -> None:
    client.get("me/calendars")
    assert graph_peer.book()["requests"] == {"GET /v1.0/me/calendars": 1}
    graph_peer.control.post("/forget")
    assert graph_peer.book()["requests"] == {}
