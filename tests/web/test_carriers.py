"""What carriers deliver, over a real socket into a real database: believed when proven, and only once."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, func, select

from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable
from gateway.sms.carriers.http.deliveries import MAX_BODY_BYTES, Delivery, Guard
from gateway.sms.carriers.http.ear import Ear
from gateway.sms.carriers.http.vonage import Signing, Vonage
from gateway.sms.carriers.port import InboundSms, Receipt
from gateway.sms.inbox import NetworkInbox
from gateway.sms.tables import early_receipt, inbound
from gateway.web.carriers import carrier_routes
from gateway.web.server import WebServer, application, bind
from tests.clock import StoppedClock
from tests.peers.http_carriers.vonage import SIGNATURE_SECRET, sign

PUBLIC = "https://sms.example.com"
VONAGE = Vonage("key", "secret", "36111", "", Signing(SIGNATURE_SECRET))


class Away:
    """An inbox whose database is away."""

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Fail."""
        raise StorageUnavailable(str(len(receipts)))

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        """Fail."""
        raise StorageUnavailable(str(len(messages)))


@dataclass
class Web:
    """A server that hears Vonage at two doors, and a client."""

    client: httpx.AsyncClient
    engine: Engine
    heard: list[Delivery]

    async def post(self, body: bytes, path: str = "/webhooks/sms/one") -> int:
        """Deliver; the status."""
        return (await self.client.post(path, content=body)).status_code

    async def rows(self) -> tuple[int, int]:
        """How many SMS and receipts are on disk."""
        counts = [select(func.count()).select_from(table) for table in (inbound, early_receipt)]
        sms, receipts = [await self.engine.read(partial(Connection.scalar, statement=each)) for each in counts]
        return sms or 0, receipts or 0


@pytest.fixture
async def web(engine: Engine) -> AsyncIterator[Web]:
    """The server."""
    heard: list[Delivery] = []

    async def listen(delivery: Delivery) -> None:
        heard.append(delivery)

    ears = {
        "one": Ear(Guard(), VONAGE, NetworkInbox(engine, "one"), engine.clock).hear,
        "guarded": Ear(Guard("s3cret"), VONAGE, NetworkInbox(engine, "guarded"), engine.clock).hear,
        "away": Ear(Guard(), VONAGE, Away(), engine.clock).hear,
        "plain": listen,
    }
    door = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        server = WebServer(application(engine, list, more=carrier_routes(ears, PUBLIC)), door)
        server.start()
        yield Web(client, engine, heard)
        await server.close()


def signed(clock: StoppedClock, **fields: Any) -> bytes:
    """A delivery that Vonage signed now."""
    told = {"timestamp": str(int(clock.now().timestamp())), "nonce": "n-1", **fields}
    return json.dumps({**told, "sig": sign(told)}).encode()


ANSWER: Mapping[str, str] = {"msisdn": "33639981234", "to": "36111", "messageId": "0B01", "text": "Bonjour"}
RECEIPT: Mapping[str, str] = {"msisdn": "33639981234", "messageId": "0A01", "status": "delivered"}


async def test_what_is_answered_is_on_disk(web: Web, clock: StoppedClock) -> None:
    assert await web.post(signed(clock, **ANSWER)) == 204
    assert await web.post(signed(clock, **RECEIPT)) == 204
    assert await web.rows() == (1, 1)


async def test_a_forged_one_is_refused_logged_without_content_and_changes_nothing(
    web: Web, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    for body in (signed(clock, **ANSWER), signed(clock, **RECEIPT)):
        forged = json.dumps({**json.loads(body), "msisdn": "33639981299"}).encode()
        assert await web.post(forged) == 400
    assert await web.rows() == (0, 0)
    told = [each.getMessage() for each in caplog.records if each.name == "gateway.web.carriers"]
    assert told == ["a webhook of carrier one was refused: forged"] * 2


async def test_a_stale_one_is_refused_and_changes_nothing(
    web: Web, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    answer, receipt = signed(clock, **ANSWER), signed(clock, **RECEIPT)
    clock.advance(timedelta(minutes=6))
    assert [await web.post(answer), await web.post(receipt)] == [400, 400]
    assert await web.rows() == (0, 0)
    assert "refused: stale" in caplog.text


async def test_a_replayed_one_is_told_that_it_came_and_changes_nothing(
    web: Web, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """200, or a carrier whose answer was lost would bring it again for a day."""
    for body in (signed(clock, **ANSWER), signed(clock, **RECEIPT)):
        assert [await web.post(body), await web.post(body)] == [204, 200]
    assert await web.rows() == (1, 1)
    assert caplog.text.count("refused: replayed") == 2


async def test_the_same_news_signed_anew_changes_nothing_either(web: Web, clock: StoppedClock) -> None:
    for news in (ANSWER, RECEIPT):
        first, again = signed(clock, **news), signed(clock, **{**news, "nonce": "n-2"})
        assert [await web.post(first), await web.post(again)] == [204, 204]
    assert await web.rows() == (1, 1)


async def test_one_that_makes_no_sense_is_refused(web: Web, clock: StoppedClock) -> None:
    nameless = {key: each for key, each in ANSWER.items() if key != "messageId"}
    assert await web.post(signed(clock, **nameless)) == 400
    assert await web.post(b"{") == 400


async def test_the_carrier_brings_it_again_where_the_database_is_away(web: Web, clock: StoppedClock) -> None:
    body = signed(clock, **ANSWER)
    assert [await web.post(body, "/webhooks/sms/away") for _ in range(2)] == [503, 503]


async def test_one_that_is_too_long_is_not_read_to_its_end(web: Web) -> None:
    assert await web.post(b"x" * (MAX_BODY_BYTES + 1)) == 413


async def test_a_secret_in_the_path_is_right_or_nobody_is_there(web: Web, clock: StoppedClock) -> None:
    body = signed(clock, **ANSWER)
    paths = ("/webhooks/sms/guarded", "/webhooks/sms/guarded/guess", "/webhooks/sms/nobody", "/webhooks/sms/one/s3cret")
    assert [await web.post(body, each) for each in paths] == [404] * 4
    assert await web.post(body, "/webhooks/sms/guarded/s3cret") == 204


async def test_an_address_is_the_public_one_whatever_the_headers_say(web: Web) -> None:
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.1"}
    await web.client.get("/webhooks/sms/plain/a%20b?x=%20y", headers=lies)
    (delivery,) = web.heard
    assert (delivery.method, delivery.url) == ("GET", f"{PUBLIC}/webhooks/sms/plain/a%20b?x=%20y")
    assert (delivery.peer, delivery.headers["x-forwarded-for"]) == ("127.0.0.1", "192.0.2.1")


async def test_only_looking_delivers_nothing(web: Web) -> None:
    assert (await web.client.head("/webhooks/sms/plain")).status_code == 404
    assert web.heard == []


async def test_a_proxy_that_is_trusted_says_where_a_delivery_comes_from(engine: Engine) -> None:
    heard: list[Delivery] = []

    async def listen(delivery: Delivery) -> None:
        heard.append(delivery)

    door = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{door.getsockname()[1]}/webhooks/sms/one"
    app = application(engine, list, more=carrier_routes({"one": listen}, PUBLIC))
    server = WebServer(app, door, trusted_proxies=("127.0.0.1",))
    server.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(url, headers={"X-Forwarded-For": "192.0.2.1"})
    await server.close()
    assert [replace(each, headers={}).peer for each in heard] == ["192.0.2.1"]
