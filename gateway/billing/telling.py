"""Takes in what became of an attempt, whoever tells it: an answer, a webhook or an admin; once, in any order."""

from datetime import datetime

from sqlalchemy import Connection

from gateway.billing.attempts import Attempt, change, end_job, under_key
from gateway.billing.issued import by_id
from gateway.billing.methods import methods
from gateway.billing.payments.outcomes import (
    ChargeOutcome,
    ClientStep,
    Declined,
    InDoubt,
    NeedsAuthentication,
    Paid,
    Pending,
)
from gateway.billing.payments.settlement import is_hopeless, is_open, settled
from gateway.billing.rules import BillingRules
from gateway.billing.settling import Receipt, decline, pay
from gateway.billing.words import CollectionState, InvoiceState, Setback
from gateway.engine.database import Stamp
from plans.orders import PaymentMeans

#: The code of an attempt for which there was nobody to ask.
NO_METHOD = "no_method"

_STATES: dict[type[ChargeOutcome], CollectionState] = {
    InDoubt: CollectionState.ASKED,
    Pending: CollectionState.PENDING,
    NeedsAuthentication: CollectionState.NEEDS_CLIENT,
    Declined: CollectionState.DECLINED,
    Paid: CollectionState.PAID,
}


def tell(
    connection: Connection,
    stamp: Stamp,
    rules: BillingRules,
    *,
    key: str,
    outcome: ChargeOutcome,
    means: PaymentMeans | None = None,
) -> bool:
    """Record what became of the attempt with this key, and what follows for its invoice; whether it was news.

    ``means``: how the money came, where whoever tells it knows better than the bank details.
    """
    attempt = under_key(connection, key)
    if attempt is None:
        return False
    known = _known(attempt, stamp.now)
    if settled(known, outcome) is known:
        return False
    _write(connection, stamp, attempt, outcome)
    if isinstance(outcome, Paid):
        ref = f"{attempt.provider} {outcome.ref}"
        came_by = means or _means(connection, attempt)
        receipt = Receipt(attempt.account_id, attempt.invoice_id, came_by, ref, attempt.amount, outcome.at)
        pay(connection, stamp, rules, receipt)
    elif isinstance(outcome, Declined | NeedsAuthentication):
        issued = by_id(connection, attempt.account_id, attempt.invoice_id)
        if issued.state is InvoiceState.OPEN:
            heard_before = attempt.state is CollectionState.NEEDS_CLIENT  # of this very attempt
            decline(connection, stamp, rules, issued, _setback(outcome), quietly=heard_before)
    return True


def _setback(outcome: Declined | NeedsAuthentication) -> Setback:
    if isinstance(outcome, NeedsAuthentication):
        return Setback.NEEDS_CLIENT
    if outcome.code == NO_METHOD:
        return Setback.NO_DETAILS
    return Setback.REFUSED if outcome.hard else Setback.DECLINED


def _write(connection: Connection, stamp: Stamp, attempt: Attempt, outcome: ChargeOutcome) -> None:
    over = not is_open(outcome)
    change(
        connection,
        attempt,
        state=_STATES[type(outcome)],
        ref=outcome.ref if isinstance(outcome, Paid | Pending) else attempt.ref,
        code=outcome.code if isinstance(outcome, Declined) else None,
        hopeless=is_hopeless(outcome),
        ended_at=stamp.now if over else None,
    )
    if over:
        end_job(connection, attempt)


def _means(connection: Connection, attempt: Attempt) -> PaymentMeans:
    method = methods(connection, {attempt.account_id}).get(attempt.account_id)
    return method.means if method else PaymentMeans.CARD


def _known(attempt: Attempt, now: datetime) -> ChargeOutcome:
    """What is known of an attempt, as an outcome; its weight is what matters."""
    known: dict[CollectionState, ChargeOutcome] = {
        CollectionState.PENDING: Pending(attempt.ref or ""),
        CollectionState.NEEDS_CLIENT: NeedsAuthentication(ClientStep("")),
        CollectionState.DECLINED: Declined(attempt.code or "", hard=False),
        CollectionState.PAID: Paid(attempt.ref or "", now),
    }
    return known.get(attempt.state, InDoubt(""))
