"""The Stripe gateway: cards and direct debits, through Stripe's own library."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stripe import (
    CardError,
    IdempotencyError,
    InvalidRequestError,
    RequestsClient,
    StripeClient,
    StripeError,
    StripeObject,
)

from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Customer,
    Declined,
    InDoubt,
    RefundOutcome,
    RefundRefused,
    SetupOutcome,
    Unknown,
)
from gateway.billing.payments.port import ChargeRequest, Payer, PaymentMisuse, check_key
from gateway.billing.payments.stripe_answers import charge_outcome, declined, refund_outcome, session_outcome
from gateway.billing.payments.stripe_secrets import StripeSecrets
from gateway.billing.payments.stripe_webhooks import CURRENCY, read_event
from gateway.billing.payments.webhooks import PaymentEvent
from plans.money import Money

API = "https://api.stripe.com"
API_VERSION = "2026-10-28.endive"  # what the answers are read by; a newer library must not change it

_THREADS = 4
_PAGE = 100  # Stripe's largest
_MOST_LOOKED_AT = 1_000  # payments of one client, the newest first

_OPEN = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})  # it can be cancelled
_NOTHING: dict[str, Any] = {}  # found

logging.getLogger("stripe").setLevel(logging.WARNING)  # below, it tells addresses and amounts


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Stripe will not do what was asked."""

    declined: Declined
    is_about_form: bool  # the request was wrong in itself


_Answer = dict[str, Any] | _Refusal | InDoubt
_Request = Callable[[], StripeObject | dict[str, Any] | InDoubt]


class StripeGateway:
    """Charges through Stripe while clients are away. Its library blocks, so it works in a few threads of its own."""

    name = "stripe"

    def __init__(self, secrets: StripeSecrets, *, website: str = "", api: str = API, timeout_s: float = 30.0) -> None:
        """``timeout_s`` is for a whole call; what was under way then is in doubt.

        ``website`` is where Stripe sends clients who have given their details; without one no setup can begin.
        """
        self._website = website
        self._webhook_secret = secrets.webhook_secret
        self._timeout_s = timeout_s
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="stripe")
        client = StripeClient(
            secrets.api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api},
            http_client=RequestsClient(timeout=timeout_s),
            max_network_retries=0,  # whoever calls knows better when to ask again
        )
        self._stripe = client.v1

    async def close(self) -> None:
        """Let what is under way end, and drop what has not begun."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def register(self, payer: Payer) -> Customer | InDoubt:
        """Make a Customer."""
        answer = await self._ask(
            lambda: self._stripe.customers.create(
                {"name": payer.name, "email": payer.email, "metadata": {"reference": payer.reference}},
                {"idempotency_key": f"customer:{payer.reference}"},
            )
        )
        return answer if isinstance(answer, InDoubt) else Customer(_done(answer)["id"])

    async def begin_setup(self, customer_ref: str, key: str) -> ClientStep | InDoubt:
        """Open a page of Stripe's (a Checkout Session in setup mode) for charges while the client is away."""
        check_key(key)
        answer = await self._ask(
            lambda: self._stripe.checkout.sessions.create(
                {
                    "mode": "setup",
                    "customer": customer_ref,
                    "currency": CURRENCY,
                    "success_url": self._website,
                    "metadata": {"key": key},
                },
                {"idempotency_key": f"setup:{key}"},
            )
        )
        if isinstance(answer, InDoubt):
            return answer
        session = _done(answer)
        return ClientStep(session["id"], session["url"])

    async def finish_setup(self, reference: str) -> SetupOutcome:
        """Look at the session, and at the SetupIntent behind it."""
        answer = await self._ask(
            lambda: self._stripe.checkout.sessions.retrieve(reference, {"expand": ["setup_intent.payment_method"]})
        )
        return answer if isinstance(answer, InDoubt) else session_outcome(_done(answer))

    async def charge(self, request: ChargeRequest) -> ChargeOutcome:
        """Make a PaymentIntent and confirm it in one request, off session."""
        answer = await self._ask(
            lambda: self._stripe.payment_intents.create(
                {
                    "amount": request.amount.cents,
                    "currency": CURRENCY,
                    "customer": request.customer_ref,
                    "payment_method": request.method_ref,
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                    "off_session": True,
                    "confirm": True,
                    "description": request.description,
                    "metadata": {"key": request.key},
                    "expand": ["latest_charge"],
                },
                {"idempotency_key": f"charge:{request.key}"},
            )
        )
        return _charged(answer)

    async def lookup(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """Look through the client's PaymentIntents: a list is up to date, where Stripe's search may lag an hour."""
        return _looked_up(await self._ask(lambda: self._find(customer_ref, key)))

    async def withdraw(self, customer_ref: str, key: str) -> ChargeOutcome | Unknown:
        """Cancel the PaymentIntent as long as a client who has its secret could pay it, though it was declined once."""
        found = await self._ask(lambda: self._find(customer_ref, key))
        if not isinstance(found, dict) or found.get("status") not in _OPEN:
            return _looked_up(found)
        answer = await self._ask(
            lambda: self._stripe.payment_intents.cancel(found["id"], {}, {"idempotency_key": f"withdraw:{key}"})
        )
        if isinstance(answer, dict) and answer["status"] == "canceled":
            return charge_outcome(answer)
        return await self.lookup(customer_ref, key)

    async def refund(self, ref: str, amount: Money, key: str) -> RefundOutcome:
        """Make a Refund."""
        check_key(key)
        answer = await self._ask(
            lambda: self._stripe.refunds.create(
                {"payment_intent": ref, "amount": amount.cents, "metadata": {"key": key}},
                {"idempotency_key": f"refund:{key}"},
            )
        )
        match answer:
            case InDoubt():
                return answer
            case _Refusal():
                return RefundRefused(answer.declined.code)
        return refund_outcome(answer)

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """What Stripe tells; ``WebhookRefused`` for all else."""
        return read_event(headers, body, now, self._webhook_secret)

    def _find(self, customer_ref: str, key: str) -> dict[str, Any] | InDoubt:
        """The PaymentIntent of a key, or nothing; runs in a thread."""
        page = self._stripe.payment_intents.list(
            {"customer": customer_ref, "limit": _PAGE, "expand": ["data.latest_charge"]}
        )
        for number, intent in enumerate(page.auto_paging_iter()):
            if number == _MOST_LOOKED_AT:
                return InDoubt("too_many_payments")
            if (found := intent.to_dict())["metadata"].get("key") == key:
                return found
        return _NOTHING

    async def _ask(self, request: _Request) -> _Answer:
        """Do a request in a thread, within the time."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.get_running_loop().run_in_executor(self._pool, _answer, request)
        except TimeoutError:
            return InDoubt("timeout")


def _answer(request: _Request) -> _Answer:
    """What Stripe says, each of its errors in our words."""
    try:
        answer = request()
    except IdempotencyError:
        raise PaymentMisuse("this key was used for something else") from None
    except (CardError, InvalidRequestError) as refusal:
        error = refusal.json_body["error"]  # type: ignore[index]  # both come of a JSON body with an error
        return error.get("payment_intent") or _refusal(error)
    except StripeError as error:  # no connection, too many requests, its own trouble, a key that is not good any more
        return InDoubt(type(error).__name__)
    return answer.to_dict() if isinstance(answer, StripeObject) else answer


def _refusal(error: dict[str, Any]) -> _Refusal:
    """A request that is wrong in itself has no code or one of its form; others say what of the client is wrong."""
    why = declined(error)
    if error.get("type") != "invalid_request_error":
        return _Refusal(why, is_about_form=False)
    code = str(error.get("code") or "parameter_invalid")
    return _Refusal(replace(why, hard=True), is_about_form=code.startswith("parameter_"))


def _done(answer: dict[str, Any] | _Refusal) -> dict[str, Any]:
    """What was made, of a request that is only refused where it is wrong."""
    if isinstance(answer, _Refusal):
        raise PaymentMisuse(f"Stripe refused the request: {answer.declined.code}")
    return answer


def _looked_up(found: _Answer) -> ChargeOutcome | Unknown:
    if isinstance(found, _Refusal):  # of the question: it says nothing of the charge
        return InDoubt(found.declined.code)
    return Unknown() if found == _NOTHING else _charged(found)


def _charged(answer: _Answer) -> ChargeOutcome:
    match answer:
        case InDoubt():
            return answer
        case _Refusal(is_about_form=False):
            return answer.declined
    return charge_outcome(_done(answer))
