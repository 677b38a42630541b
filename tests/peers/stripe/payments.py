"""Money: payment intents and refunds. The name of a payment method says what its bank does."""

from typing import Any

from tests.peers.stripe.state import Answer, Json, State

DECLINES = {
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds", None),
    "pm_card_visa_chargeDeclinedLostCard": ("card_declined", "lost_card", None),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", "expired_card", None),
    "pm_card_advisedAgainst": ("card_declined", "generic_decline", "do_not_try_again"),
}


class Payments:
    """The side of the API that moves money."""

    def __init__(self, state: State) -> None:
        self.state = state

    def create_payment(self, given: Json) -> Json:
        self.state.find(given["customer"], "customer")
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
        intent = self.state.make("pi", "payment_intent", amount=int(given["amount"]), **fields)
        intent |= {"client_secret": f"{intent['id']}_secret_x", "last_payment_error": None, "next_action": None}
        return self._pay(intent, given["payment_method"])

    def cancel(self, name: str, _given: Json) -> Json:
        intent = self.state.find(name, "payment_intent")
        if intent["payment_method"] == "pm_card_paysMeanwhile":
            self.succeed(intent)
        if intent["status"] in {"succeeded", "processing", "canceled"}:
            code = "payment_intent_unexpected_state"
            raise Answer(400, type="invalid_request_error", code=code, payment_intent=intent)
        intent["status"] = "canceled"
        self.state.tell("payment_intent.canceled", intent)
        return intent

    def payments(self, given: Json) -> Json:
        """Newest first, from after the one named."""
        self.state.find(given["customer"], "customer")
        mine = [
            each
            for each in reversed(list(self.state.objects.values()))
            if each["object"] == "payment_intent" and each["customer"] == given["customer"]
        ]
        if after := given.get("starting_after"):
            mine = mine[[each["id"] for each in mine].index(after) + 1 :]
        size = int(given.get("limit", 10))
        return {"object": "list", "url": "/v1/payment_intents", "has_more": len(mine) > size, "data": mine[:size]}

    def create_refund(self, given: Json) -> Json:
        intent = self.state.find(given["payment_intent"], "payment_intent")
        left = intent["amount"] - intent.get("amount_refunded", 0) if intent["status"] == "succeeded" else 0
        if int(given["amount"]) > left:
            raise Answer(400, type="invalid_request_error", param="amount", message="more than is left of the charge")
        intent["amount_refunded"] = intent.get("amount_refunded", 0) + int(given["amount"])
        return self.state.make("re", "refund", status="succeeded", amount=int(given["amount"]))

    def _pay(self, intent: Json, method: str) -> Json:
        if method in DECLINES:
            code, decline_code, advice = DECLINES[method]
            raise self._failed(intent, code=code, decline_code=decline_code, advice_code=advice)
        if method in {"pm_card_authenticationRequired", "pm_card_paysMeanwhile"}:
            raise self._failed(intent, code="authentication_required", decline_code="authentication_required")
        if method == "pm_sepa_debit":
            intent["status"] = "processing"
            self.state.tell("payment_intent.processing", intent)
            return intent
        return self.succeed(intent)

    def succeed(self, intent: Json) -> Json:
        intent["status"] = "succeeded"
        intent["latest_charge"] = self.state.make("ch", "charge")
        self.state.tell("payment_intent.succeeded", intent)
        return intent

    def fail(self, intent: Json) -> Json:
        self._failed(intent, code="charge_declined", decline_code="insufficient_funds")
        return intent

    def _failed(self, intent: Json, **error: Any) -> Answer:
        intent["status"] = "requires_payment_method"
        intent["last_payment_error"] = {"type": "card_error", "message": "Your card was declined."} | error
        self.state.tell("payment_intent.payment_failed", intent)
        return Answer(402, **intent["last_payment_error"], payment_intent=dict(intent))
