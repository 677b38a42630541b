"""Customers, and how their bank details come in: checkout sessions and set-up intents."""

from tests.peers.stripe.state import Answer, Json, State


class Details:
    """The side of the API that ends with a payment method."""

    def __init__(self, state: State) -> None:
        self.state = state

    def create_customer(self, given: Json) -> Json:
        return self.state.make("cus", "customer", **given)

    def create_setup(self, given: Json) -> Json:
        self.state.find(given["customer"], "customer")
        made = self.state.make("seti", "setup_intent", status="requires_payment_method", last_setup_error=None, **given)
        made["client_secret"] = f"{made['id']}_secret_x"
        return made

    def create_session(self, given: Json) -> Json:
        if given["mode"] != "setup" or given["currency"] != "eur" or not given["success_url"].startswith("https://"):
            raise Answer(400, type="invalid_request_error", param="success_url", message="not what a gateway sends")
        intent = self.create_setup({"customer": given["customer"]})
        made = self.state.make("cs", "checkout.session", status="open", setup_intent=intent["id"], **given)
        made["url"] = f"https://checkout.stripe.com/c/pay/{made['id']}"
        return made

    def session(self, name: str) -> Json:
        """A session with its intent expanded, as whoever looks at one asks for it."""
        found = self.state.find(name, "checkout.session")
        return found | {"setup_intent": self.state.find(found["setup_intent"], "setup_intent")}

    def enter_details(self, name: str, given: Json) -> Json:
        """The client fills in the page of Stripe: it is complete once the details are taken."""
        session = self.state.find(name, "checkout.session")
        self.confirm_setup(session["setup_intent"], given)
        session["status"] = "complete"
        self.state.tell("checkout.session.completed", session)
        return session

    def expire_session(self, name: str) -> Json:
        session = self.state.find(name, "checkout.session")
        session["status"] = "expired"
        self.state.tell("checkout.session.expired", session)
        return session

    def confirm_setup(self, name: str, given: Json) -> Json:
        intent = self.state.find(name, "setup_intent")
        if given["payment_method"] == "pm_card_chargeDeclined":
            intent["last_setup_error"] = {
                "type": "card_error",
                "code": "card_declined",
                "decline_code": "generic_decline",
            }
            self.state.tell("setup_intent.setup_failed", intent)
            raise Answer(402, **intent["last_setup_error"], setup_intent=intent)
        card = {"brand": "visa", "last4": "4242"}
        intent["payment_method"] = {"id": given["payment_method"], "type": "card", "card": card}
        intent["status"] = "succeeded"
        self.state.tell("setup_intent.succeeded", intent)
        return intent
