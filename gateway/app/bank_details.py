"""Asks clients for bank details on a page of Stripe's; outside any transaction, with what ``paying`` writes down."""

import asyncio
import uuid
from collections.abc import Coroutine
from typing import Any, TypeVar

from gateway.accounts.refusals import Refused
from gateway.app import calls
from gateway.billing.payments.outcomes import ClientStep, InDoubt, SetupFailed, SetupOpen
from gateway.billing.payments.port import Payer, PaymentGateway, PaymentMisuse
from gateway.billing.payments.stripe_secrets import API_KEY, read_secrets
from gateway.settings import Settings

T = TypeVar("T")


def stripe(settings: Settings) -> PaymentGateway:
    """Stripe with a place to send clients afterwards; ``Refused`` where something of it is not set."""
    keys = read_secrets()
    if keys is None:
        raise Refused("Stripe's keys are not set.", f"Set {API_KEY}; docs/payments.md says how.")
    if settings.seller is None or not settings.seller.website:
        raise Refused("Stripe does not know where to send clients afterwards.", "Fill in website of [seller].")
    from gateway.billing.payments.stripe import StripeGateway  # takes half a second: only who uses it pays for it

    return StripeGateway(keys, website=settings.seller.website)


def ask(settings: Settings, gateway: PaymentGateway, account: str) -> dict[str, Any]:
    """Open a page on which a client gives a card or a mandate; nobody is charged, and nothing waits for it here."""
    payer = calls.show(settings, "billing.payer", account=account)
    known, step = _asked(_begun(gateway, Payer(**payer)))
    made = {"provider": gateway.name, "customer_ref": known, "reference": step.reference}
    calls.change(settings, "billing.setup_begun", account=account, **made)
    return {"account": account, "page": step.url, "reference": step.reference}


def look(settings: Settings, gateway: PaymentGateway, account: str) -> dict[str, Any]:
    """See whether the client has filled in the page that was opened last; what was given is charged from now on."""
    begun = calls.show(settings, "billing.setup_open", account=account)
    outcome = _asked(gateway.finish_setup(begun["reference"]))
    if isinstance(outcome, InDoubt):
        raise _silent(outcome)
    if isinstance(outcome, SetupOpen):
        return {"account": account, "details": "the client has not filled in the page yet"}
    if isinstance(outcome, SetupFailed):
        raise Refused(f"The bank did not take the details: {outcome.code}.", "Open another page for the client.")
    given = {"method_ref": outcome.method_ref, "label": outcome.label}
    calls.change(settings, "billing.details_given", account=account, **begun, **given)
    return {"account": account, "details": outcome.label}


def _asked(question: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(question)
    except PaymentMisuse as refused:
        raise Refused(f"The provider will not do it: {refused}.", "See whose keys are set, and for what.") from None


async def _begun(gateway: PaymentGateway, payer: Payer) -> tuple[str, ClientStep]:
    known = await gateway.register(payer)
    if isinstance(known, InDoubt):
        raise _silent(known)
    step = await gateway.begin_setup(known.customer_ref, f"setup {uuid.uuid4().hex}")
    if isinstance(step, InDoubt):
        raise _silent(step)
    return known.customer_ref, step


def _silent(doubt: InDoubt) -> Refused:
    return Refused(f"The provider does not answer: {doubt.code}.", "Try again in a minute.")
