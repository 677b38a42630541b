"""Microsoft accounts of the peer: users, what they granted, and the tokens that came of it.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow (code, refresh, errors),
.../refresh-tokens (rotation), .../reference-error-codes (AADSTS codes), .../id-token-claims-reference.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.peers.stage.clock import PeerClock
from tests.peers.stage.proof_keys import fits

Json = dict[str, Any]

CLIENT_ID = "6731de76-14a6-49ae-97bc-6eba6914391e"
CLIENT_SECRET = "peer~client~secret"
TENANT = "84bd8158-6d4d-4958-8b9f-9d6445542f95"

#: AADSTS codes by which tests let refreshing be refused: error, suberror, text.
REFUSALS: dict[int, tuple[str, str | None, str]] = {
    50076: ("interaction_required", "basic_action", "You must use multi-factor authentication to access the resource."),
    50173: ("invalid_grant", "bad_token", "The provided grant has expired due to it being revoked."),
    65001: ("invalid_grant", "consent_required", "The user or administrator has not consented to use the application."),
    70008: ("invalid_grant", "bad_token", "The provided authorization code or refresh token has expired."),
    70000: ("invalid_grant", "bad_token", "The provided value for the 'refresh_token' parameter is not valid."),
    700082: ("invalid_grant", "bad_token", "The refresh token has expired due to inactivity."),
    7000222: ("invalid_client", None, "The provided client secret keys are expired."),
    90094: ("access_denied", None, "The grant requires admin permission."),
}


class NotGranted(Exception):
    """A token endpoint's refusal."""

    def __init__(self, code: int, error: str | None = None, text: str | None = None) -> None:
        super().__init__(code)
        known = REFUSALS.get(code, ("invalid_grant", None, ""))
        self.status = 401 if (error or known[0]) == "invalid_client" else 400
        self.body: Json = {
            "error": error or known[0],
            "error_description": f"AADSTS{code}: {text or known[2]} Trace ID: 0 Correlation ID: 0",
            "error_codes": [code],
            "timestamp": "2026-11-23 09:00:00Z",
            "trace_id": "0",
            "correlation_id": "0",
            **({"suberror": known[1]} if known[1] else {}),
        }


@dataclass
class Grant:
    """What one user allowed one time."""

    user: str
    scopes: frozenset[str]
    refresh_tokens: list[str] = field(default_factory=list)  # the last one is the newest
    access_tokens: set[str] = field(default_factory=set)


@dataclass
class Accounts:
    """Everybody's grants."""

    clock: PeerClock
    lifetime_s: int = 3599  # of access tokens, as clients are told; they die when a test says so
    refuses: int | None = None  # an AADSTS code that every refresh is answered by
    denies: str | None = None  # an error that the consent page answers
    grants: list[Grant] = field(default_factory=list)
    _codes: dict[str, tuple[str, Json]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def forget(self) -> None:
        """Nobody has allowed anything."""
        self.lifetime_s, self.refuses, self.denies = 3599, None, None
        self.grants.clear()
        self._codes.clear()

    def grant(self, user: str, scopes: frozenset[str]) -> Grant:
        """A consent that was given."""
        made = Grant(user, scopes, [self._token("0.AXoA")])
        self.grants.append(made)
        return made

    def code(self, user: str, asked: Json) -> str:
        """A code for what the consent page was asked, to be used once."""
        code = self._token("0.AUcA")
        self._codes[code] = (user, asked)
        return code

    def redeem(self, form: Json) -> Json:
        """Tokens for a code: the verifier has to fit its challenge (RFC 7636, 4.6)."""
        user, asked = self._codes.pop(form.get("code", ""), ("", {}))
        if not user or asked.get("redirect_uri") != form.get("redirect_uri"):
            raise NotGranted(70008)
        if "code_challenge" in asked and not fits(form.get("code_verifier", ""), asked["code_challenge"]):
            raise NotGranted(501481, text="The Code_Verifier does not match the code_challenge supplied.")
        grant = self.grant(user, frozenset(asked["scope"].split()))
        return self.tokens(grant, asked.get("nonce"))

    def refresh(self, form: Json, *, old_ones_die: bool) -> Json:
        """A new access token and, as always, a new refresh token."""
        if self.refuses is not None:
            raise NotGranted(self.refuses)
        given = form.get("refresh_token", "")
        grant = next((each for each in self.grants if given in each.refresh_tokens), None)
        if grant is None:
            raise NotGranted(50173)
        if old_ones_die:
            grant.refresh_tokens.clear()
        grant.refresh_tokens.append(self._token("0.AXoA"))
        return self.tokens(grant)

    def who(self, access_token: str) -> Grant | None:
        """Whose token this is, while it lives."""
        return next((each for each in self.grants if access_token in each.access_tokens), None)

    def revoke(self, user: str) -> None:
        """What the user does on the page of apps, or an admin in the directory."""
        self.grants[:] = [each for each in self.grants if each.user != user]

    def expire(self) -> None:
        """Let every access token die; refresh tokens live on."""
        for grant in self.grants:
            grant.access_tokens.clear()

    def _token(self, head: str) -> str:
        return f"{head}-peer-{next(self._numbers):08}"

    def tokens(self, grant: Grant, nonce: str | None = None) -> Json:
        """The answer of the token endpoint."""
        token = self._token("EwB4A8l6BAAU")
        grant.access_tokens.add(token)
        user_id = identity(grant.user)
        answer: Json = {
            "token_type": "Bearer",
            "scope": " ".join(sorted(grant.scopes - {"offline_access"})),
            "expires_in": self.lifetime_s,
            "ext_expires_in": self.lifetime_s,
            "access_token": token,
            "client_info": _encoded({"uid": user_id, "utid": TENANT}),
        }
        if "offline_access" in grant.scopes:
            answer["refresh_token"] = grant.refresh_tokens[-1]
        if "openid" in grant.scopes:
            answer["id_token"] = self._id_token(grant.user, nonce)
        return answer

    def _id_token(self, user: str, nonce: str | None) -> str:
        """Who the user is; the signature is none, as nobody here serves keys to check it with."""
        now = int(self.clock.now.timestamp())
        claims = {
            "aud": CLIENT_ID,
            "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "name": user.partition("@")[0].title(),
            "preferred_username": user,
            "oid": identity(user),
            "sub": identity(f"{CLIENT_ID} {user}"),
            "tid": TENANT,
            "ver": "2.0",
            **({"nonce": nonce} if nonce else {}),
        }
        return ".".join((_encoded({"typ": "JWT", "alg": "RS256", "kid": "peer"}), _encoded(claims), "cGVlcg"))


def identity(user: str) -> str:
    """A user's object id."""
    digest = hashlib.sha256(user.encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


def _encoded(claims: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
