"""The terms on the class of a message (special term 4): the client says it, and it stays with the message."""

import pytest

from gateway.engine.database import Engine
from gateway.sms.policy import Rules
from plans.words import MessageClass
from tests.cast import alice, send, shipped_rules, sms
from tests.sms.steps import story


@pytest.fixture
def core() -> Rules:
    """The rules as they ship."""
    return shipped_rules()


@pytest.mark.parametrize("declared", list(MessageClass))
async def test_the_class_that_the_client_declared_stays_with_the_message(
    engine: Engine, core: Rules, declared: MessageClass
) -> None:
    """R55, special term 4: alert or marketing."""
    member = await alice(engine)
    (taken,) = await send(engine, core, sms(member, message_class=declared))
    assert (await story(engine, taken.message_id)).line.message_class is declared
