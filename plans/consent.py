"""Proof of consent after a complaint about spam, and what breaches of the terms lead to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from plans.checked import Section
from plans.money import Money, money_in


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """How long a client has to prove consent, and what missing proof may cost (terms, article 8)."""

    proof: timedelta
    penalty: Money  # the most for each SMS that counts as spam


class Proof(StrEnum):
    """Where a complaint stands."""

    AWAITED = "awaited"
    GIVEN = "given"
    MISSING = "missing"


class Breach(StrEnum):
    """What a client may do against the terms."""

    FRAUD_SUSPECTED = "fraud_suspected"  # special term 4
    TERMS_BROKEN = "terms_broken"  # article 8
    CONSENT_UNPROVEN = "consent_unproven"  # article 8


class Sanction(StrEnum):
    """What follows; none of them refunds prepaid SMS."""

    CAMPAIGNS_SUSPENDED = "campaigns_suspended"  # marketing waits, alerts go on
    ACCOUNT_SUSPENDED = "account_suspended"
    CONTRACT_ENDED = "contract_ended"


_SANCTIONS = {
    Breach.FRAUD_SUSPECTED: Sanction.CAMPAIGNS_SUSPENDED,
    Breach.TERMS_BROKEN: Sanction.ACCOUNT_SUSPENDED,
    Breach.CONSENT_UNPROVEN: Sanction.CONTRACT_ENDED,
}


def sanction(breach: Breach) -> Sanction:
    """What a breach leads to, at once and without notice."""
    return _SANCTIONS[breach]


def proof_due(asked_at: datetime, terms: ConsentTerms) -> datetime:
    """The last instant, in UTC, for the proof: elapsed hours, whatever the clock does meanwhile."""
    return asked_at.astimezone(UTC) + terms.proof


def proof(asked_at: datetime, given_at: datetime | None, now: datetime, terms: ConsentTerms) -> Proof:
    """Where a complaint stands ``now``; proof that comes too late is missing."""
    due = proof_due(asked_at, terms)
    if given_at is not None:
        return Proof.GIVEN if given_at <= due else Proof.MISSING
    return Proof.AWAITED if now <= due else Proof.MISSING


def highest_penalty(messages: int, terms: ConsentTerms) -> Money:
    """The most that this many SMS classed as spam may cost."""
    return Money(terms.penalty.cents * messages)


def consent_from(section: Section) -> ConsentTerms:
    """Read the delay and the penalty; ``RuleError`` names a key that is missing or wrong."""
    section.only({"proof_hours", "penalty"})
    return ConsentTerms(timedelta(hours=section.count("proof_hours", least=1)), money_in(section, "penalty"))
