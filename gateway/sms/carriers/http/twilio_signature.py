"""How Twilio signs what it delivers.

https://www.twilio.com/docs/usage/webhooks/webhooks-security; the newer signatures by a shared key are described in
the request validator of twilio-python 9.13.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import SplitResult, parse_qs, urlsplit

from gateway.sms.carriers.http.deliveries import Delivery, DeliveryRefused, Fault, pairs_in, prove, same, text_in

_SIGNATURE = "x-twilio-signature"
_SETTINGS = "x-twilio-webhooks-signature-settings"  # key=<id>,algorithm=<name>
_PORTS = {"https": 443, "http": 80}

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Keys:
    """What deliveries are signed with."""

    auth_token: str = field(repr=False)  # with SHA-1
    shared_key: str | None = field(default=None, repr=False)  # with SHA-256, for accounts that have one


def proven_pairs(delivery: Delivery, keys: Keys) -> Pairs:
    """The fields of a form that Twilio signed; none of a JSON body, which its query vouches for."""
    key, algorithm = _key(delivery.headers, keys)
    hashes = parse_qs(delivery.query).get("bodySHA256", [])
    if hashes and not same(hashes[0], sha256(delivery.body).hexdigest()):
        raise DeliveryRefused(Fault.FORGED)
    pairs = [] if hashes else pairs_in(text_in(delivery.body))
    rest = "".join(name + value for name, value in sorted(set(pairs)))
    right = [_signed(key, algorithm, url + rest) for url in _with_and_without_port(delivery.url)]
    prove(delivery.headers.get(_SIGNATURE), *right)
    return pairs


def _key(headers: Mapping[str, str], keys: Keys) -> tuple[str, str]:
    """The key and the algorithm that the headers name; without the newer header it is the auth token and SHA-1."""
    named = [part.partition("=") for part in headers.get(_SETTINGS, "").split(",")]
    algorithm = next((value.strip().upper() for name, _, value in named if name.strip() == "algorithm"), "HMAC_SHA1")
    if algorithm == "HMAC_SHA1":
        return keys.auth_token, "sha1"
    if algorithm == "HMAC_SHA256" and keys.shared_key:
        return keys.shared_key, "sha256"
    raise DeliveryRefused(Fault.UNSIGNED)


def _signed(key: str, algorithm: str, text: str) -> str:
    return b64encode(hmac.new(key.encode(), text.encode(), algorithm).digest()).decode()


def _with_and_without_port(url: str) -> list[str]:
    """Twilio signs either: which one, its validators say, is not settled."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    port = parts.port or _PORTS[parts.scheme]
    return [_at(parts, host), _at(parts, f"{host}:{port}")]


def _at(parts: SplitResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()
