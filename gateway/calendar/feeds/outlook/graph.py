"""Requests to Microsoft Graph, with the token of one user: what every one of them needs."""

import json
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from gateway.calendar.feeds.outlook.app import OutlookApp
from gateway.calendar.feeds.outlook.entra import Access, Entra
from gateway.calendar.feeds.outlook.faults import refused
from gateway.calendar.feeds.outlook.links import checked
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault

#: Ids that stay when an item changes folders, times in UTC, and bodies without HTML. It counts for each request anew.
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'

_LARGEST_ANSWER = 32_000_000  # bytes

#: What Graph gives one user must not come back to it with what another asks.
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])

for _each in ("httpx", "httpcore"):
    logging.getLogger(_each).setLevel(logging.WARNING)  # below, they tell links that hold cursors


class Graph:
    """Graph and Entra, for all users."""

    def __init__(self, app: OutlookApp) -> None:
        self.app = app
        self.entra = Entra(app)
        self.http = httpx.AsyncClient(
            timeout=app.timeout_s,
            follow_redirects=False,
            verify=_trust(app),
            trust_env=app.trusted is None,
            cookies=CookieJar(_NO_COOKIES),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self.http.aclose()
        await self.entra.close()


class GraphUser:
    """Asks Graph as one user; ``secret`` is what has to be kept of the sign-in from now on."""

    def __init__(self, graph: Graph, secret: bytes) -> None:
        self._graph = graph
        self._access: Access | None = None
        self.secret = secret

    async def ask(
        self,
        method: str,
        link: str,
        *,
        gone: FeedFault = FeedFault.CALENDAR_GONE,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        prefer: str = PREFER,
        if_match: str = "",
    ) -> Mapping[str, Any]:
        """What Graph answers; ``link`` is a path, or a link that it gave itself. Raises ``FeedError``.

        ``gone`` is what it means that the subject of this request is not there for us; ``if_match`` is the etag that it
        must still have.
        """
        url = checked(link if "://" in link else f"{self._graph.app.graph}/{link}", self._graph.app.graph)
        headers = {"Prefer": prefer, **({"If-Match": if_match} if if_match else {})}
        request = self._graph.http.build_request(method, url, params=query, json=body, headers=headers)
        answer = await self._send(request, renew=False)
        if answer.status == httpx.codes.UNAUTHORIZED:  # revoked before its time, or the clocks differ
            answer = await self._send(request, renew=True)
        if not httpx.codes.is_success(answer.status):
            raise refused(answer.status, answer.body, answer.headers, gone=gone)
        return _parsed(answer.body)

    async def _send(self, request: httpx.Request, *, renew: bool) -> "_Answer":
        if self._access is None or renew:
            self._access = await self._graph.entra.access(self.secret, renew=renew)
            self.secret = self._access.secret
        request.headers["Authorization"] = f"Bearer {self._access.token}"
        try:
            answer = await self._graph.http.send(request, stream=True)
            try:
                return _Answer(answer.status_code, answer.headers, await _body(answer))
            finally:
                await answer.aclose()
        except httpx.HTTPError as error:
            raise FeedError(FeedFault.UNAVAILABLE, type(error).__name__) from None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


async def _body(answer: httpx.Response) -> bytes:
    """All that was answered, within reason."""
    body = bytearray()
    async for block in answer.aiter_bytes():
        body += block
        if len(body) > _LARGEST_ANSWER:
            raise FeedError(FeedFault.UNAVAILABLE, "answer_too_large")
    return bytes(body)


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise FeedError(FeedFault.UNAVAILABLE, "answer_unreadable")
    return parsed


def _trust(app: OutlookApp) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=app.trusted) if app.trusted else True
