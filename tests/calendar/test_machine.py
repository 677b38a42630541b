"""A practice under everything at once: events come, move and go, feeds fail and forget, and two workers do what is due.

Whatever the order: an SMS agrees with the calendar at the very moment at which it leaves, nobody is texted twice about
one start of one event, nothing leaves at night or about what has begun, and whatever is settled says why.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, delete

from gateway.app.schema import METADATA
from gateway.calendar.words import EventStatus, ReminderState
from gateway.engine.database import open_engine
from gateway.engine.processes import process
from tests.calendar.memory import MemoryCalendar
from tests.calendar.practice import PARIS, Practice, practice
from tests.clock import StoppedClock

T = TypeVar("T")

NUMBERS = [f"06 39 98 12 {ending}" for ending in ("34", "35", "36")]
NOBODY = "Mme Dupont"

numbers = st.sampled_from(NUMBERS)
hours = st.integers(1, 72)
chosen = st.integers(0, 20)

#: Longer than a file that was read counts as just read: the owner acts, and only then anything is due.
A_MOMENT = timedelta(seconds=40)


class Bridge(RuleBasedStateMachine):
    """One practice with one calendar; its owner, its provider and time act in any order."""

    url: str  # of a database that many runs share, each finding it empty
    rereads: bool

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.clock = StoppedClock()
        self.server = MemoryCalendar(rereads=self.rereads)
        self.handles: list[str] = []
        self.seen: set[int] = set()
        self.alice = self.run(self._move_in())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to its end."""
        return self.runner.run(work)

    async def _move_in(self) -> Practice:
        engine = await self.stack.enter_async_context(open_engine(self.url, self.clock))
        await engine.write(_empty)
        return await practice(engine, self.clock, self.server, rules=("2h", "24h"), units=1_000)

    @rule(ahead=hours, number=numbers)
    def create(self, ahead: int, number: str) -> None:
        """An event of the next days."""
        self.handles.append(self.run(self.server.create(number, self._local(ahead))))
        self.clock.advance(A_MOMENT)

    @precondition(lambda self: self.handles)
    @rule(which=chosen, ahead=hours)
    def move(self, which: int, ahead: int) -> None:
        """To some time of the next days."""
        self.run(self.server.move(self._one(which), self._local(ahead)))
        self.clock.advance(A_MOMENT)

    @precondition(lambda self: self.handles)
    @rule(which=chosen, title=st.sampled_from([*NUMBERS, NOBODY]))
    def edit(self, which: int, title: str) -> None:
        """Another number, or none."""
        self.run(self.server.edit(self._one(which), title=title))
        self.clock.advance(A_MOMENT)

    @precondition(lambda self: self.handles)
    @rule(which=chosen, back=st.booleans())
    def cancel(self, which: int, back: bool) -> None:
        """And perhaps take that back."""
        self.run(self.server.cancel(self._one(which)))
        if back:
            self.run(self.server.uncancel(self._one(which)))
        self.clock.advance(A_MOMENT)

    @precondition(lambda self: self.handles)
    @rule(which=chosen)
    def delete(self, which: int) -> None:
        """Take it out."""
        handle = self._one(which)
        self.handles.remove(handle)
        self.run(self.server.delete(handle))
        self.clock.advance(A_MOMENT)

    @rule(times=st.integers(1, 4))
    def fail(self, times: int) -> None:
        """The provider is away for a while."""
        self.run(self.server.fail(times))

    @rule()
    def forget(self) -> None:
        """The provider forgets its cursors."""
        self.run(self.server.expire_cursors())

    @rule(long=st.integers(1, 30))
    def wait(self, long: int) -> None:
        """Time passes."""
        self.run(self.alice.until(self.clock.now() + timedelta(hours=long), self._watch))

    @invariant()
    def nobody_is_texted_twice_about_one_start_by_one_rule(self) -> None:
        told = [each for each in self.run(self.alice.reminders()) if each.state is ReminderState.SENT]
        counted = Counter((each.event_id, each.recipient, each.start_at, each.offset_key[:2]) for each in told)
        assert all(count == 1 for count in counted.values())

    @invariant()
    def what_is_settled_says_why_and_what_is_not_will_be_looked_at(self) -> None:
        for each in self.run(self.alice.reminders()):
            is_open = each.state in {ReminderState.PLANNED, ReminderState.WAITING}
            assert (each.look_at is not None) == is_open
            assert each.reason is not None or each.state in {ReminderState.PLANNED, ReminderState.SENT}
            assert not is_open or each.start_at > self.clock.now() - timedelta(minutes=1)

    def teardown(self) -> None:
        """Leave."""
        self.run(self.stack.aclose())
        self.runner.close()

    async def _watch(self) -> None:
        """Look at what has just left: it must agree with the calendar as it is now, where the provider answered."""
        events = {each.event_id: each for each in await self.alice.events()}
        for each in await self.alice.reminders():
            if each.message_id is None or each.message_id in self.seen:
                continue
            self.seen.add(each.message_id)
            assert 8 <= self.clock.now().astimezone(PARIS).hour < 20
            assert each.start_at > self.clock.now()
            if not self.server.failed:
                event = self.server.events[events[each.event_id].remote_id]
                assert (event.start, event.status) == (each.start_at, EventStatus.CONFIRMED)
                assert "+33" + (event.title or "").replace(" ", "")[1:] == each.recipient
        self.server.failed = False

    def _one(self, which: int) -> str:
        return self.handles[which % len(self.handles)]

    def _local(self, ahead: int) -> datetime:
        return (self.clock.now() + timedelta(hours=ahead)).astimezone(PARIS)


def _empty(connection: Connection) -> None:
    for table in METADATA.sorted_tables:
        if table is not process:
            connection.execute(delete(table))


def live_on(url: str, *, rereads: bool) -> None:
    """Run the machine on a database."""
    machine = type("AnyBridge", (Bridge,), {"url": url, "rereads": rereads})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_where_single_events_can_be_read_again(database_url: str) -> None:
    live_on(database_url, rereads=True)


def test_where_the_whole_calendar_has_to_be_read(database_url: str) -> None:
    live_on(database_url, rereads=False)
