"""Short ways to look at messages, jobs and money in tests."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, select

from gateway.billing.discrepancies import Discrepancy
from gateway.billing.lots import spendable
from gateway.billing.tables import balance
from gateway.engine.database import Engine
from gateway.sms import optouts
from gateway.sms.audit import audit
from gateway.sms.carriers.port import Inbox, InDoubt, Outcome, OutgoingSms, Receipt, Taken
from gateway.sms.dispatch import Dispatcher
from gateway.sms.jobs import JOBS
from gateway.sms.receipts import apply_receipts
from gateway.sms.reports import MessageStory, show_message
from gateway.sms.tables import notice
from gateway.sms.words import MessageState, News
from plans.words import LotKind, MessageClass
from tests.cast import DELIVERS

ALERTS, MARKETING = (f"scripted:{each}" for each in (MessageClass.ALERT, MessageClass.MARKETING))


class ScriptedCarrier:
    """A carrier that answers by heart: what it is told to for a recipient, or that it takes the message."""

    name = "scripted"
    at_once = 200
    validity = timedelta(days=2)

    def __init__(self, *, deduplicates: bool = True) -> None:
        """``deduplicates``: sending one reference twice is one SMS."""
        self.deduplicates = deduplicates
        self.answers: dict[str, Outcome] = {}  # by recipient (E.164)
        self.sent: list[OutgoingSms] = []
        self.receipts: list[Receipt] = []

    @property
    def phones(self) -> list[str]:
        """Who got an SMS, in order: with deduplication once for each reference."""
        taken = [each for each in self.sent if isinstance(self._answer(each), Taken)]
        known = {each.reference: each for each in reversed(taken)}.values() if self.deduplicates else taken
        return sorted(each.recipient for each in known)

    async def send(self, sms: OutgoingSms) -> Outcome:
        """Note the SMS and answer by heart."""
        self.sent.append(sms)
        return self._answer(sms)

    async def collect(self, inbox: Inbox) -> int:
        """Pass on the receipts that were put there."""
        due = list(self.receipts)
        if due:
            await inbox.receipts(due)
        self.receipts = self.receipts[len(due) :]
        return len(due)

    async def run(self, inbox: Inbox) -> None:
        """There is no link to keep up."""

    async def close(self) -> None:
        """There is nothing to end."""

    def _answer(self, sms: OutgoingSms) -> Outcome:
        return self.answers.get(sms.recipient, Taken(f"ref-{sms.reference}"))


def silent_carrier() -> ScriptedCarrier:
    """A carrier that does not deduplicate, and loses its link whenever it is handed something."""
    carrier = ScriptedCarrier(deduplicates=False)
    carrier.answers[DELIVERS] = InDoubt("link lost")
    return carrier


async def apply(engine: Engine, receipts: Sequence[Receipt]) -> int:
    """Take in receipts of the scripted carrier; how many moved a message."""
    unit = partial(apply_receipts, stamp=engine.stamp(), carrier=ScriptedCarrier.name, receipts=receipts)
    return await engine.write(unit)


async def story(engine: Engine, message_id: int) -> MessageStory:
    """All about a message."""
    found = await engine.read(lambda connection: show_message(connection, message_id))
    assert found is not None
    return found


async def state(engine: Engine, message_id: int) -> MessageState:
    """Where a message is."""
    return (await story(engine, message_id)).line.state


async def credit(engine: Engine, account_id: int) -> int:
    """The balance of an account, which must be what its open lots hold."""

    def unit(connection: Connection) -> int:
        units = connection.scalar(select(balance.c.credit_units).where(balance.c.account_id == account_id)) or 0
        assert spendable(connection, {account_id}, engine.clock.now(), list(LotKind)) == {account_id: units}
        return units

    return await engine.read(unit)


async def discrepancies(engine: Engine) -> list[Discrepancy]:
    """What does not agree in the whole house."""
    return await engine.read(lambda connection: list(audit(connection)))


async def reap(engine: Engine) -> int:
    """Let go what is due."""
    return await engine.write(lambda connection: JOBS.reap(connection, engine.clock.now()))


async def news(engine: Engine) -> list[tuple[int, News]]:
    """What is to be told, by message."""
    rows = await engine.read(
        lambda connection: connection.execute(
            select(notice.c.message_id, notice.c.news).order_by(notice.c.notice_id)
        ).all()
    )
    return [(message_id, told) for message_id, told in rows]


async def work_off(dispatcher: Dispatcher, lanes: Sequence[str] = ()) -> int:
    """Dispatch until nothing is ready; returns how many left."""
    left = 0
    for lane in lanes or dispatcher.lanes:
        while moved := await dispatcher.dispatch_once(lane):
            left += moved
    return left


async def say_stop(engine: Engine, account: str = "alice", number: str = DELIVERS) -> None:
    """Have a recipient say STOP to an account."""
    await engine.write(
        lambda connection: optouts.add(
            connection, engine.stamp(), "tests", account=account, number=number, sandbox=True
        )
    )
