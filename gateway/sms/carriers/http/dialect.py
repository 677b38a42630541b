"""What one provider's interface is to us: pure functions from and to its requests, answers and deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.sms.carriers.http.deliveries import Delivery, News
from gateway.sms.carriers.port import Outcome, OutgoingSms


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is asked of a provider; only its method and address may be shown."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a provider answered, in full."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountTrouble:
    """The provider wants nothing of this account: no message is to blame, and somebody must look at it."""

    code: str


Verdict = Outcome | AccountTrouble


class Dialect(Protocol):
    """One account at one provider."""

    @property
    def deduplicates(self) -> bool:
        """Whether sending one reference twice is one SMS, as the documentation promises."""
        ...

    @property
    def proves(self) -> bool:
        """Whether deliveries bring a proof of their own; else a secret in the path must do."""
        ...

    def request(self, sms: OutgoingSms, now: datetime) -> HttpRequest:
        """How an SMS is handed over."""
        ...

    def verdict(self, sms: OutgoingSms, answer: HttpAnswer) -> Verdict:
        """What the answer means."""
        ...

    def news(self, delivery: Delivery, now: datetime) -> News:
        """What a delivery tells, once it is proven; ``DeliveryRefused`` for any other."""
        ...
