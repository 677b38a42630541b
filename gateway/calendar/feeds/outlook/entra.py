"""Microsoft's own sign-in library (msal), kept behind one door: it blocks, so it works in a few threads of its own."""

import asyncio
import json
import logging
import threading
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

from msal import ConfidentialClientApplication, SerializableTokenCache
from msal.exceptions import MsalError
from requests import RequestException, Response, Session

from gateway.calendar.feeds.outlook.app import SCOPE, OutlookApp
from gateway.calendar.feeds.outlook.faults import not_granted, not_refreshed
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault

T = TypeVar("T")

_THREADS = 4

#: A session serves one user after another.
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])

#: The answer comes to our page in its address: a form would come without the cookie that says whose answer it is.
#: Nobody else sees that address, for the page sends no referrer and is not logged.
warnings.filterwarnings("ignore", "response_mode='form_post' is recommended", UserWarning)

logging.getLogger("msal").setLevel(logging.ERROR)  # below, it tells who signs in, and gives advice


@dataclass(frozen=True, slots=True)
class Access:
    """An access token, and the secret to be kept from now on: Entra replaces refresh tokens."""

    token: str = field(repr=False)
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who agreed to what."""

    secret: bytes = field(repr=False)
    subject: str  # the home account id
    label: str
    scopes: frozenset[str]


class Entra:
    """Signs users in and keeps them signed in."""

    def __init__(self, app: OutlookApp) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="entra")
        self._own = threading.local()  # the library is not made to be shared by threads
        self._sessions: list[Session] = []

    async def begin(self, redirect_uri: str, scope: str = SCOPE) -> dict[str, Any]:
        """A flow for one scope: where to send the user, and what to keep meanwhile (state, PKCE verifier, nonce)."""
        flow: dict[str, Any] = await self._do(
            lambda: self._client(SerializableTokenCache()).initiate_auth_code_flow([scope], redirect_uri=redirect_uri)
        )
        return flow

    async def complete(self, flow: dict[str, Any], answer: Mapping[str, str], scope: str = SCOPE) -> SignedIn:
        """Trade the code in the answer to a flow for ``scope``."""
        return await self._do(lambda: self._complete(flow, dict(answer), scope))

    async def access(self, secret: bytes, *, renew: bool = False) -> Access:
        """An access token: the one at hand, or a new one where that is old or ``renew`` says that it was refused."""
        return await self._do(lambda: self._access(secret, renew=renew))

    async def close(self) -> None:
        """Let what is under way end, and drop what has not begun."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        for each in self._sessions:
            each.close()

    async def _do(self, work: Callable[[], T]) -> T:
        """Do something in a thread, within the time; discovery and the request itself have one each."""
        try:
            async with asyncio.timeout(3 * self._app.timeout_s):
                return await asyncio.get_running_loop().run_in_executor(self._pool, _told, work)
        except TimeoutError:
            raise FeedError(FeedFault.UNAVAILABLE, "timeout") from None

    def _complete(self, flow: dict[str, Any], answer: dict[str, str], scope: str) -> SignedIn:
        cache = SerializableTokenCache()
        result = self._client(cache).acquire_token_by_auth_code_flow(flow, answer)
        if "error" in result:
            raise not_granted(result)
        if not any(cache.search(SerializableTokenCache.CredentialType.REFRESH_TOKEN)):
            raise FeedError(FeedFault.UNAVAILABLE, "no_refresh_token")
        (account,) = self._client(cache).get_accounts()
        scopes = frozenset(str(result.get("scope") or scope).split())
        subject = str(account["home_account_id"])
        return SignedIn(_secret(subject, cache, scope), subject, str(account.get("username") or ""), scopes)

    def _access(self, secret: bytes, *, renew: bool) -> Access:
        subject, cache, scope = _opened(secret)
        client = self._client(cache)
        account = next((each for each in client.get_accounts() if each["home_account_id"] == subject), None)
        result = client.acquire_token_silent_with_error([scope], account, force_refresh=renew)
        if result is None:  # it forgets whoever was refused
            raise FeedError(FeedFault.CONSENT_REVOKED, "no_account")
        if "access_token" not in result:
            raise not_refreshed(result)
        return Access(result["access_token"], _secret(subject, cache, scope) if cache.has_state_changed else secret)

    def _client(self, cache: SerializableTokenCache) -> ConfidentialClientApplication:
        """The library with the tokens of one user. What it learns of Entra itself is kept for a day."""
        if not hasattr(self._own, "session"):
            self._own.session, self._own.known = _Session(self._app), {}
            self._sessions.append(self._own.session)
        return ConfidentialClientApplication(
            self._app.client_id,
            client_credential=self._app.client_secret,
            authority=self._app.authority,
            instance_discovery=False,  # the authority is the one that was set
            token_cache=cache,
            http_client=self._own.session,
            http_cache=self._own.known,
        )


class _Session(Session):
    """Requests that do not wait for ever."""

    def __init__(self, app: OutlookApp) -> None:
        super().__init__()
        self._timeout_s = app.timeout_s
        self.cookies.set_policy(_NO_COOKIES)
        if app.trusted:
            self.verify = str(app.trusted)
            self.trust_env = False  # the environment would name other authorities, and win

    def request(self, *args: Any, **kwargs: Any) -> Response:
        return super().request(*args, **{**kwargs, "timeout": self._timeout_s})


def _told(work: Callable[[], T]) -> T:
    """What the work gives, the troubles of the library in our words."""
    try:
        return work()
    except (RequestException, MsalError, ValueError, LookupError, RuntimeError) as error:
        raise FeedError(FeedFault.UNAVAILABLE, type(error).__name__) from None


def _secret(subject: str, cache: SerializableTokenCache, scope: str) -> bytes:
    return json.dumps({"account": subject, "scope": scope, "cache": cache.serialize()}).encode()


def _opened(secret: bytes) -> tuple[str, SerializableTokenCache, str]:
    """Whose it is, the tokens, and the scope to ask for: only with the one that was agreed to is there an answer."""
    cache = SerializableTokenCache()
    try:
        kept = json.loads(secret)
        cache.deserialize(kept["cache"])
        return str(kept["account"]), cache, str(kept.get("scope", SCOPE))
    except (ValueError, LookupError, TypeError):
        raise FeedError(FeedFault.CONSENT_REVOKED, "secret_unreadable") from None
