"""Asking the owner of a Google calendar for access: the OAuth 2.0 code flow with PKCE, as Google wants it.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx
from google_auth_oauthlib.flow import Flow

from gateway.calendar.feeds.google.app import SCOPES, WRITE_SCOPE, GoogleApp
from gateway.calendar.feeds.google.client import GoogleClient
from gateway.calendar.feeds.google.faults import not_granted
from gateway.calendar.feeds.google.tokens import Tokens, read_tokens, write_tokens
from gateway.calendar.feeds.port import Begun, FeedError, Granted
from gateway.calendar.words import FeedFault, Provider


class GoogleConsent:
    """The authorisation pages of Google."""

    provider = Provider.GOOGLE

    def __init__(self, app: GoogleApp, client: GoogleClient) -> None:
        self._app = app
        self._client = client

    async def begin(self, redirect_uri: str, *, writes: bool = False) -> Begun:
        """Ask for the two read-only scopes, and only where it ``writes`` for a third.

        Always with the page: only then is there a refresh token for certain.
        """
        client = {
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "auth_uri": self._app.auth_uri,
            "token_uri": self._app.token_uri,
        }
        flow = Flow.from_client_config({"web": client}, _scopes(writes=writes), redirect_uri=redirect_uri)
        url, state = flow.authorization_url(access_type="offline", prompt="consent")  # with a PKCE challenge
        flow.oauth2session.close()
        return Begun(url, state, json.dumps({"verifier": flow.code_verifier, "writes": writes}).encode())

    async def complete(self, kept: bytes, redirect_uri: str, answer: Mapping[str, str]) -> Granted:
        """Trade the code for tokens; the owner may have refused, or have left one of the boxes without a tick."""
        if error := answer.get("error"):
            raise not_granted({"error": error})
        begun = json.loads(kept)
        token = await self._trade(answer.get("code", ""), begun["verifier"], redirect_uri)
        asked = frozenset(_scopes(writes=begun.get("writes", False)))
        scopes = frozenset(token["scope"].split()) if "scope" in token else asked  # RFC 6749, 5.1
        if missing := asked - scopes:
            # not revoked: at Google that would end what this user granted before, too
            raise FeedError(FeedFault.SCOPE_MISSING, " ".join(sorted(each.rsplit("/", 1)[-1] for each in missing)))
        tokens = _tokens(token)
        address = await self._address(tokens)
        return Granted(write_tokens(tokens), address, address, scopes, writes=WRITE_SCOPE in scopes)

    async def revoke(self, secret: bytes) -> None:
        """Have Google forget the access, all that this user granted to us; it is fine where it already has."""
        answer = await self._post(self._app.revoke_uri, {"token": read_tokens(secret).refresh})
        if not answer.is_success and answer.status_code != httpx.codes.BAD_REQUEST:  # no such token any more
            raise FeedError(FeedFault.UNAVAILABLE, str(answer.status_code))

    async def _trade(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """The token answer (RFC 6749, 4.1.3 and 5.1; RFC 7636, 4.5)."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
        }
        answer = await self._post(self._app.token_uri, fields)
        try:
            token = answer.json()
        except ValueError:
            token = {}
        if not answer.is_success or not isinstance(token, dict):
            raise not_granted(token if isinstance(token, dict) else {})
        return token

    async def _post(self, url: str, fields: Mapping[str, str]) -> httpx.Response:
        try:
            async with httpx.AsyncClient(timeout=self._app.timeout_s) as client:
                return await client.post(url, data=fields)
        except httpx.HTTPError as error:
            raise FeedError(FeedFault.UNAVAILABLE, type(error).__name__) from None

    async def _address(self, tokens: Tokens) -> str:
        """The mail address of the user, which is the name of the calendar that each has from the start."""
        answer, _ = await self._client.ask(
            tokens, "calendarList.list", gone=FeedFault.SCOPE_MISSING, minAccessRole="owner", fields="items(id,primary)"
        )
        return next((str(each["id"]) for each in answer.get("items", ()) if each.get("primary")), "")


def _scopes(*, writes: bool) -> tuple[str, ...]:
    return (*SCOPES, WRITE_SCOPE) if writes else SCOPES


def _tokens(token: Mapping[str, Any]) -> Tokens:
    if "refresh_token" not in token:
        raise FeedError(FeedFault.UNAVAILABLE, "no_refresh_token")
    return Tokens(token["refresh_token"], token["access_token"])  # good until Google says that it is not
