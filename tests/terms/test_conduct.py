"""The terms on consent and conduct (article 8, special term 4): proof within 48 hours, and what breaches lead to."""

import pytest

from plans.consent import Breach, Proof, Sanction, highest_penalty, proof, proof_due, sanction
from tests.terms.shop import CONDITIONS, at, euros

TERMS = CONDITIONS.consent
ASKED = at("2027-03-27T10:00")


def test_consent_is_to_be_proven_within_48_elapsed_hours() -> None:
    """R59, A23, article 8: asked on 27 March 2027 at 10:00, due on the 29th at 11:00 by the summer clock."""
    assert proof_due(ASKED, TERMS) == at("2027-03-29T11:00")


@pytest.mark.parametrize(
    ("given", "now", "stands"),
    [
        (None, "2027-03-29T11:00", Proof.AWAITED),
        (None, "2027-03-29T11:00:01", Proof.MISSING),
        ("2027-03-29T11:00", "2027-04-10", Proof.GIVEN),
        ("2027-03-29T11:00:01", "2027-04-10", Proof.MISSING),
    ],
)
def test_proof_that_comes_late_is_missing(given: str | None, now: str, stands: Proof) -> None:
    """R59, A23: to the last second of the delay."""
    assert proof(ASKED, at(given) if given else None, at(now), TERMS) is stands


def test_spam_costs_up_to_a_thousand_euros_a_message() -> None:
    """R60, article 8: 3 SMS, at most 3,000.00."""
    assert highest_penalty(3, TERMS) == euros("3000.00")


@pytest.mark.parametrize(
    ("breach", "follows"),
    [
        (Breach.CONSENT_UNPROVEN, Sanction.CONTRACT_ENDED),
        (Breach.FRAUD_SUSPECTED, Sanction.CAMPAIGNS_SUSPENDED),
        (Breach.TERMS_BROKEN, Sanction.ACCOUNT_SUSPENDED),
    ],
)
def test_a_breach_has_its_sanction(breach: Breach, follows: Sanction) -> None:
    """R60, R62, R63: no proof ends the contract, suspected fraud stops campaigns, other breaches the account."""
    assert sanction(breach) is follows
