"""Push channels, as the real client library opens and closes them."""

from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.peers.google_calendar.peer import PRIMARY, GooglePeer
from tests.peers.google_calendar.samples import appointment
from tests.peers.stage.ear import Ear, listening
from tests.waiting import eventually

ADDRESS = "https://gateway.example/calendar/push"
NOON = 1_795_435_200_000  # of the first day, in milliseconds

Json = dict[str, Any]


@pytest.fixture
def ear(google_peer: GooglePeer) -> Iterator[Ear]:
    """Somebody at ``https://gateway.example``."""
    with listening() as ear:
        google_peer.control.post("/routes", {"https://gateway.example": ear.url})
        yield ear


def watch(client: Any, **more: Any) -> Json:
    body = {"id": "channel-1", "type": "web_hook", "address": ADDRESS, "token": "secret"} | more
    told: Json = client.events().watch(calendarId="primary", body=body).execute()
    return told


async def heard(ear: Ear, count: int) -> list[str]:
    async def enough() -> bool:
        return len(ear.heard) >= count

    await eventually(enough)
    return [headers["x-goog-resource-state"] for _, headers, _ in ear.heard]


async def test_a_channel_says_sync_when_it_opens_and_exists_when_something_changes(
    google_peer: GooglePeer, client: Any, ear: Ear
) -> None:
    channel = watch(client)
    await heard(ear, 1)
    event = google_peer.create(appointment())
    google_peer.delete(event["id"])
    assert await heard(ear, 3) == ["sync", "exists", "exists"]
    path, headers, body = ear.heard[1]
    assert (path, body) == ("/calendar/push", b"")
    assert headers["x-goog-channel-id"] == "channel-1"
    assert headers["x-goog-channel-token"] == "secret"
    assert headers["x-goog-resource-id"] == channel["resourceId"]
    assert headers["x-goog-resource-uri"].startswith(google_peer.url)
    assert headers["x-goog-channel-expiration"] == "Mon, 30 Nov 2026 09:00:00 GMT"
    numbers = [int(heard["x-goog-message-number"]) for _, heard, _ in ear.heard]
    assert numbers[0] == 1
    assert len(set(numbers)) == 3  # they grow, and may overtake each other


async def test_a_channel_that_was_stopped_is_silent(google_peer: GooglePeer, client: Any, ear: Ear) -> None:
    channel = watch(client)
    await heard(ear, 1)
    client.channels().stop(body={"id": channel["id"], "resourceId": channel["resourceId"]}).execute()
    google_peer.create(appointment())
    watch(client, id="channel-2")
    assert await heard(ear, 2) == ["sync", "sync"]
    with pytest.raises(HttpError, match="404"):
        client.channels().stop(body={"id": channel["id"], "resourceId": channel["resourceId"]}).execute()


async def test_a_channel_expires(google_peer: GooglePeer, client: Any, ear: Ear) -> None:
    assert watch(client, expiration=str(NOON))["expiration"] == str(NOON)
    google_peer.control.post("/clock", {"now": "2026-11-23T13:00:00Z"})
    google_peer.create(appointment())
    assert google_peer.control.get("/channels") == {"channels": []}
    assert await heard(ear, 1) == ["sync"]


def test_a_channel_lives_no_longer_than_google_wants(google_peer: GooglePeer, client: Any) -> None:
    google_peer.manners(longest_channel_s=3600)
    assert watch(client, params={"ttl": "86400"})["expiration"] == str(NOON - 2 * 3_600_000)


async def test_notifications_can_be_lost(google_peer: GooglePeer, client: Any, ear: Ear) -> None:
    watch(client)
    google_peer.manners(lose_notifications=True)
    google_peer.create(appointment())
    google_peer.manners(lose_notifications=False)
    google_peer.create(appointment())
    assert await heard(ear, 2) == ["sync", "exists"]


async def test_what_an_address_answers_is_written_down(google_peer: GooglePeer, client: Any, ear: Ear) -> None:
    ear.status = 503
    watch(client)

    async def told() -> list[Json]:
        return google_peer.deliveries()

    (delivery,) = await eventually(told)
    assert delivery["status"] == 503


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "http://gateway.example/push"},
        {"id": ""},
        {"id": "x" * 65},
        {"type": "e-mail"},
        {"expiration": "1000"},
    ],
)
def test_a_channel_that_google_would_not_open_is_refused(google_peer: GooglePeer, client: Any, wrong: Json) -> None:
    with pytest.raises(HttpError, match="400"):
        watch(client, **wrong)


def test_a_channel_id_is_used_once(google_peer: GooglePeer, client: Any) -> None:
    watch(client)
    with pytest.raises(HttpError) as refused:
        watch(client)
    assert refused.value.error_details[0]["reason"] == "channelIdNotUnique"
    assert PRIMARY in google_peer.control.get("/channels")["channels"][0]["resourceUri"]
