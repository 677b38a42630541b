"""Subscriptions, from the handshake to their end."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.samples import appointment, weekly
from tests.peers.graph.state import CALENDAR
from tests.peers.stage.ear import Ear, listening
from tests.waiting import eventually

Json = dict[str, Any]

BODY = {
    "changeType": "created,updated,deleted",
    "notificationUrl": "https://gateway.example/push?for=1",
    "lifecycleNotificationUrl": "https://gateway.example/life",
    "resource": f"me/calendars/{CALENDAR}/events",
    "expirationDateTime": "2026-11-25T09:00:00.0000000Z",
    "clientState": "secret",
}


@pytest.fixture
def ear(graph_peer: GraphPeer) -> Iterator[Ear]:
    """Somebody at ``https://gateway.example``."""
    with listening() as ear:
        graph_peer.control.post("/routes", {"https://gateway.example": ear.url})
        yield ear


def status(client: httpx.Client, method: str, path: str) -> int:
    return client.request(method, path).status_code


def subscribed(client: httpx.Client, **more: Any) -> Json:
    answer = client.post("subscriptions", json=BODY | more)
    assert answer.status_code == 201, answer.text
    told: Json = answer.json()
    return told


async def heard(ear: Ear, count: int, path: str = "/push?for=1") -> list[Json]:
    def news() -> list[Json]:
        return [json.loads(body)["value"][0] for where, _, body in ear.heard if body and where == path]

    async def enough() -> bool:
        return len(news()) >= count

    await eventually(enough)
    return news()


def test_both_addresses_have_to_answer_with_the_token(client: httpx.Client, ear: Ear) -> None:
    told = subscribed(client)
    assert told["expirationDateTime"] == "2026-11-25T09:00:00.0000000Z"
    assert [path.split("validationToken=")[0] for path, _, _ in ear.heard] == ["/push?for=1&", "/life?"]
    ear.validates = False
    answer = client.post("subscriptions", json=BODY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ValidationError")
    assert client.get("subscriptions").json()["value"] == [told]


async def test_subscribers_hear_what_changed(graph_peer: GraphPeer, client: httpx.Client, ear: Ear) -> None:
    subscription = subscribed(client)
    event = graph_peer.create(appointment())
    await heard(ear, 1)
    graph_peer.change(event["id"], {"subject": "Dupont"})
    await heard(ear, 2)
    graph_peer.delete(event["id"])
    news = await heard(ear, 3)
    assert [each["changeType"] for each in news] == ["created", "updated", "deleted"]
    assert {each["clientState"] for each in news} == {"secret"}
    assert {each["subscriptionId"] for each in news} == {subscription["id"]}
    assert {each["resourceData"]["id"] for each in news} == {event["id"]}


async def test_a_deleted_occurrence_is_heard_as_an_update_of_its_series(
    graph_peer: GraphPeer, client: httpx.Client, ear: Ear
) -> None:
    series = graph_peer.create(weekly())
    subscribed(client)
    graph_peer.delete(graph_peer.occurrences("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z")[0]["id"])
    (news,) = await heard(ear, 1)
    assert (news["changeType"], news["resourceData"]["id"]) == ("updated", series["id"])


async def test_a_subscription_hears_of_its_calendar_and_kinds_of_change_only(
    graph_peer: GraphPeer, client: httpx.Client, ear: Ear
) -> None:
    graph_peer.control.post("/calendars", {"calendar_id": "second", "name": "Cabinet"})
    subscribed(client, changeType="created")
    graph_peer.change(graph_peer.create(appointment(), "second")["id"], {"subject": "Dupont"})
    here = graph_peer.create(appointment())
    graph_peer.change(here["id"], {"subject": "Dupont"})
    subscribed(client, resource="me/events", notificationUrl="https://gateway.example/all")
    graph_peer.create(appointment(), "second")
    await heard(ear, 1, "/all")
    assert [each["resourceData"]["id"] for each in await heard(ear, 1)] == [here["id"]]


async def test_notifications_can_be_lost(graph_peer: GraphPeer, client: httpx.Client, ear: Ear) -> None:
    subscribed(client)
    graph_peer.manners(lose_notifications=True)
    graph_peer.create(appointment())
    graph_peer.manners(lose_notifications=False)
    heard_of = graph_peer.create(appointment())
    assert [each["resourceData"]["id"] for each in await heard(ear, 1)] == [heard_of["id"]]


def test_a_subscription_is_renewed_read_and_deleted(client: httpx.Client, ear: Ear) -> None:
    path = f"subscriptions/{subscribed(client)['id']}"
    renewed = client.patch(path, json={"expirationDateTime": "2026-11-26T07:00:00Z"}).json()
    assert renewed["expirationDateTime"] == "2026-11-26T07:00:00.0000000Z"
    assert client.get(path).json() == renewed
    assert [client.delete(path).status_code for _ in range(2)] == [204, 404]
    assert client.patch(path, json={}).status_code == 404


def test_a_subscription_expires(graph_peer: GraphPeer, client: httpx.Client, ear: Ear) -> None:
    path = f"subscriptions/{subscribed(client)['id']}"
    graph_peer.control.post("/clock", {"now": "2026-11-25T09:00:01Z"})
    graph_peer.create(appointment())
    assert client.patch(path, json={"expirationDateTime": "2026-11-26T09:00:00Z"}).status_code == 404
    assert client.get("subscriptions").json()["value"] == []


def test_a_subscription_lives_less_than_three_days_and_no_less_than_45_minutes(
    graph_peer: GraphPeer, client: httpx.Client, ear: Ear
) -> None:
    too_long = {"expirationDateTime": "2026-12-23T09:00:00Z"}
    assert subscribed(client, **too_long)["expirationDateTime"] == "2026-11-26T07:30:00.0000000Z"
    assert subscribed(client, expirationDateTime="2026-11-23T09:05:00Z")["expirationDateTime"].startswith(
        "2026-11-23T09:45"
    )
    graph_peer.manners(caps_subscriptions=False)
    answer = client.post("subscriptions", json=BODY | too_long)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ExtensionError")


async def test_lifecycle_notices_come_to_their_own_address(
    graph_peer: GraphPeer, client: httpx.Client, ear: Ear
) -> None:
    path = f"subscriptions/{subscribed(client)['id']}"
    graph_peer.control.post("/lifecycle", {"event": "missed"})
    await heard(ear, 1, "/life")
    graph_peer.control.post("/lifecycle", {"event": "reauthorizationRequired"})
    await heard(ear, 2, "/life")
    graph_peer.create(appointment())
    assert status(client, "POST", f"{path}/reauthorize") == 204
    heard_of = graph_peer.create(appointment())
    graph_peer.control.post("/lifecycle", {"event": "subscriptionRemoved"})
    notices = await heard(ear, 3, "/life")
    assert [each["lifecycleEvent"] for each in notices] == ["missed", "reauthorizationRequired", "subscriptionRemoved"]
    assert [each["resourceData"]["id"] for each in await heard(ear, 1)] == [heard_of["id"]]
    assert status(client, "GET", path) == 404


async def test_what_an_address_answers_is_written_down(graph_peer: GraphPeer, client: httpx.Client, ear: Ear) -> None:
    subscribed(client)
    ear.status = 503
    graph_peer.create(appointment())

    async def told() -> list[Json]:
        return graph_peer.deliveries()

    (delivery,) = await eventually(told)
    assert delivery["status"] == 503


async def test_ids_in_notifications_are_of_the_kind_that_was_preferred(
    graph_peer: GraphPeer, clients: Callable[..., httpx.Client], ear: Ear
) -> None:
    subscribed(clients(prefer="odata.maxpagesize=5"))
    event = graph_peer.create(appointment())
    (news,) = await heard(ear, 1)
    assert news["resourceData"]["id"] != event["id"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"notificationUrl": "http://gateway.example/push"},
        {"notificationUrl": "https://elsewhere.example/push"},
        {"resource": "me/messages"},
        {"resource": ""},
        {"clientState": "x" * 129},
        {"expirationDateTime": "2026-11-01T00:00:00Z"},
    ],
)
def test_a_subscription_that_graph_would_not_open_is_refused(client: httpx.Client, ear: Ear, wrong: Json) -> None:
    assert client.post("subscriptions", json=BODY | wrong).status_code == 400


def test_an_address_that_refuses_the_handshake_is_no_address(client: httpx.Client, ear: Ear) -> None:
    unknown = client.post("subscriptions", json=BODY | {"resource": "me/calendars/unknown/events"})
    assert unknown.status_code == 404
