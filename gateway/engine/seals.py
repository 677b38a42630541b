"""Short texts that only we can have written: octets and a tag over them, keyed and in letters that survive any mail.

HMAC-SHA-256 (RFC 2104), cut to 80 bits: as much as RFC 2104, 5 leaves unforgeable where each guess must be shown to us.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence

TAG_BYTES = 10


class Seals:
    """Writes and knows again. The first key writes; all are known, so that a key can be replaced without a stop."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def seal(self, octets: bytes) -> str:
        """``octets`` and their tag in small letters and digits (base32, RFC 4648, 6): their case does not matter."""
        return _text(octets + _tag(self._keys[0], octets))

    def unseal(self, text: str) -> bytes | None:
        """The octets; None for what we did not write."""
        try:
            sealed = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
        except (binascii.Error, ValueError):
            return None
        if _text(sealed) != text.lower():  # the last letter has bits to spare: one spelling only
            return None
        octets, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        known = [hmac.compare_digest(_tag(key, octets), tag) for key in self._keys]
        return octets if any(known) else None

    def name(self, octets: bytes, length: int) -> str:
        """A name of ``length`` letters that nobody can guess, always the same for the same octets and key."""
        return _text(_digest(self._keys[0], octets))[:length]


def _text(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()


def _tag(key: bytes, octets: bytes) -> bytes:
    return _digest(key, octets)[:TAG_BYTES]


def _digest(key: bytes, octets: bytes) -> bytes:
    return hmac.digest(key, octets, "sha256")
