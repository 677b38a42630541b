"""A carrier that takes little at once, and the flow to it."""

import pytest

from gateway.engine.database import Engine
from gateway.sms.dispatch import Dispatcher
from gateway.sms.flow import Flow
from tests.sms.flow.window import Window


@pytest.fixture
def carrier() -> Window:
    """A carrier that takes four at once, and answers when it is let."""
    return Window()


@pytest.fixture
def flow(engine: Engine, dispatcher: Dispatcher) -> Flow:
    """The flow to it."""
    return Flow(engine, dispatcher)
