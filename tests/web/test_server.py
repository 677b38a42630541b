"""Health and metrics over HTTP, on a real socket."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import urlopen

from gateway.engine.database import Engine
from gateway.sms.carriers.port import LinkReport
from gateway.sms.link_reports import tell
from gateway.web.server import WebServer, application, bind
from tests.engine.test_queue import claim, rows


@contextlib.asynccontextmanager
async def serving(
    engine: Engine, stuck: Callable[[], Sequence[str]] = list
) -> AsyncIterator[Callable[[str], Awaitable[tuple[int, str]]]]:
    """A server on a free port; gives a function that fetches a path."""
    door = bind("127.0.0.1", 0)
    server = WebServer(application(engine, stuck), door)
    server.start()
    try:
        yield lambda path: asyncio.to_thread(fetch, f"http://127.0.0.1:{door.getsockname()[1]}{path}")
    finally:
        await server.close()


def fetch(url: str) -> tuple[int, str]:
    """Status and body."""
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own, on loopback
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


async def test_a_service_that_works_is_well(engine: Engine) -> None:
    """200, in words that a probe understands."""
    async with serving(engine) as get:
        status, body = await get("/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok"})


async def test_a_task_that_does_not_come_round_makes_it_unwell(engine: Engine) -> None:
    """503, with its name."""
    async with serving(engine, lambda: ["inbound"]) as get:
        status, body = await get("/healthz")
    assert (status, json.loads(body)) == (503, {"status": "failing", "because": ["inbound"]})


async def test_metrics_count_the_rows_of_each_queue_by_state(engine: Engine) -> None:
    """One claimed and one ready job, in the text format of Prometheus."""
    await engine.write(rows(1, 2))
    await claim(engine, limit=1)
    async with serving(engine) as get:
        status, body = await get("/metrics")
    lines = body.splitlines()
    assert status == 200
    assert 'gateway_queue_rows{queue="job",state="ready"} 1.0' in lines
    assert 'gateway_queue_rows{queue="job",state="claimed"} 1.0' in lines
    assert 'gateway_queue_rows{queue="job",state="parked"} 0.0' in lines


async def test_metrics_count_the_links_of_each_carrier_by_state(engine: Engine) -> None:
    """What an operator's own alarms hang on."""
    bound = LinkReport("bind_transceiver", "bound", "", 60.0, "", 0.0, 3, 10)
    links = {"north": [bound, bound, replace(bound, state="refused")]}
    await engine.write(lambda connection: tell(connection, 7, engine.clock.now(), links))
    async with serving(engine) as get:
        _, body = await get("/metrics")
    assert 'gateway_carrier_links{carrier="north",state="bound"} 2.0' in body.splitlines()
    assert 'gateway_carrier_links{carrier="north",state="refused"} 1.0' in body.splitlines()
