"""What providers deliver to us by themselves: the values, and the proofs that each must bring before it is believed."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gateway.sms.carriers.names import name
from gateway.sms.carriers.port import InboundSms, Receipt

MAX_BODY_BYTES = 65_536  # an SMS of 255 parts has 39 015 characters; no provider passes on more than a few parts

#: How old a signature may be, and how far ahead the clock of a provider.
FRESH_FOR = timedelta(minutes=5)

_MOST_FIELDS = 100
_LONGEST_SIGNATURE = 200  # characters: HMAC-SHA512 in hex has 128


class Fault(StrEnum):
    """Why a delivery was not taken in."""

    NOT_EXPECTED = "not_expected"  # by the secret in the path, or by the address that it came from
    UNSIGNED = "unsigned"
    STALE = "stale"
    FORGED = "forged"
    MALFORMED = "malformed"
    REPLAYED = "replayed"  # it was taken in before


class DeliveryRefused(Exception):
    """A delivery that must change nothing; ``fault`` says why, and nothing of what it held."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of a provider, as it came."""

    method: str
    url: str = field(repr=False)  # as the provider knows it, by our public address and with its query
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    body: bytes = field(repr=False)
    peer: str | None = None  # the address that it came from
    secret: str = field(default="", repr=False)  # the last part of the path, where there is one

    @property
    def query(self) -> str:
        """What stands after the question mark."""
        return urlsplit(self.url).query

    def mark(self) -> bytes:
        """The same for the same delivery, whatever its headers: they may be made anew when it comes again."""
        return sha256(b"\0".join((self.method.encode(), self.url.encode(), self.body))).digest()


@dataclass(frozen=True, slots=True)
class News:
    """What a delivery told."""

    receipts: Sequence[Receipt] = ()
    inbound: Sequence[InboundSms] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may deliver at all."""

    path_secret: str | None = field(default=None, repr=False)
    networks: tuple[IPv4Network | IPv6Network, ...] = ()  # none: from anywhere

    def check(self, delivery: Delivery) -> None:
        """Raise ``DeliveryRefused`` for what comes another way."""
        if not same(delivery.secret, self.path_secret or "") or not self._is_near(delivery.peer):
            raise DeliveryRefused(Fault.NOT_EXPECTED)

    def _is_near(self, peer: str | None) -> bool:
        if not self.networks:
            return True
        try:
            address = ip_address(peer or "")
        except ValueError:
            return False
        # to a server that listens on IPv6, whoever comes by IPv4 is ::ffff:192.0.2.1
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any((mapped or address) in each for each in self.networks)


def same(given: str, right: str) -> bool:
    """Whether two texts are one, in a time that tells nothing about either."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def prove(given: str | None, *right: str) -> None:
    """Raise ``DeliveryRefused`` unless the signature is one of the right ones."""
    if not given or len(given) > _LONGEST_SIGNATURE:
        raise DeliveryRefused(Fault.UNSIGNED)
    looked_at = [same(given, each) for each in right]  # at each, or the time would tell which was right
    if not any(looked_at):
        raise DeliveryRefused(Fault.FORGED)


def prove_fresh(seconds: str | None, now: datetime, fresh_for: timedelta = FRESH_FOR) -> None:
    """Raise ``DeliveryRefused`` unless a signed Unix time is about now."""
    if seconds is None or not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise DeliveryRefused(Fault.UNSIGNED)
    if abs(now.timestamp() - int(seconds)) > fresh_for.total_seconds():
        raise DeliveryRefused(Fault.STALE)


def pairs_in(text: str) -> list[tuple[str, str]]:
    """The fields of a query or a form, with those that are empty; ``DeliveryRefused`` where it is none."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise DeliveryRefused(Fault.MALFORMED) from None


def text_in(body: bytes) -> str:
    """The body as text; ``DeliveryRefused`` where it is none."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise DeliveryRefused(Fault.MALFORMED) from None


def document_in(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; ``DeliveryRefused`` where there is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise DeliveryRefused(Fault.MALFORMED) from None
    if not isinstance(document, dict):
        raise DeliveryRefused(Fault.MALFORMED)
    return document


def fields_in(delivery: Delivery) -> dict[str, Any]:
    """Query and body, form or JSON, as one: what providers can be set to send either way."""
    return dict(pairs_in(delivery.query)) | body_fields_in(delivery)


def body_fields_in(delivery: Delivery) -> dict[str, Any]:
    """The body alone, form or JSON."""
    if delivery.body.lstrip()[:1] == b"{":
        return document_in(delivery.body)
    return dict(pairs_in(text_in(delivery.body)))


def instant(value: object, otherwise: datetime) -> datetime:
    """An instant that a provider gives as RFC 3339 or as Unix seconds; ``otherwise`` where it is neither."""
    try:
        if isinstance(value, str) and not value.isdigit():
            given = datetime.fromisoformat(value)
            return given.astimezone(UTC) if given.tzinfo else otherwise
        return datetime.fromtimestamp(int(value), UTC)  # type: ignore[call-overload]  # whatever it is, it is tried
    except (ValueError, TypeError, OverflowError, OSError):
        return otherwise


def named(value: object) -> str:
    """A name that must be there; ``DeliveryRefused`` for what is none."""
    found = name(value)
    if found is None:
        raise DeliveryRefused(Fault.MALFORMED)
    return found


def key_of(*parts: object) -> str:
    """A name of an SMS that its provider gives none: the same when the same comes again."""
    return sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:40]
