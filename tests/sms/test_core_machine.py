"""Whatever happens to lots and messages, in whatever order: the books stay right, on a real database."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, delete, func, select

from gateway.app.schema import METADATA
from gateway.billing.lots import expire
from gateway.billing.tables import balance, credit_lot, ledger_entry
from gateway.billing.words import EntryKind
from gateway.engine.database import open_engine
from gateway.engine.processes import process
from gateway.sms.carriers.port import InDoubt, NotSent, Outcome, Receipt, Refused
from gateway.sms.dispatch import Dispatcher
from gateway.sms.request import SmsRequest
from gateway.sms.words import MessageState
from plans.words import LotKind, MessageClass, Origin, Reason
from tests.cast import Member, grant_more, join, rules_to, send, sms
from tests.clock import StoppedClock
from tests.sms.steps import ScriptedCarrier, discrepancies, reap, work_off

T = TypeVar("T")

NUMBERS = [f"+3363998120{number}" for number in range(4)]
FAILURES: list[Outcome] = [Refused("no", Reason.CARRIER_REJECTED), NotSent("down"), InDoubt("?")]
RULES = rules_to(ScriptedCarrier.name)

numbers = st.sampled_from(NUMBERS)
batches = st.lists(
    st.tuples(st.integers(0, 1), numbers, st.integers(1, 320), st.sampled_from(MessageClass), st.sampled_from(Origin)),
    min_size=1,
    max_size=5,
)


class House(RuleBasedStateMachine):
    """Two clients and a sub-account, a carrier that does as it is told, and time."""

    url: str  # of a database that many runs share, each finding it empty
    deduplicates: bool

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.clock = StoppedClock()
        self.carrier = ScriptedCarrier(deduplicates=self.deduplicates)
        self.batches: list[list[SmsRequest]] = []
        self.run(self._move_in())

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        """Take a step on the loop that the engine belongs to."""
        return self.runner.run(step)

    async def _move_in(self) -> None:
        self.engine = await self.stack.enter_async_context(open_engine(self.url, self.clock))
        self.dispatcher = Dispatcher(self.engine, self.carrier, RULES)

        def unit(connection: Connection) -> list[Member]:
            for table in METADATA.sorted_tables:
                if table is not process:
                    connection.execute(delete(table))
            stamp = self.engine.stamp()
            return [join(connection, stamp, "alice", 0), join(connection, stamp, "branch", 0, parent="alice")]

        self.members = await self.engine.write(unit)

    def teardown(self) -> None:
        """Let everything come to its end, look once more, and close."""
        self.carrier.answers.clear()
        for _ in range(3):
            self.time_passes(timedelta(days=4))
            self.work()
        self.the_books_are_right()
        self.run(self.stack.aclose())
        self.runner.close()

    @rule(units=st.integers(1, 8), kind=st.sampled_from(LotKind), hours=st.integers(1, 100))
    def buy(self, units: int, kind: LotKind, hours: int) -> None:
        self.run(grant_more(self.engine, self.members[0], kind, units, timedelta(hours=hours)))

    @rule(batch=batches)
    def submit(self, batch: list[tuple[int, str, int, MessageClass, Origin]]) -> None:
        requests = [
            sms(self.members[who], to, "a" * length, message_class=message_class, origin=origin)
            for who, to, length, message_class, origin in batch
        ]
        self.batches.append(requests)
        self.run(send(self.engine, RULES, *requests))

    @precondition(lambda self: self.batches)
    @rule(choice=st.data())
    def replay(self, choice: st.DataObject) -> None:
        """Any batch again, whatever has become of it: nothing new."""
        batch = choice.draw(st.sampled_from(self.batches))
        assert all(answer.replayed for answer in self.run(send(self.engine, RULES, *batch)))

    @rule(first=batches, second=batches)
    def submit_crosswise(self, first: Any, second: Any) -> None:
        """Two batches at once, which share requests in opposite order."""
        one, two = (
            [
                sms(self.members[who], to, "a" * length, message_class=kind, origin=origin)
                for who, to, length, kind, origin in each
            ]
            for each in (first, second)
        )
        self.batches += [one, two]

        async def both() -> None:
            await asyncio.gather(
                send(self.engine, RULES, *one, *two), send(self.engine, RULES, *reversed(two), *reversed(one))
            )

        self.run(both())

    @rule(recipient=numbers, answer=st.sampled_from([None, *FAILURES]))
    def carrier_answers(self, recipient: str, answer: Outcome | None) -> None:
        if answer is None:
            self.carrier.answers.pop(recipient, None)
        else:
            self.carrier.answers[recipient] = answer

    @rule()
    def work(self) -> None:
        self.run(reap(self.engine))
        self.run(work_off(self.dispatcher))

    @rule(state=st.sampled_from([MessageState.DELIVERED, MessageState.FAILED, MessageState.EXPIRED]))
    def receipts_come(self, state: MessageState) -> None:
        """For whatever was handed over, answered or not, again and again."""
        now = self.clock.now()
        self.carrier.receipts = [Receipt(f"ref-{each.reference}", state, "000", now) for each in self.carrier.sent]
        self.run(self.dispatcher.collect_once())

    @rule(by=st.sampled_from([timedelta(seconds=30), timedelta(hours=1), timedelta(hours=13), timedelta(days=3)]))
    def time_passes(self, by: timedelta) -> None:
        self.clock.advance(by)

    @rule()
    def lots_end(self) -> None:
        self.run(self.engine.write(lambda connection: expire(connection, self.engine.stamp())))

    @invariant()
    def the_books_are_right(self) -> None:
        assert self.run(discrepancies(self.engine)) == []
        self.run(self.engine.read(self._check))

    def _check(self, connection: Connection) -> None:
        payer, entry, lot = self.members[0].account_id, ledger_entry.c, credit_lot.c
        units = Counter[str]()
        for kind, moved in connection.execute(
            select(entry.kind, func.sum(entry.units)).where(entry.account_id == payer).group_by(entry.kind)
        ):
            units[kind] = int(moved)
        left = int(connection.scalar(select(func.sum(lot.units_left)).where(lot.account_id == payer)) or 0)
        charged, ended = -units[EntryKind.CHARGE], -units[EntryKind.EXPIRE]
        assert units[EntryKind.GRANT] == left + charged - units[EntryKind.REFUND] + ended
        assert connection.scalar(select(balance.c.credit_units).where(balance.c.account_id == payer)) in {left, None}
        drawn_late = (
            select(entry.entry_id)
            .join(credit_lot, (lot.account_id == entry.account_id) & (lot.lot_id == entry.lot_id))
            .where(entry.kind == EntryKind.CHARGE, entry.at >= lot.expires_at)
        )
        assert connection.scalars(drawn_late).all() == []


def live_in(url: str, *, deduplicates: bool) -> None:
    """Run the machine on a database."""
    house = type("AnyHouse", (House,), {"url": url, "deduplicates": deduplicates})
    run_state_machine_as_test(
        house,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_the_books_stay_right_with_a_carrier_that_deduplicates(database_url: str) -> None:
    live_in(database_url, deduplicates=True)


def test_the_books_stay_right_with_one_that_does_not(database_url: str) -> None:
    live_in(database_url, deduplicates=False)
