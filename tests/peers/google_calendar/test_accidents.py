"""What goes wrong when a test wants it, and who asked for what."""

import threading
from typing import Any

import httpx
import pytest
from googleapiclient.errors import HttpError

from tests.peers.google_calendar.answers import REFUSALS
from tests.peers.google_calendar.peer import GooglePeer
from tests.waiting import eventually


def listed(client: Any) -> Any:
    return client.events().list(calendarId="primary").execute()


@pytest.mark.parametrize("reason", sorted(set(REFUSALS) - {"authError"}))
def test_every_refusal_reads_as_google_writes_it(google_peer: GooglePeer, client: Any, reason: str) -> None:
    google_peer.fail(reason, "/events")
    with pytest.raises(HttpError) as refused:
        listed(client)
    assert refused.value.status_code == REFUSALS[reason][0]
    assert refused.value.error_details[0]["reason"] in {reason, "rateLimitExceeded"}
    assert listed(client)["items"] == []


def test_a_refusal_may_say_when_to_come_back(google_peer: GooglePeer, client: Any) -> None:
    google_peer.fail("userRateLimitExceeded", "/events", times=2, retry_after="7")
    for _ in range(2):
        with pytest.raises(HttpError) as refused:
            listed(client)
        assert refused.value.resp["retry-after"] == "7"
    assert listed(client)["items"] == []


def test_a_proxy_may_answer_in_html(google_peer: GooglePeer, client: Any) -> None:
    google_peer.fail("badGateway", "/events", options={"html": True})
    with pytest.raises(HttpError, match="502"):
        listed(client)


def test_the_token_endpoint_can_be_out_of_order_too(google_peer: GooglePeer) -> None:
    google_peer.fail("unavailable", "/token")
    form = {"grant_type": "refresh_token", **google_peer.grant()} | {"scopes": ""}
    answers = [httpx.post(google_peer.token_uri, data=form, trust_env=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 200]


@pytest.mark.parametrize("kind", ["cut_before", "cut_within", "cut_after"])
def test_lines_are_pulled(google_peer: GooglePeer, client: Any, kind: str) -> None:
    listed(client)
    google_peer.fail(kind, "/events", times=2)  # the library tries a dead line twice
    with pytest.raises((OSError, Exception), match=r"(?i)reset|incomplete|closed|disconnect|read"):
        listed(client)


async def test_an_answer_can_be_held_back(google_peer: GooglePeer, client: Any) -> None:
    google_peer.fail("hold", "/events")
    told: list[Any] = []
    asking = threading.Thread(target=lambda: told.append(listed(client)))
    asking.start()

    async def is_waiting() -> bool:
        return "GET /calendar/v3/calendars/primary/events" in google_peer.book()["requests"]

    await eventually(is_waiting)
    assert told == []
    google_peer.control.post("/release")
    asking.join()
    assert told[0]["items"] == []


def test_requests_are_counted_by_calendar(google_peer: GooglePeer, client: Any) -> None:
    for _ in range(3):
        listed(client)
    assert google_peer.book()["requests"]["GET /calendar/v3/calendars/primary/events"] == 3
    google_peer.control.post("/forget")
    assert google_peer.book()["requests"] == {}
