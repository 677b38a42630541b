"""What providers push, on a real socket."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from gateway.calendar.feeds.outlook.notices import MAX_BODY_BYTES
from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable
from gateway.web.pushes import Pushes
from gateway.web.server import WebServer, application, bind


@dataclass
class Heard:
    """Who was told what, and a client that pushes."""

    client: httpx.AsyncClient
    changed: list[tuple[str, str]] = field(default_factory=list)
    renewed: list[tuple[str, str]] = field(default_factory=list)
    reached: list[tuple[str, str]] = field(default_factory=list)
    away: bool = False

    async def change(self, name: str, token: str) -> bool:
        """A calendar changed."""
        if self.away:
            raise StorageUnavailable("away")
        self.changed.append((name, token))
        return token == "token-1"

    async def renew(self, name: str, token: str) -> bool:
        """A channel ends."""
        self.renewed.append((name, token))
        return True

    async def reach(self, name: str, token: str) -> bool:
        """A channel is open."""
        self.reached.append((name, token))
        return True

    async def google(self, state: str, **headers: str) -> int:
        """A message as Google sends it."""
        sent = {"X-Goog-Channel-ID": "channel-1", "X-Goog-Channel-Token": "token-1", "X-Goog-Resource-State": state}
        return (await self.client.post("/push/google", headers={**sent, **headers})).status_code

    async def outlook(self, *notices: object, path: str = "/push/outlook") -> int:
        """A delivery as Graph sends it."""
        return (await self.client.post(path, content=json.dumps({"value": notices}))).status_code


@pytest.fixture
async def heard(engine: Engine) -> AsyncIterator[Heard]:
    """A server that hears."""
    door = bind("127.0.0.1", 0)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{door.getsockname()[1]}", trust_env=False) as client:
        made = Heard(client)
        server = WebServer(application(engine, list, more=Pushes(made.change, made.renew, made.reach).routes()), door)
        server.start()
        yield made
        await server.close()


def notice(**changes: object) -> dict[str, object]:
    return {"subscriptionId": "sub-1", "clientState": "token-1", "resource": "Users/1/Events/2", **changes}


@pytest.mark.parametrize("state", ["exists", "not_exists"])
async def test_a_change_at_google_is_passed_on(heard: Heard, state: str) -> None:
    assert await heard.google(state) == 204
    assert heard.changed == [("channel-1", "token-1")]


async def test_that_a_channel_opened_is_no_change(heard: Heard) -> None:
    assert await heard.google("sync") == 204
    assert (heard.changed, heard.reached) == ([], [("channel-1", "token-1")])


async def test_a_message_without_a_state_or_a_token_is_taken_all_the_same(heard: Heard) -> None:
    assert (await heard.client.post("/push/google")).status_code == 204
    assert await heard.google("exists", **{"X-Goog-Channel-Token": "forged"}) == 204
    assert heard.changed == [("channel-1", "forged")]


async def test_a_name_that_nobody_gave_is_not_looked_up(heard: Heard) -> None:
    assert await heard.google("exists", **{"X-Goog-Channel-ID": "x" * 257}) == 204
    assert heard.changed == []


async def test_graph_is_told_its_token_back_as_plain_text(heard: Heard) -> None:
    token = "Validation: Testing client application <reachability> & more 100%"
    answer = await heard.client.post("/push/outlook", params={"validationToken": token})
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        200,
        token,
        "text/plain; charset=utf-8",
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("token", ["x" * 4097, "line\nbreak", "nul\0", "é"])
async def test_what_is_no_token_is_not_told_back(heard: Heard, token: str) -> None:
    assert (await heard.client.post("/push/outlook", params={"validationToken": token})).status_code == 400


async def test_changes_at_outlook_are_passed_on_once_each(heard: Heard) -> None:
    assert await heard.outlook(notice(), notice(), notice(subscriptionId="sub-2")) == 202
    assert heard.changed == [("sub-1", "token-1"), ("sub-2", "token-1")]


@pytest.mark.parametrize(
    ("event", "renewed"), [("reauthorizationRequired", True), ("subscriptionRemoved", True), ("missed", False)]
)
async def test_what_becomes_of_a_subscription_is_passed_on(heard: Heard, event: str, renewed: bool) -> None:
    assert await heard.outlook(notice(lifecycleEvent=event), path="/push/outlook/lifecycle") == 202
    assert (heard.renewed, heard.changed) == (([("sub-1", "token-1")], []) if renewed else ([], [("sub-1", "token-1")]))


async def test_what_is_no_delivery_is_refused(heard: Heard) -> None:
    assert (await heard.client.post("/push/outlook", content=b"<html>")).status_code == 400
    assert (await heard.client.post("/push/outlook", content=b"x" * (MAX_BODY_BYTES + 1))).status_code == 413


async def test_a_database_that_is_away_costs_only_the_hint(heard: Heard) -> None:
    heard.away = True
    assert await heard.google("exists") == 204
    assert await heard.outlook(notice()) == 202


async def test_no_name_and_no_token_of_a_push_is_logged(heard: Heard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "gateway")
    await heard.google("exists", **{"X-Goog-Channel-Token": "forged"})
    told = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("gateway"))
    assert "a push came over a channel that is not open" in told
    assert "forged" not in told
    assert "channel-1" not in told
