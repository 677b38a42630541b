"""Proof that who brings a code is who asked for it (RFC 7636, 4.6)."""

import base64
import hashlib
import hmac


def fits(verifier: str, challenge: str) -> bool:
    """Whether a verifier is the one whose SHA-256 was announced."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)
