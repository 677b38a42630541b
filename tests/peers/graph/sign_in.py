"""The discovery document, the consent page and the token endpoint of the peer.

The consent page asks nobody: whether users agree is told by tests beforehand.
"""

from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.peers.graph.accounts import CLIENT_ID, CLIENT_SECRET, Accounts, Json, NotGranted
from tests.peers.graph.view import Manners
from tests.peers.stage.accidents import Accidents


class SignIn:
    """The endpoints of ``login.microsoftonline.com``."""

    def __init__(self, accounts: Accounts, accidents: Accidents, manners: Manners, base: str, user: str) -> None:
        self._accounts = accounts
        self._accidents = accidents
        self._manners = manners
        self._base = base
        self._user = user

    def routes(self) -> list[Route]:
        """Where they are, for every tenant."""
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery),
            Route("/{tenant}/oauth2/v2.0/authorize", self._ask),
            Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
        ]

    async def _discovery(self, request: Request) -> Response:
        tenant = f"{self._base}/{request.path_params['tenant']}"
        return JSONResponse(
            {
                "issuer": f"{tenant}/v2.0",
                "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
                "token_endpoint": f"{tenant}/oauth2/v2.0/token",
                "jwks_uri": f"{tenant}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            }
        )

    async def _ask(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT_ID or "code" not in asked.get("response_type", ""):
            return Response("AADSTS700016: Application with identifier was not found in the directory", 400)
        back: Json = {"state": asked.get("state", "")}
        if self._accounts.denies:
            back |= {"error": self._accounts.denies, "error_description": "AADSTS65004: User declined to consent."}
        else:
            back["code"] = self._accounts.code(asked.get("login_hint", self._user), asked)
        if asked.get("response_mode") == "form_post":
            fields = "".join(f'<input type="hidden" name="{name}" value="{escape(back[name])}">' for name in back)
            return HTMLResponse(f'<form method="post" action="{escape(asked["redirect_uri"])}">{fields}</form>')
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        return await self._accidents.around(request, lambda: self._tokens(form))

    async def _tokens(self, form: Json) -> Response:
        try:
            return JSONResponse(self._granted(form))
        except NotGranted as refused:
            return JSONResponse(refused.body, refused.status)

    def _granted(self, form: Json) -> Json:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise NotGranted(7000215, "invalid_client", "Invalid client secret provided.")
        if form.get("grant_type") == "authorization_code":
            return self._accounts.redeem(form)
        return self._accounts.refresh(form, old_ones_die=self._manners.old_refresh_tokens_die)
