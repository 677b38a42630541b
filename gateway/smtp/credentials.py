"""The login and password inside what AUTH PLAIN and AUTH LOGIN send (RFC 4616, and the custom of LOGIN)."""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login with its password, which no representation shows."""

    login: str
    password: str = field(repr=False)


def decode(text: bytes) -> str | None:
    """One base64 answer as text; None when it is not base64 of UTF-8. A lone ``=`` is an empty answer (RFC 4954, 4)."""
    try:
        return b64decode(b"" if text == b"=" else text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def plain(message: str) -> Credentials | None:
    """Read ``authorisation NUL login NUL password``; the first part is ignored: one acts for oneself."""
    parts = message.split("\0")
    return Credentials(parts[1], parts[2]) if len(parts) == 3 else None


def challenge(prompt: str) -> bytes:
    """The line that asks for an answer; the space stays when there is nothing to ask (RFC 4954, 4)."""
    return b"334 " + b64encode(prompt.encode()) + b"\r\n"
