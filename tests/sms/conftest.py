"""The rules as they ship, and a dispatcher with the sandbox phone."""

import pytest

from gateway.engine.database import Engine
from gateway.sms.carriers.sandbox import SandboxCarrier
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from tests.cast import shipped_rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules as they ship."""
    return shipped_rules()


@pytest.fixture
def sandbox(engine: Engine, rules: Rules) -> Dispatcher:
    """The dispatcher of the sandbox phone."""
    return Dispatcher(engine, SandboxCarrier(engine), rules)
