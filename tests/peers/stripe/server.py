"""The peer's side of HTTP: who asks, what for, and whether the same was asked before.

Below ``/_`` lies what in life is done by clients, banks and time. Some payment methods stand for accidents on the way.
"""

import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from tests.peers.stripe.details import Details
from tests.peers.stripe.payments import Payments
from tests.peers.stripe.state import Answer, Json, State

API_KEY = "sk_test_peer"

STATE = State()
DETAILS = Details(STATE)
PAYMENTS = Payments(STATE)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    creators: ClassVar[dict[str, Callable[[Json], Json]]] = {
        "/v1/customers": DETAILS.create_customer,
        "/v1/checkout/sessions": DETAILS.create_session,
        "/v1/payment_intents": PAYMENTS.create_payment,
        "/v1/refunds": PAYMENTS.create_refund,
    }

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        _, room, kind, *name = address.path.split("/")
        if room == "_":
            self._say(200, {"deliveries": STATE.deliveries})
            return
        if not self._is_known():
            return
        with STATE.lock:
            try:
                given = dict(parse_qsl(address.query))
                if kind == "checkout":
                    found = DETAILS.session(name[1])
                else:
                    found = STATE.find(name[0], kind.removesuffix("s")) if name else PAYMENTS.payments(given)
                self._say(200, found)
            except Answer as answer:
                self._say(answer.status, answer.body)

    def do_POST(self) -> None:
        given = form(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if self.path.startswith("/_/"):
            with STATE.lock:
                try:
                    self._say(200, self._life(given, *self.path.split("/")[2:]))
                except Answer as answer:  # a card that the page did not take
                    self._say(answer.status, answer.body)
            return
        if self._is_known():
            self._do_once(given)

    def _is_known(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {API_KEY}":
            return True
        self._say(401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}})
        return False

    def _do_once(self, given: Json) -> None:
        """Answer, unless the payment method stands for an accident on the way."""
        method, key = given.get("payment_method"), self.headers.get("Idempotency-Key")
        if method == "pm_busy":
            self._say(429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}})
            return
        if method == "pm_linePulledBefore":
            self.close_connection = True
            return
        with STATE.lock:
            status, body = self._remembered(key, given)
        if method == "pm_slow":
            STATE.released.wait(30)
        if method == "pm_linePulledAfter":
            self.close_connection = True
        elif method == "pm_badGateway":
            self._raw(502, b"<html>Bad Gateway</html>")
        else:
            self._say(status, body)

    def _remembered(self, key: str | None, given: Json) -> tuple[int, Json]:
        """The first answer that a key was given; a new one for a new key."""
        request = (self.path, json.dumps(given, sort_keys=True))
        if key in STATE.answers:
            first, status, body = STATE.answers[key]
            if first != request:
                return 400, {"error": {"type": "idempotency_error", "message": "Keys can only be used with the same"}}
            return status, body
        status, body = self._do(given)
        if key and status not in {400, 404}:  # what fails validation is not kept
            STATE.answers[key] = (request, status, json.loads(json.dumps(body)))
        return status, body

    def _do(self, given: Json) -> tuple[int, Json]:
        try:
            if create := self.creators.get(self.path):
                return 200, create(given)
            _, _, kind, name, verb = self.path.split("/")
            act = {("payment_intents", "cancel"): PAYMENTS.cancel}
            return 200, act[kind, verb](name, given)
        except Answer as answer:
            return answer.status, answer.body

    def _life(self, given: Json, verb: str, name: str) -> Json:
        if verb in {"release", "forget"}:
            (STATE.released.set if verb == "release" else STATE.forget)()
            return {}
        if verb in {"enter", "expire"}:
            return DETAILS.enter_details(name, given) if verb == "enter" else DETAILS.expire_session(name)
        intent = STATE.find(name, "payment_intent")
        if verb == "crowd":
            for _ in range(int(given["copies"])):
                STATE.make("pi", "payment_intent", **{**intent, "metadata": {}})
            return {}
        if verb == "tell":
            STATE.tell(given["type"], intent, given.get("currency", "eur"))
            return {}
        return PAYMENTS.succeed(intent) if verb == "succeed" else PAYMENTS.fail(intent)

    def _say(self, status: int, body: Json) -> None:
        self._raw(status, json.dumps(body).encode())

    def _raw(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def form(body: str) -> Json:
    """The fields of a form; ``metadata[key]=x`` nests one level, which is all that is looked at."""
    fields: Json = {"metadata": {}}
    for name, value in parse_qsl(body, keep_blank_values=True):
        if name.startswith("metadata["):
            fields["metadata"][name[9:-1]] = value
        else:
            fields[name] = value
    return fields


def serve() -> None:
    """Serve until standard input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
