"""What breaks in a page leaves its kind and place in the log, and nothing of what it was about."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.engine.database import Engine
from gateway.web.forms import read_body
from gateway.web.server import WebServer, application, bind
from tests.cast import DELIVERS
from tests.databases import ON_SQLITE
from tests.waiting import eventually

Page = Callable[[Request], Awaitable[Response]]


async def broken(_request: Request) -> Response:
    raise ValueError(DELIVERS)


async def half(_request: Request) -> Response:
    async def text() -> AsyncIterator[str]:
        yield "half"
        raise ValueError(DELIVERS)

    return StreamingResponse(text())


async def read(request: Request) -> Response:
    return PlainTextResponse(str(await read_body(request, 100)))


@pytest.fixture
async def port(engine: Engine) -> AsyncIterator[int]:
    """Where the pages are."""
    door = bind("127.0.0.1", 0)
    pages = [Route("/broken", broken), Route("/half", half), Route("/read", read, methods=["POST"])]
    server = WebServer(application(engine, list, more=pages), door)
    server.start()
    yield door.getsockname()[1]
    await server.close()


@ON_SQLITE
async def test_a_page_that_breaks_is_answered_and_logged_without_its_text(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{port}") as browser:
        assert (await browser.get("/broken")).status_code == 500
        with pytest.raises(httpx.RemoteProtocolError):
            await browser.get("/half")
    assert caplog.text.count("a page failed: ValueError") == 2
    assert "in broken" in caplog.text
    assert DELIVERS not in caplog.text


@ON_SQLITE
async def test_a_client_that_leaves_is_no_failure(port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "gateway.web.discretion")
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    async def told() -> bool:
        return "a client left" in caplog.text

    await eventually(told)
    assert "Traceback" not in caplog.text
