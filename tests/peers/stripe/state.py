"""What the peer keeps and tells: objects by name, answers by idempotency key, and the webhooks sent."""

import hmac
import json
import threading
from hashlib import sha256
from itertools import count
from typing import Any

WEBHOOK_SECRET = "whsec_peer"
NOW = 1_795_424_400  # the Monday morning of the tests

Json = dict[str, Any]


class Answer(Exception):
    """An answer that is no success: status and error object."""

    def __init__(self, status: int, **error: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = {"error": error}


class State:
    """All objects, answers and deliveries."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.released = threading.Event()
        self.objects: dict[str, Json] = {}
        self.answers: dict[str, tuple[object, int, Json]] = {}
        self.deliveries: list[list[str]] = []
        self._numbers = count(1)

    def forget(self) -> None:
        """Begin again with nothing."""
        self.released.clear()
        for kept in (self.objects, self.answers, self.deliveries):
            kept.clear()

    def make(self, prefix: str, kind: str, **fields: Any) -> Json:
        """A new object, under a new name."""
        name = {"id": f"{prefix}_{next(self._numbers):08}", "object": kind}
        made = {"created": NOW, "livemode": False, **fields, **name}
        self.objects[made["id"]] = made
        return made

    def find(self, name: str, kind: str) -> Json:
        """The object of that kind and name; 404 where there is none."""
        found = self.objects.get(name)
        if found is None or found["object"] != kind:
            raise Answer(
                404, type="invalid_request_error", code="resource_missing", message=f"No such {kind}: '{name}'"
            )
        return found

    def tell(self, kind: str, about: Json, currency: str = "eur") -> None:
        """Send a webhook, signed for the hour of the tests."""
        about = about | {"currency": currency} if "currency" in about else about
        if isinstance(about.get("latest_charge"), dict):  # only whoever asks for it gets more than its name
            about = about | {"latest_charge": about["latest_charge"]["id"]}
        event = {"object": "event", "type": kind, "created": NOW, "livemode": False, "data": {"object": about}}
        body = json.dumps({"id": f"evt_{next(self._numbers):08}", **event})
        digest = hmac.new(WEBHOOK_SECRET.encode(), f"{NOW}.{body}".encode(), sha256).hexdigest()
        self.deliveries.append([f"t={NOW},v1={digest},v0={digest}", body])
