"""The rules as they ship: tests of the terms run on the configuration that a fresh machine has."""

import tomllib
from collections.abc import Mapping

import pytest

from gateway.settings import config_file
from gateway.sms.policy import Rules
from gateway.sms.routes import all_to
from plans.destinations import rates_from
from plans.stop import stop_rules_from
from plans.terms import CreditTerms, credit_terms_from
from plans.windows import windows_from


def shipped(name: str) -> Mapping[str, object]:
    """A configuration file of the project, parsed."""
    return tomllib.loads(config_file(name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def rules() -> Rules:
    """Windows, STOP mention and rates."""
    document = shipped("windows.toml")
    return Rules(
        windows=windows_from(document),
        stop=stop_rules_from(document),
        rates=rates_from(shipped("rates.toml")),
        credit=credit_terms_from(document),
        routes=all_to("sandbox"),
    )


@pytest.fixture(scope="session")
def credit_terms() -> CreditTerms:
    """How long packs and refunded units live."""
    return credit_terms_from(shipped("windows.toml"))
