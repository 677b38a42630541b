"""A carrier that takes few messages at once and answers when it is let, and short ways to let them flow to it."""

import asyncio
from collections import Counter

from sqlalchemy import func, select

from gateway.engine.database import Engine
from gateway.sms.carriers.port import Outcome, OutgoingSms
from gateway.sms.flow import Flow
from gateway.sms.policy import Rules
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from tests.cast import alice, send, sms
from tests.sms.steps import ScriptedCarrier


class Window(ScriptedCarrier):
    """A carrier that takes four at once, and answers when it is let."""

    at_once = 4

    def __init__(self) -> None:
        super().__init__()
        self.under_way = 0
        self.most = 0
        self._let: dict[str, asyncio.Event] = {}

    async def send(self, sms: OutgoingSms) -> Outcome:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        answer = await super().send(sms)
        try:
            await self._let.setdefault(sms.recipient, asyncio.Event()).wait()
        finally:
            self.under_way -= 1
        return answer

    def hold(self, *recipients: str) -> None:
        """Answer for messages to these no more, until they are let."""
        for each in recipients:
            self._let.pop(each, None)

    def let(self, *recipients: str) -> None:
        """Answer for messages to these, from now on."""
        for each in recipients:
            self._let.setdefault(each, asyncio.Event()).set()


def phone(number: int) -> str:
    return f"+3363998{number:04}"


async def until(flow: Flow, engine: Engine, wanted: dict[MessageState, int]) -> None:
    """Let it flow until as many messages are in these states, and no more."""
    async with asyncio.timeout(30):
        while await states(engine) != wanted:
            await asyncio.wait_for(flow.run_once(), 10)


async def states(engine: Engine) -> Counter[MessageState]:
    found = select(message.c.state, func.count()).group_by(message.c.state)
    return Counter(dict(await engine.read(lambda connection: [tuple(row) for row in connection.execute(found)])))


async def ten(engine: Engine, rules: Rules, flow: Flow) -> list[str]:
    """Ten messages, of which as many are under way as the carrier takes; returns their phones."""
    member = await alice(engine)
    phones = [phone(number) for number in range(10)]
    await send(engine, rules, *(sms(member, each) for each in phones))
    await until(flow, engine, {MessageState.SENDING: 4, MessageState.QUEUED: 6})
    return phones
