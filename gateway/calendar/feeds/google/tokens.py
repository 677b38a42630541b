"""What a consent at Google leaves with us: the tokens, as they are kept in the vault."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault


@dataclass(frozen=True, slots=True)
class Tokens:
    """A refresh token, which stays, and the access token of this hour."""

    refresh: str = field(repr=False)
    access: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None  # of the access token


def write_tokens(tokens: Tokens) -> bytes:
    """As the vault keeps them."""
    expires_at = tokens.expires_at and tokens.expires_at.timestamp()
    return json.dumps({"refresh": tokens.refresh, "access": tokens.access, "expires_at": expires_at}).encode()


def read_tokens(secret: bytes) -> Tokens:
    """As they were kept; ``FeedError`` where this is none of Google's secrets: the owner has to agree again."""
    try:
        kept = json.loads(secret)
        expires_at = kept["expires_at"] and datetime.fromtimestamp(kept["expires_at"], UTC)
        return Tokens(str(kept["refresh"]), kept["access"], expires_at)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        raise FeedError(FeedFault.CONSENT_REVOKED, "secret_unreadable") from None
