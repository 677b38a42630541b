"""Google accounts of the peer: users, what they granted, and the tokens that came of it.

Source: https://developers.google.com/identity/protocols/oauth2/web-server (code, refresh, revocation, errors).
"""

import base64
import hashlib
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.peers.stage.proof_keys import fits

Json = dict[str, Any]

CLIENT_ID = "peer-client.apps.googleusercontent.com"
CLIENT_SECRET = "peer-client-secret"

READ_SCOPES = (
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    "https://www.googleapis.com/auth/calendar.events.readonly",
)


class NotGranted(Exception):
    """A token endpoint's refusal: the error code of RFC 6749, 5.2, and a description."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": description}


@dataclass
class Grant:
    """What one user allowed one time."""

    user: str
    scopes: frozenset[str]
    refresh_token: str
    access_tokens: set[str] = field(default_factory=set)


@dataclass
class Accounts:
    """Everybody's grants."""

    lifetime_s: int = 3599  # of access tokens, as clients are told; they die when a test says so
    unticked: set[str] = field(default_factory=set)  # scopes that users leave out on the consent page
    denies: bool = False  # whether users press Cancel
    grants: dict[str, Grant] = field(default_factory=dict)  # by refresh token
    _codes: dict[str, tuple[str, frozenset[str], Json]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def forget(self) -> None:
        """Nobody has allowed anything."""
        self.lifetime_s, self.denies = 3599, False
        for kept in (self.unticked, self.grants, self._codes):
            kept.clear()

    def grant(self, user: str, scopes: frozenset[str]) -> Grant:
        """A consent that was given."""
        made = Grant(user, scopes, f"1//peer-refresh-{next(self._numbers):06}")
        self.grants[made.refresh_token] = made
        return made

    def code(self, user: str, asked: Json) -> str:
        """A code for what the consent page was asked, to be used once."""
        code = f"4/peer-code-{next(self._numbers):06}"
        self._codes[code] = (user, frozenset(asked["scope"].split()) - self.unticked, asked)
        return code

    def redeem(self, form: Json) -> Json:
        """Tokens for a code: the verifier has to fit its challenge (RFC 7636, 4.6)."""
        user, scopes, asked = self._codes.pop(form.get("code", ""), ("", frozenset(), {}))
        if not user or asked.get("redirect_uri") != form.get("redirect_uri"):
            raise NotGranted("invalid_grant", "Malformed auth code.")
        if "code_challenge" in asked and not fits(form.get("code_verifier", ""), asked["code_challenge"]):
            raise NotGranted("invalid_grant", "Invalid code verifier.")
        grant = self.grant(user, scopes)
        answer = self._tokens(grant)
        if asked.get("access_type") == "offline":
            answer["refresh_token"] = grant.refresh_token
        return answer

    def refresh(self, form: Json) -> Json:
        """A new access token."""
        grant = self.grants.get(form.get("refresh_token", ""))
        if grant is None:
            raise NotGranted("invalid_grant", "Token has been expired or revoked.")
        return self._tokens(grant)

    def who(self, access_token: str) -> Grant | None:
        """Whose token this is, while it lives."""
        return next((each for each in self.grants.values() if access_token in each.access_tokens), None)

    def revoke(self, token: str) -> bool:
        """End the grant to which an access or refresh token belongs; whether there was one."""
        grant = self.grants.get(token) or self.who(token)
        return grant is not None and self.grants.pop(grant.refresh_token, None) is not None

    def revoke_all(self, user: str) -> None:
        """What the user does on the page of connected apps."""
        for grant in [each for each in self.grants.values() if each.user == user]:
            del self.grants[grant.refresh_token]

    def expire(self) -> None:
        """Let every access token die; refresh tokens live on."""
        for grant in self.grants.values():
            grant.access_tokens.clear()

    def _tokens(self, grant: Grant) -> Json:
        token = f"ya29.peer-access-{next(self._numbers):06}"
        grant.access_tokens.add(token)
        return {
            "access_token": token,
            "expires_in": self.lifetime_s,
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
            **({"id_token": _id_token(grant.user)} if "openid" in grant.scopes else {}),
        }


def _id_token(user: str) -> str:
    """Who the user is; the signature is none, as nobody here serves keys to check it with."""
    subject = int(hashlib.sha256(user.encode()).hexdigest()[:15], 16)
    claims = f'{{"sub":"{subject}","email":"{user}","aud":"{CLIENT_ID}"}}'
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (b"{}", claims.encode(), b"peer"))
