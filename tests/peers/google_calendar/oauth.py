"""The consent page, the token endpoint and the revocation endpoint of the peer.

The consent page asks nobody: whether users agree, and to what, is told by tests beforehand.
"""

import base64
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.peers.google_calendar.accounts import CLIENT_ID, CLIENT_SECRET, Accounts, Json, NotGranted
from tests.peers.stage.accidents import Accidents


class SignIn:
    """The endpoints of ``accounts.google.com`` and ``oauth2.googleapis.com``."""

    def __init__(self, accounts: Accounts, accidents: Accidents, default_user: str) -> None:
        self._accounts = accounts
        self._accidents = accidents
        self._default_user = default_user

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/o/oauth2/v2/auth", self._ask),
            Route("/token", self._token, methods=["POST"]),
            Route("/revoke", self._revoke, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code" or "redirect_uri" not in asked:
            return Response("Error 400: invalid_request", 400)
        back: Json = {"state": asked.get("state", "")}
        if self._accounts.denies:
            back["error"] = "access_denied"
        else:
            back["code"] = self._accounts.code(asked.get("login_hint", self._default_user), asked)
            back["scope"] = " ".join(sorted(set(asked["scope"].split()) - self._accounts.unticked))
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        return await self._accidents.around(request, lambda: self._tokens(request, form))

    async def _tokens(self, request: Request, form: Json) -> Response:
        if _client(request, form) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client", "error_description": "Unauthorized"}, 401)
        try:
            if form.get("grant_type") == "authorization_code":
                return JSONResponse(self._accounts.redeem(form))
            if form.get("grant_type") == "refresh_token":
                return JSONResponse(self._accounts.refresh(form))
        except NotGranted as refused:
            return JSONResponse(refused.body, 400)
        return JSONResponse({"error": "unsupported_grant_type", "error_description": "Invalid grant_type"}, 400)

    async def _revoke(self, request: Request) -> Response:
        form = await request.form()
        token = str(form.get("token") or request.query_params.get("token", ""))
        return await self._accidents.around(request, lambda: self._revoked(token))

    async def _revoked(self, token: str) -> Response:
        if self._accounts.revoke(token):
            return JSONResponse({})
        return JSONResponse({"error": "invalid_token", "error_description": "Token expired or revoked"}, 400)


def _client(request: Request, form: Json) -> tuple[str, str]:
    """Credentials in the form or by HTTP Basic (RFC 6749, 2.3.1)."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        name, _, secret = base64.b64decode(given).decode().partition(":")
        return unquote(name), unquote(secret)
    return form.get("client_id", ""), form.get("client_secret", "")
