"""What providers of payments tell, over a real socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from gateway.billing.payments.webhooks import MAX_BODY_BYTES
from gateway.billing.words import CollectionState, InvoiceState
from gateway.engine.database import Engine
from gateway.engine.writer import StorageUnavailable
from gateway.web.server import WebServer, application, bind
from gateway.web.webhooks import Hear
from tests.billing.test_collecting import TRIAL, Desk, subscribed
from tests.clock import StoppedClock

Post = Callable[[Mapping[str, str], bytes], Awaitable[int]]


@contextlib.asynccontextmanager
async def hearing(engine: Engine, hear: Hear, provider: str = "sandbox") -> AsyncIterator[Post]:
    """A server that hears the sandbox; gives a function that delivers to ``provider`` and returns the status."""
    door = bind("127.0.0.1", 0)
    server = WebServer(application(engine, list, {"sandbox": hear}), door)
    server.start()
    url = f"http://127.0.0.1:{door.getsockname()[1]}/webhooks/payments/{provider}"

    async def post(headers: Mapping[str, str], body: bytes) -> int:
        return await asyncio.to_thread(_deliver, url, headers, body)

    try:
        yield post
    finally:
        await server.close()


def _deliver(url: str, headers: Mapping[str, str], body: bytes) -> int:
    try:
        with urlopen(Request(url, data=body, headers=dict(headers)), timeout=10) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


async def late_payer(engine: Engine, clock: StoppedClock) -> Desk:
    """A client whose bank says yes two hours later, by webhook."""
    desk = await subscribed(engine, clock, "93")
    await desk.pass_time(TRIAL)
    clock.advance(timedelta(hours=2))
    return desk


async def test_a_webhook_that_comes_twice_pays_once(engine: Engine, clock: StoppedClock) -> None:
    desk, answers = await late_payer(engine, clock), []
    async with hearing(engine, partial(desk.collector.hear, "sandbox")) as post:

        async def twice(headers: Mapping[str, str], body: bytes) -> None:
            answers.extend([await post(headers, body), await post(headers, body)])

        await desk.bank.tell(twice)
    assert answers == [204, 204]
    assert (await desk.attempts(), await desk.invoices()) == ([CollectionState.PAID], [InvoiceState.PAID])


async def test_a_forged_webhook_is_refused_and_changes_nothing(engine: Engine, clock: StoppedClock) -> None:
    desk, answers = await late_payer(engine, clock), []
    async with hearing(engine, partial(desk.collector.hear, "sandbox")) as post:

        async def forged(headers: Mapping[str, str], body: bytes) -> None:
            answers.append(await post(headers, body.replace(b"959", b"1")))

        await desk.bank.tell(forged)
    assert answers == [400]
    assert await desk.attempts() == [CollectionState.PENDING]


async def test_a_webhook_of_a_provider_that_is_not_set_up_is_not_found(engine: Engine, clock: StoppedClock) -> None:
    desk = await subscribed(engine, clock, "42")
    async with hearing(engine, partial(desk.collector.hear, "sandbox"), provider="stripe") as post:
        assert await post({}, b"{}") == 404


async def test_a_webhook_that_is_too_long_is_not_even_read_to_its_end(engine: Engine, clock: StoppedClock) -> None:
    desk = await subscribed(engine, clock, "42")
    async with hearing(engine, partial(desk.collector.hear, "sandbox")) as post:
        assert await post({}, b"x" * (MAX_BODY_BYTES + 1)) == 413


async def test_a_webhook_is_asked_for_again_where_the_database_is_away(engine: Engine) -> None:
    async def away(headers: Mapping[str, str], body: bytes) -> None:
        raise StorageUnavailable("away")

    async with hearing(engine, away) as post:
        assert await post({}, b"{}") == 503
