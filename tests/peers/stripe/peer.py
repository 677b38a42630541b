"""The Stripe-shaped server as a process of its own, and what clients, banks and time do on its side."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.peers.stage.process import running
from tests.peers.stripe.server import API_KEY


@dataclass(frozen=True)
class StripePeer:
    """A running server."""

    url: str

    def enter_details(self, reference: str, method: str) -> None:
        """What a client does on Stripe's page; a refusal is Stripe's to tell."""
        self._post(f"/_/enter/{reference}", {"payment_method": method})

    def expire(self, reference: str) -> None:
        """The client did not come in time."""
        self._post(f"/_/expire/{reference}")

    def succeed(self, intent: str) -> None:
        """The client authenticated, or the bank paid."""
        self._post(f"/_/succeed/{intent}")

    def fail(self, intent: str) -> None:
        """The bank did not pay in the end."""
        self._post(f"/_/fail/{intent}")

    def crowd(self, intent: str, copies: int) -> None:
        """As many newer payments of the same client."""
        self._post(f"/_/crowd/{intent}", {"copies": str(copies)})

    def tell(self, intent: str, **event: str) -> None:
        """Send an event (``type``, ``currency``) about an intent."""
        self._post(f"/_/tell/{intent}", event)

    def forget(self) -> None:
        """Begin again with nothing."""
        self._post("/_/forget/all")

    def release(self) -> None:
        """Answer who was kept waiting."""
        self._post("/_/release/all")

    def deliveries(self) -> list[tuple[dict[str, str], bytes]]:
        """The webhooks sent so far: headers and body."""
        with urllib.request.urlopen(f"{self.url}/_/deliveries") as answer:  # noqa: S310 - our own server
            sent = json.load(answer)["deliveries"]
        return [({"Stripe-Signature": signature}, body.encode()) for signature, body in sent]

    def _post(self, path: str, fields: Mapping[str, str] | None = None) -> None:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        body = urlencode(fields or {}).encode()
        request = urllib.request.Request(f"{self.url}{path}", body, headers)  # noqa: S310 - our own server
        opener = urllib.request.OpenerDirector()  # raises for no status
        opener.add_handler(urllib.request.HTTPHandler())
        answer: Any = opener.open(request)
        answer.read()
        answer.close()


@contextmanager
def running_peer() -> Iterator[StripePeer]:
    """Start the server, and end it by closing its standard input."""
    with running("tests.peers.stripe") as port:
        yield StripePeer(f"http://127.0.0.1:{port}")
