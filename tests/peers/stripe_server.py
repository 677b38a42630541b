"""A server with the manners of Stripe's API, as far as its public documents tell.

``python -m tests.peers.stripe_server`` prints its port, keeps everything in memory and ends with its standard input.
Written from https://docs.stripe.com/api (customers, checkout sessions, setup intents, payment intents, refunds,
idempotent requests, errors) and https://docs.stripe.com/webhooks, and on purpose without a line of the gateway or of
Stripe's library.
Below ``/_`` lies what in life is done by clients, banks and time.

The name of a payment method says what it does: Stripe's own test names, and some for accidents.
"""

import hmac
import json
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

API_KEY = "sk_test_peer"
WEBHOOK_SECRET = "whsec_peer"
NOW = 1_795_424_400  # the Monday morning of the tests

DECLINES = {
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds", None),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card", None),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card", None),
    "pm_card_advisedAgainst": ("card_declined", "generic_decline", "do_not_try_again"),
}

Json = dict[str, Any]


class Answer(Exception):
    """An answer that is no success: status and error object."""

    def __init__(self, status: int, **error: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = {"error": error}


class Stripe:
    """All accounts, intents and deliveries."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.released = threading.Event()
        self.objects: dict[str, Json] = {}
        self.answers: dict[str, tuple[object, int, Json]] = {}
        self.deliveries: list[list[str]] = []
        self._numbers = count(1)

    def forget(self) -> None:
        self.released.clear()
        for kept in (self.objects, self.answers, self.deliveries):
            kept.clear()

    def make(self, prefix: str, kind: str, **fields: Any) -> Json:
        name = {"id": f"{prefix}_{next(self._numbers):08}", "object": kind}
        made = {"created": NOW, "livemode": False, **fields, **name}
        self.objects[made["id"]] = made
        return made

    def find(self, name: str, kind: str) -> Json:
        found = self.objects.get(name)
        if found is None or found["object"] != kind:
            raise Answer(
                404, type="invalid_request_error", code="resource_missing", message=f"No such {kind}: '{name}'"
            )
        return found

    def tell(self, kind: str, about: Json, currency: str = "eur") -> None:
        about = about | {"currency": currency} if "currency" in about else about
        if isinstance(about.get("latest_charge"), dict):  # only whoever asks for it gets more than its name
            about = about | {"latest_charge": about["latest_charge"]["id"]}
        event = {"object": "event", "type": kind, "created": NOW, "livemode": False, "data": {"object": about}}
        body = json.dumps({"id": f"evt_{next(self._numbers):08}", **event})
        digest = hmac.new(WEBHOOK_SECRET.encode(), f"{NOW}.{body}".encode(), sha256).hexdigest()
        self.deliveries.append([f"t={NOW},v1={digest},v0={digest}", body])

    # the API

    def create_customer(self, given: Json) -> Json:
        return self.make("cus", "customer", **given)

    def create_setup(self, given: Json) -> Json:
        self.find(given["customer"], "customer")
        made = self.make("seti", "setup_intent", status="requires_payment_method", last_setup_error=None, **given)
        made["client_secret"] = f"{made['id']}_secret_x"
        return made

    def create_session(self, given: Json) -> Json:
        if given["mode"] != "setup" or given["currency"] != "eur" or not given["success_url"].startswith("https://"):
            raise Answer(400, type="invalid_request_error", param="success_url", message="not what a gateway sends")
        intent = self.create_setup({"customer": given["customer"]})
        made = self.make("cs", "checkout.session", status="open", setup_intent=intent["id"], **given)
        made["url"] = f"https://checkout.stripe.com/c/pay/{made['id']}"
        return made

    def session(self, name: str) -> Json:
        """A session with its intent expanded, as whoever looks at one asks for it."""
        found = self.find(name, "checkout.session")
        return found | {"setup_intent": self.find(found["setup_intent"], "setup_intent")}

    def enter_details(self, name: str, given: Json) -> Json:
        """The client fills in the page of Stripe: it is complete once the details are taken."""
        session = self.find(name, "checkout.session")
        self.confirm_setup(session["setup_intent"], given)
        session["status"] = "complete"
        self.tell("checkout.session.completed", session)
        return session

    def expire_session(self, name: str) -> Json:
        session = self.find(name, "checkout.session")
        session["status"] = "expired"
        self.tell("checkout.session.expired", session)
        return session

    def confirm_setup(self, name: str, given: Json) -> Json:
        intent = self.find(name, "setup_intent")
        if given["payment_method"] == "pm_card_chargeDeclined":
            intent["last_setup_error"] = {
                "type": "card_error",
                "code": "card_declined",
                "decline_code": "generic_decline",
            }
            self.tell("setup_intent.setup_failed", intent)
            raise Answer(402, **intent["last_setup_error"], setup_intent=intent)
        card = {"brand": "visa", "last4": "4242"}
        intent["payment_method"] = {"id": given["payment_method"], "type": "card", "card": card}
        intent["status"] = "succeeded"
        self.tell("setup_intent.succeeded", intent)
        return intent

    def create_payment(self, given: Json) -> Json:
        self.find(given["customer"], "customer")
        if int(given["amount"]) < 50:
            raise Answer(400, type="invalid_request_error", code="amount_too_small", param="amount")
        if given["payment_method"] == "pm_card_declinedAtOnce":
            raise Answer(402, type="card_error", code="card_declined", decline_code="generic_decline")
        if (
            given["payment_method"] == "pm_requestWithoutForm"
            or given["currency"] != "eur"
            or given["confirm"] != "true"
            or given["off_session"] != "true"
        ):
            raise Answer(400, type="invalid_request_error", param="confirm", message="not what a gateway sends")
        fields = {name: given[name] for name in ("currency", "customer", "payment_method", "description", "metadata")}
        intent = self.make("pi", "payment_intent", amount=int(given["amount"]), **fields)
        intent |= {"client_secret": f"{intent['id']}_secret_x", "last_payment_error": None, "next_action": None}
        return self._pay(intent, given["payment_method"])

    def cancel(self, name: str, _given: Json) -> Json:
        intent = self.find(name, "payment_intent")
        if intent["payment_method"] == "pm_card_paysMeanwhile":
            self.succeed(intent)
        if intent["status"] in {"succeeded", "processing", "canceled"}:
            code = "payment_intent_unexpected_state"
            raise Answer(400, type="invalid_request_error", code=code, payment_intent=intent)
        intent["status"] = "canceled"
        self.tell("payment_intent.canceled", intent)
        return intent

    def payments(self, given: Json) -> Json:
        """Newest first, from after the one named."""
        self.find(given["customer"], "customer")
        mine = [
            each
            for each in reversed(list(self.objects.values()))
            if each["object"] == "payment_intent" and each["customer"] == given["customer"]
        ]
        if after := given.get("starting_after"):
            mine = mine[[each["id"] for each in mine].index(after) + 1 :]
        size = int(given.get("limit", 10))
        return {"object": "list", "url": "/v1/payment_intents", "has_more": len(mine) > size, "data": mine[:size]}

    def create_refund(self, given: Json) -> Json:
        intent = self.find(given["payment_intent"], "payment_intent")
        left = intent["amount"] - intent.get("amount_refunded", 0) if intent["status"] == "succeeded" else 0
        if int(given["amount"]) > left:
            raise Answer(400, type="invalid_request_error", param="amount", message="more than is left of the charge")
        intent["amount_refunded"] = intent.get("amount_refunded", 0) + int(given["amount"])
        return self.make("re", "refund", status="succeeded", amount=int(given["amount"]))

    def _pay(self, intent: Json, method: str) -> Json:
        if method in DECLINES:
            code, decline_code, advice = DECLINES[method]
            raise self._failed(intent, code=code, decline_code=decline_code, advice_code=advice)
        if method in {"pm_card_authenticationRequired", "pm_card_paysMeanwhile"}:
            raise self._failed(intent, code="authentication_required", decline_code="authentication_required")
        if method == "pm_sepa_debit":
            intent["status"] = "processing"
            self.tell("payment_intent.processing", intent)
            return intent
        return self.succeed(intent)

    def succeed(self, intent: Json) -> Json:
        intent["status"] = "succeeded"
        intent["latest_charge"] = self.make("ch", "charge")
        self.tell("payment_intent.succeeded", intent)
        return intent

    def fail(self, intent: Json) -> Json:
        self._failed(intent, code="charge_declined", decline_code="insufficient_funds")
        return intent

    def _failed(self, intent: Json, **error: Any) -> Answer:
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = {"type": "card_error", "message": "Your card was declined."} | error
        self.tell("payment_intent.payment_failed", intent)
        return Answer(402, **intent["last_payment_error"], payment_intent=dict(intent))


STRIPE = Stripe()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    creators: ClassVar[dict[str, Callable[[Json], Json]]] = {
        "/v1/customers": STRIPE.create_customer,
        "/v1/checkout/sessions": STRIPE.create_session,
        "/v1/payment_intents": STRIPE.create_payment,
        "/v1/refunds": STRIPE.create_refund,
    }

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        _, room, kind, *name = address.path.split("/")
        if room == "_":
            self._say(200, {"deliveries": STRIPE.deliveries})
            return
        if not self._is_known():
            return
        with STRIPE.lock:
            try:
                given = dict(parse_qsl(address.query))
                if kind == "checkout":
                    found = STRIPE.session(name[1])
                else:
                    found = STRIPE.find(name[0], kind.removesuffix("s")) if name else STRIPE.payments(given)
                self._say(200, found)
            except Answer as answer:
                self._say(answer.status, answer.body)

    def do_POST(self) -> None:
        given = form(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if self.path.startswith("/_/"):
            with STRIPE.lock:
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
        with STRIPE.lock:
            status, body = self._remembered(key, given)
        if method == "pm_slow":
            STRIPE.released.wait(30)
        if method == "pm_linePulledAfter":
            self.close_connection = True
        elif method == "pm_badGateway":
            self._raw(502, b"<html>Bad Gateway</html>")
        else:
            self._say(status, body)

    def _remembered(self, key: str | None, given: Json) -> tuple[int, Json]:
        """The first answer that a key was given; a new one for a new key."""
        request = (self.path, json.dumps(given, sort_keys=True))
        if key in STRIPE.answers:
            first, status, body = STRIPE.answers[key]
            if first != request:
                return 400, {"error": {"type": "idempotency_error", "message": "Keys can only be used with the same"}}
            return status, body
        status, body = self._do(given)
        if key and status not in {400, 404}:  # what fails validation is not kept
            STRIPE.answers[key] = (request, status, json.loads(json.dumps(body)))
        return status, body

    def _do(self, given: Json) -> tuple[int, Json]:
        try:
            if create := self.creators.get(self.path):
                return 200, create(given)
            _, _, kind, name, verb = self.path.split("/")
            act = {("payment_intents", "cancel"): STRIPE.cancel}
            return 200, act[kind, verb](name, given)
        except Answer as answer:
            return answer.status, answer.body

    def _life(self, given: Json, verb: str, name: str) -> Json:
        if verb in {"release", "forget"}:
            (STRIPE.released.set if verb == "release" else STRIPE.forget)()
            return {}
        if verb in {"enter", "expire"}:
            return STRIPE.enter_details(name, given) if verb == "enter" else STRIPE.expire_session(name)
        intent = STRIPE.find(name, "payment_intent")
        if verb == "crowd":
            for _ in range(int(given["copies"])):
                STRIPE.make("pi", "payment_intent", **{**intent, "metadata": {}})
            return {}
        if verb == "tell":
            STRIPE.tell(given["type"], intent, given.get("currency", "eur"))
            return {}
        return STRIPE.succeed(intent) if verb == "succeed" else STRIPE.fail(intent)

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


def main() -> None:
    """Serve until standard input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
