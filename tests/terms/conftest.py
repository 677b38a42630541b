"""The rules as they ship: tests of the terms run on the configuration that a fresh machine has."""

from dataclasses import replace

import pytest

from gateway.settings import read_config
from gateway.sms.policy import Rules
from plans.terms import CreditTerms, credit_terms_from
from tests.cast import shipped_rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    """Windows, STOP mention and rates, without the sandbox."""
    return replace(shipped_rules(), sandbox=False)


@pytest.fixture(scope="session")
def credit_terms() -> CreditTerms:
    """How long packs and refunded units live."""
    return credit_terms_from(read_config("windows.toml"))
