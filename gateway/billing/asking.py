"""What to ask a provider about an attempt: written down before, recorded after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from sqlalchemy import Connection

from gateway.billing.attempts import JOBS, Attempt, awaiting_client, change, claimed
from gateway.billing.issued import Issued, by_id, outstanding
from gateway.billing.methods import methods
from gateway.billing.payments.outcomes import ChargeOutcome, Declined, InDoubt, Pending
from gateway.billing.payments.port import ChargeRequest
from gateway.billing.rules import BillingRules
from gateway.billing.running import by_id as running_by_id
from gateway.billing.settling import decline
from gateway.billing.telling import NO_METHOD, tell
from gateway.billing.words import CollectionState, InvoiceState, Setback
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim
from plans.money import NOTHING
from plans.orders import PaymentMeans

#: How long after an answer that settles nothing the provider is asked again; webhooks are quicker.
PATIENCE = timedelta(hours=6)
#: The same after no answer at all.
DOUBT = timedelta(minutes=2)


class How(Enum):
    """What to ask."""

    CHARGE = auto()
    LOOKUP = auto()  # the request may have been made: ask before charging
    WITHDRAW = auto()  # the money is not wanted this way any more


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask about one attempt."""

    claim: Claim
    how: How
    provider: str
    request: ChargeRequest


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said."""

    question: Question
    outcome: ChargeOutcome


def write_down(connection: Connection, stamp: Stamp, rules: BillingRules, claims: Sequence[Claim]) -> list[Question]:
    """Write down what is going to be asked, before it is; attempts that need no asking end here."""
    questions = (_question(connection, stamp, rules, each) for each in claims)
    return [each for each in questions if each]


def record(connection: Connection, stamp: Stamp, rules: BillingRules, answers: Sequence[Answer]) -> None:
    """Record the answers to claims that still hold; what is not settled by one is asked again later."""
    for each in answers:
        claim, key = each.question.claim, each.question.request.key
        if JOBS.park(connection, [claim], stamp.now + _wait(each)):
            tell(connection, stamp, rules, key=key, outcome=each.outcome)
            _note_overdue(connection, stamp, rules, claim, each.outcome)


def _wait(answer: Answer) -> timedelta:
    if isinstance(answer.outcome, InDoubt):
        return DOUBT
    return timedelta(0) if answer.question.how is How.WITHDRAW else PATIENCE


def _question(connection: Connection, stamp: Stamp, rules: BillingRules, claim: Claim) -> Question | None:
    attempt = claimed(connection, claim)
    issued = by_id(connection, attempt.account_id, attempt.invoice_id)
    if attempt.state is not CollectionState.WAITING:
        return _about(attempt, claim, How.LOOKUP if issued.state is InvoiceState.OPEN else How.WITHDRAW)
    amount = outstanding(connection, issued)
    if issued.state is not InvoiceState.OPEN or amount <= NOTHING:
        change(connection, attempt, state=CollectionState.NEEDLESS, ended_at=stamp.now)
        JOBS.finish(connection, [claim])
        return None
    if earlier := awaiting_client(connection, attempt):
        return _about(earlier, claim, How.WITHDRAW)
    method = methods(connection, {attempt.account_id}).get(attempt.account_id)
    if method is None:
        tell(connection, stamp, rules, key=attempt.collection_key, outcome=Declined(NO_METHOD, hard=True))
        return None
    who = {"provider": method.provider, "customer_ref": method.customer_ref, "method_ref": method.method_ref}
    asked = change(connection, attempt, state=CollectionState.ASKED, cents=amount.cents, **who)
    return _about(asked, claim, How.CHARGE)


def _about(attempt: Attempt, claim: Claim, how: How) -> Question:
    if attempt.provider is None or attempt.customer_ref is None or attempt.method_ref is None:
        raise ValueError("an attempt that was asked for names whom")
    request = ChargeRequest(
        key=attempt.collection_key,
        customer_ref=attempt.customer_ref,
        method_ref=attempt.method_ref,
        amount=attempt.amount,
        description=f"{attempt.invoice_id}",
    )
    return Question(claim, how, attempt.provider, request)


def _note_overdue(
    connection: Connection, stamp: Stamp, rules: BillingRules, claim: Claim, outcome: ChargeOutcome
) -> None:
    """Money that a client sends by himself is late from the day after the payment date; nothing is tried again."""
    attempt = claimed(connection, claim)
    method = methods(connection, {attempt.account_id}).get(attempt.account_id)
    if not isinstance(outcome, Pending) or method is None or method.means is PaymentMeans.CARD:
        return
    issued = by_id(connection, attempt.account_id, attempt.invoice_id)
    if issued.due_on is not None and issued.due_on < rules.today(stamp.now) and not _in_arrears(connection, issued):
        decline(connection, stamp, rules, issued, Setback.OVERDUE)


def _in_arrears(connection: Connection, issued: Issued) -> bool:
    """Whether its subscription is in arrears already; an invoice of none is left to the rules of late payment."""
    if issued.subscription_id is None:
        return True
    return bool(running_by_id(connection, issued.account_id, issued.subscription_id).value.arrears)
