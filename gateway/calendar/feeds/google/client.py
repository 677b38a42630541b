"""Google's own client library, kept behind one door: requests by name go in, JSON and tokens come out.

It blocks, so it works in a few threads of its own; its transport serves one thread, so every request has a new one.
"""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from http.client import HTTPException
from typing import Any

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp, Request
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from gateway.calendar.feeds.google.app import GoogleApp
from gateway.calendar.feeds.google.faults import not_granted, refused
from gateway.calendar.feeds.google.tokens import Tokens
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault

_THREADS = 8

for _each in ("googleapiclient", "google_auth_httplib2", "google.auth", "oauthlib", "requests_oauthlib"):
    logging.getLogger(_each).setLevel(logging.WARNING)  # below, they tell addresses and tokens


class GoogleClient:
    """Asks Google's Calendar API, as one of its users after another."""

    def __init__(self, app: GoogleApp) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="google")

    async def ask(
        self,
        tokens: Tokens,
        request: str,
        *,
        gone: FeedFault = FeedFault.CALENDAR_GONE,
        if_match: str = "",
        **parameters: Any,
    ) -> tuple[Mapping[str, Any], Tokens]:
        """What ``request`` ("events.list") answers, and the tokens to go on with. Raises ``FeedError``.

        ``gone`` is what it means that the subject of this request is not there for us; ``if_match`` is the etag that it
        must still have.
        """
        asked = _Asked(request, parameters, if_match)
        try:
            async with asyncio.timeout(3 * self._app.timeout_s):  # a refresh, the request, and once more
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._pool, self._ask, tokens, asked, gone)
        except TimeoutError:
            raise FeedError(FeedFault.UNAVAILABLE, "timeout") from None

    async def close(self) -> None:
        """Let what is under way end, and drop what has not begun."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _ask(self, tokens: Tokens, asked: "_Asked", gone: FeedFault) -> tuple[Mapping[str, Any], Tokens]:
        credentials = self._credentials(tokens)
        try:
            with closing(_transport(self._app.timeout_s)) as http:
                answer = self._answer(credentials, http, asked)
        except HttpError as error:
            raise refused(error.status_code, error.content, dict(error.resp), gone=gone) from None
        except RefreshError as error:
            raise _not_granted(error) from None
        except (GoogleAuthError, httplib2.HttpLib2Error, HTTPException, OSError) as error:
            raise FeedError(FeedFault.UNAVAILABLE, type(error).__name__) from None
        except UnicodeDecodeError:
            answer = None
        if not isinstance(answer, Mapping):  # the library hands on as it is what is not JSON
            raise FeedError(FeedFault.UNAVAILABLE, "answer_unreadable")
        return answer, _tokens(credentials)

    def _answer(self, credentials: Credentials, http: httplib2.Http, asked: "_Asked") -> Any:
        """The answer, parsed; where the access token is not good any more, once again with a new one."""
        if not credentials.valid:
            _renew(credentials, http)
        try:
            return self._execute(credentials, http, asked)
        except HttpError as error:
            if error.status_code != 401:
                raise
        _renew(credentials, http)
        return self._execute(credentials, http, asked)

    def _execute(self, credentials: Credentials, http: httplib2.Http, asked: "_Asked") -> Any:
        *collections, method = asked.request.split(".")
        resource = self._calendar_api
        for each in collections:
            resource = getattr(resource, each)()
        # no retries: they would sleep in this thread and overlook Retry-After
        authorized = AuthorizedHttp(credentials, http=http, refresh_status_codes=())
        request = getattr(resource, method)(**asked.parameters)
        if asked.if_match:
            request.headers["If-Match"] = asked.if_match
        answer = request.execute(http=authorized, num_retries=0)
        return answer or {}  # 204 has no content

    @cached_property
    def _calendar_api(self) -> Any:
        """The API as the description in the library has it: without a state, so threads may share it."""
        http = httplib2.Http()  # never used: each request brings its own
        return build("calendar", "v3", http=http, client_options={"api_endpoint": self._app.api}, static_discovery=True)

    def _credentials(self, tokens: Tokens) -> Credentials:
        return Credentials(  # type: ignore[no-untyped-call]  # google-auth has no types
            tokens.access,
            refresh_token=tokens.refresh,
            token_uri=self._app.token_uri,
            client_id=self._app.client_id,
            client_secret=self._app.client_secret,
            expiry=tokens.expires_at and tokens.expires_at.replace(tzinfo=None),  # its instants are naive UTC
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request by name."""

    request: str
    parameters: Mapping[str, Any]
    if_match: str


class _Once(Request):  # type: ignore[misc]  # google-auth has no types: its classes are Any
    """A transport for the token endpoint: its trouble is told at once, where the library would wait and try again."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().__call__(*args, **kwargs)
        if answer.status == 429 or answer.status >= 500:
            raise TransportError(f"HTTP {answer.status}")  # type: ignore[no-untyped-call]  # google-auth has no types
        return answer


def _renew(credentials: Credentials, http: httplib2.Http) -> None:
    credentials.refresh(_Once(http))  # type: ignore[no-untyped-call]  # google-auth has no types


def _transport(timeout_s: float) -> httplib2.Http:
    http = httplib2.Http(timeout=timeout_s)
    http.follow_redirects = False  # the API has none, and a token is not to be carried elsewhere
    return http


def _tokens(credentials: Credentials) -> Tokens:
    expiry = credentials.expiry
    return Tokens(credentials.refresh_token, credentials.token, expiry and expiry.replace(tzinfo=UTC))


def _not_granted(error: RefreshError) -> FeedError:
    answer = error.args[1] if len(error.args) > 1 else {}
    return not_granted(answer if isinstance(answer, Mapping) else {})
