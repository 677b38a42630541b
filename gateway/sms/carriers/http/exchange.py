"""One request and its answer, with nothing unbounded: and where there is no answer, whether the request had left."""

import asyncio
import logging
from dataclasses import dataclass

import httpx

from gateway.sms.carriers.http.dialect import HttpAnswer, HttpRequest
from gateway.sms.carriers.http.settings import Timing

_LARGEST_ANSWER = 1_000_000  # bytes: lists of OVH hold the ids of two days

#: Servers hang up on idle connections, Node's after 5 s: a request that crosses that would be in doubt.
_IDLE_S = 4.0

#: What fails before the first byte is written.
_NOT_WRITTEN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)

for _each in ("httpx", "httpcore"):
    logging.getLogger(_each).setLevel(logging.WARNING)  # below, they tell addresses that may hold secrets


@dataclass(frozen=True, slots=True)
class NotWritten:
    """The request surely did not leave."""

    why: str  # "connect", "window" or "closed"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The request left, wholly or in part, and no answer came that can be read."""

    why: str  # "timeout", "cut" or "answer"


Reply = HttpAnswer | NotWritten | Unanswered


class Exchange:
    """A pool of connections to one provider; as many requests are under way as the window has places."""

    def __init__(self, timing: Timing) -> None:
        limits = httpx.Limits(max_connections=timing.window, keepalive_expiry=_IDLE_S)
        timeout = httpx.Timeout(timing.response_s, connect=timing.connect_s)
        self._timing = timing
        self._http = httpx.AsyncClient(limits=limits, timeout=timeout, follow_redirects=False)
        self._places = asyncio.Semaphore(timing.window)
        self._closed = False

    async def ask(self, request: HttpRequest) -> Reply:
        """Ask, once there is a place in the window."""
        try:
            async with asyncio.timeout(self._timing.queue_s):
                await self._places.acquire()
        except TimeoutError:
            return NotWritten("window")
        try:
            return NotWritten("closed") if self._closed else await self._ask(request)
        finally:
            self._places.release()

    async def close(self) -> None:
        """Ask nothing more, wait for the answers that are due, and end the connections."""
        self._closed = True
        try:
            async with asyncio.timeout(self._timing.drain_s):
                for _ in range(self._timing.window):
                    await self._places.acquire()
        except TimeoutError:
            pass  # who still waits is cut off, and in doubt
        await self._http.aclose()

    async def _ask(self, request: HttpRequest) -> Reply:
        # httpx bounds each step; a server that drips its answer is bounded by the sum
        patience = 2 * self._timing.connect_s + self._timing.response_s
        try:
            async with asyncio.timeout(patience):
                return await self._exchange(request)
        except _NOT_WRITTEN:
            return NotWritten("connect")
        except (TimeoutError, httpx.TimeoutException):
            return Unanswered("timeout")
        except httpx.HTTPError:
            return Unanswered("cut")

    async def _exchange(self, request: HttpRequest) -> Reply:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", **request.headers}
        async with self._http.stream(request.method, request.url, headers=headers, content=request.body) as answer:
            body = bytearray()
            async for block in answer.aiter_raw():  # what is compressed in spite of us is not unpacked, and no JSON
                body += block
                if len(body) > _LARGEST_ANSWER:
                    return Unanswered("answer")
            names = {name.lower(): value for name, value in answer.headers.items()}
            return HttpAnswer(answer.status_code, names, bytes(body))
