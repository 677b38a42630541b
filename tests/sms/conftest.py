"""The rules as they ship, and a carrier that answers by heart."""

import pytest

from gateway.engine.database import Engine
from gateway.sms.dispatch import Dispatcher
from gateway.sms.policy import Rules
from tests.cast import rules_to
from tests.sms.steps import ScriptedCarrier


@pytest.fixture
def rules() -> Rules:
    """The rules as they ship, with all messages going to the scripted carrier."""
    return rules_to(ScriptedCarrier.name)


@pytest.fixture(params=[True, False], ids=["deduplicating", "not deduplicating"])
def any_carrier(request: pytest.FixtureRequest) -> ScriptedCarrier:
    """A carrier of each kind: a test that uses it runs once with each."""
    return ScriptedCarrier(deduplicates=request.param)


@pytest.fixture
def carrier() -> ScriptedCarrier:
    """A carrier that answers by heart, and deduplicates."""
    return ScriptedCarrier()


@pytest.fixture
def dispatcher(engine: Engine, carrier: ScriptedCarrier, rules: Rules) -> Dispatcher:
    """The dispatcher of that carrier."""
    return Dispatcher(engine, carrier, rules)
