"""Asking a calendar server over HTTP, bounded in time and size, and never led to a machine that was not looked at."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from gateway.calendar.feeds.ics.addresses import Gate, Target
from gateway.calendar.feeds.ics.screening import MOST_BYTES
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_WAIT = timedelta(days=1)

#: What a server gives one client must not come back to it with what another asks.
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])

#: A connection is to a machine, whose next answer may be for another name: its certificate has to be looked at anew.
_USED_ONCE = httpx.Limits(max_keepalive_connections=0)

for _each in ("httpx", "httpcore"):
    logging.getLogger(_each).setLevel(logging.WARNING)  # below, they tell addresses, which are secret


@dataclass(frozen=True, slots=True)
class Ask:
    """A request."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    login: tuple[str, str] | None = None  # user and password; shown to the host of ``url`` and its own subdomains only


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: 2xx, 304, or what the server refuses with; ``url`` is where it came from in the end."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


class Fetcher:
    """Keeps connections to calendar servers."""

    def __init__(
        self,
        gate: Gate,
        *,
        timeout_s: float = 20.0,
        most_bytes: int = MOST_BYTES,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """``trusted``: the authorities of certificates where they are not those of the system."""
        self._gate = gate
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_s, connect=min(5.0, timeout_s)),
            verify=trusted or ssl.create_default_context(),
            trust_env=False,  # a proxy would look the name up again, by itself
            cookies=CookieJar(_NO_COOKIES),
            limits=_USED_ONCE,
            headers={"User-Agent": "mail-sms-gateway", "Accept-Encoding": "gzip"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    async def fetch(self, ask: Ask) -> Answer:
        """The answer, redirects followed and each looked at; ``FeedError`` where there is none that can be used."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(ask)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError) as error:
            raise FeedError(FeedFault.UNAVAILABLE, type(error).__name__) from None

    async def _follow(self, ask: Ask) -> Answer:
        url = ask.url
        for _ in range(_MOST_REDIRECTS + 1):
            target = await self._gate.admit(url)
            answer = await self._reach(ask, target)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return _usable(answer, ask)
            url = urljoin(target.url, answer.headers["location"])
        raise FeedError(FeedFault.UNAVAILABLE, "redirects")

    async def _reach(self, ask: Ask, target: Target) -> Answer:
        """The answer of the first machine that can be reached."""
        *others, last = target.machines
        for machine in others:
            try:
                return await self._once(ask, target, machine)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._once(ask, target, last)

    async def _once(self, ask: Ask, target: Target, machine: str) -> Answer:
        request = self._client.build_request(
            ask.method,
            httpx.URL(target.url).copy_with(host=machine),
            content=ask.body or None,
            headers={**ask.headers, "Host": _authority(target)},
            extensions={"sni_hostname": target.host},  # the certificate must be that of the name
        )
        login = httpx.BasicAuth(*ask.login) if ask.login and _same_site(ask.url, target.host) else None
        response = await self._client.send(request, auth=login, stream=True, follow_redirects=False)
        try:
            return Answer(response.status_code, target.url, response.headers, await self._body(response))
        finally:
            await response.aclose()

    async def _body(self, response: httpx.Response) -> bytes:
        """The body, unpacked; ``FeedError`` as soon as it is too much."""
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most_bytes:
            raise FeedError(FeedFault.TOO_LARGE, "announced")
        body = bytearray()
        async for block in response.aiter_bytes(65_536):
            body += block
            if len(body) > self._most_bytes:
                raise FeedError(FeedFault.TOO_LARGE, "body")
        return bytes(body)


def _usable(answer: Answer, ask: Ask) -> Answer:
    """The answer itself; what every server means alike by a status is raised as a fault.

    Who shows no login and is told "forbidden" came too often, or looks like a robot: that passes.
    """
    match answer.status:
        case 403 if ask.login is None:
            raise FeedError(FeedFault.UNAVAILABLE, "403", _retry_after(answer.headers))
        case 401 | 403:
            raise FeedError(FeedFault.CREDENTIALS_WRONG, str(answer.status))
        case 404 | 410:
            raise FeedError(FeedFault.CALENDAR_GONE, str(answer.status))
        case 429:
            raise FeedError(FeedFault.THROTTLED, "429", _retry_after(answer.headers))
        case status if status >= 500 or status == 408:
            raise FeedError(FeedFault.UNAVAILABLE, str(status), _retry_after(answer.headers))
        case _:
            return answer


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Seconds of Retry-After (RFC 9110, 10.2.3), bounded; a date there is left to our own back-off."""
    value = headers.get("retry-after", "")
    return min(timedelta(seconds=int(value[:9])), _LONGEST_WAIT) if value.isdecimal() else None


def _authority(target: Target) -> str:
    return urlsplit(target.url).netloc


def _same_site(asked: str, host: str) -> bool:
    """Whether the login may be shown to ``host``: big providers spread users over subdomains of one domain."""
    first = urlsplit(asked).hostname or ""
    parent = first.split(".", 1)[-1] if first.count(".") > 1 else first
    return host == first or host.endswith(f".{parent}")
