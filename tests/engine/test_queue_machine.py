"""Two workers, one queue, any order of events: the queue agrees with a model that anyone can check by eye."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, insert, select

from gateway.engine.queue import Claim, Queue
from gateway.sms.tables import job
from tests.clock import StoppedClock
from tests.databases import held_open

QUEUE = Queue(job, key="message_id", order="fair_tag")
LEASE = timedelta(seconds=60)


@dataclass
class Row:
    """What must be known of a row."""

    tag: int
    parked_until: datetime | None = None
    holder: int | None = None
    epoch: int = 0
    attempts: int = 0


class QueueMachine(RuleBasedStateMachine):
    """Adds, claims, finishes, parks, releases and reaps in any order, with old claims kept and used again."""

    claims = Bundle("claims")
    url = ""

    @initialize()
    def start(self) -> None:
        """An empty queue."""
        self.clock = StoppedClock()
        self.rows: dict[int, Row] = {}
        self.added = 0
        self.database = held_open(self.url)
        with self.database.begin() as connection:
            connection.execute(delete(job))

    def teardown(self) -> None:
        """Leave no connection behind."""
        self.database.dispose()

    @rule(tags=st.lists(st.integers(0, 5), min_size=1, max_size=5))
    def add(self, tags: list[int]) -> None:
        """Queue new rows; tags may be equal."""
        for tag in tags:
            self.added += 1
            self.rows[self.added] = Row(tag)
            values = {"account_id": self.added % 2, "message_id": self.added, "lane": "sandbox", "fair_tag": tag}
            with self.database.begin() as connection:
                connection.execute(insert(job).values(**values))

    @rule(target=claims, worker=st.integers(1, 2), limit=st.integers(1, 4))
    def claim(self, worker: int, limit: int) -> object:
        """A worker takes the lowest tags that are ready."""
        now = self.clock.now()
        with self.database.begin() as connection:
            taken = QUEUE.claim(connection, worker=worker, now=now, lease=LEASE, limit=limit)
        tags = sorted(row.tag for row in self.rows.values() if row.parked_until is None)
        assert [self.rows[each.row_id].tag for each in taken] == tags[:limit]
        for each in taken:
            row = self.rows[each.row_id]
            assert row.parked_until is None
            row.parked_until, row.holder = now + LEASE, worker
            row.epoch += 1
            row.attempts += 1
            assert (each.epoch, each.attempts) == (row.epoch, row.attempts)
        return multiple(*taken)

    @rule(held=st.lists(claims, max_size=4, unique=True))
    def finish(self, held: list[Claim]) -> None:
        """Workers, perhaps late, say that the work is done."""
        valid = {each.row_id for each in held if self._may_finish(each)}
        with self.database.begin() as connection:
            assert QUEUE.finish(connection, held) == valid
        for row_id in valid:
            del self.rows[row_id]

    @rule(held=st.lists(claims, max_size=4, unique=True), seconds=st.integers(-10, 100))
    def park(self, held: list[Claim], seconds: int) -> None:
        """Workers, perhaps late, put rows off."""
        valid, until = self._valid(held), self.clock.now() + timedelta(seconds=seconds)
        with self.database.begin() as connection:
            assert QUEUE.park(connection, held, until) == valid
        for row_id in valid:
            self.rows[row_id].parked_until, self.rows[row_id].holder = until, None

    @rule(each=consumes(claims))
    def release(self, each: Claim) -> None:
        """A worker, perhaps late, gives a row back."""
        valid = self._valid([each])
        with self.database.begin() as connection:
            assert QUEUE.release(connection, [each]) == valid
        for row_id in valid:
            row = self.rows[row_id]
            row.parked_until, row.holder, row.attempts = None, None, row.attempts - 1

    @rule(seconds=st.integers(0, 90))
    def advance(self, seconds: int) -> None:
        """Time passes."""
        self.clock.advance(timedelta(seconds=seconds))

    @rule()
    def reap(self) -> None:
        """What is due becomes ready."""
        now = self.clock.now()
        due = [row for row in self.rows.values() if row.parked_until is not None and row.parked_until <= now]
        with self.database.begin() as connection:
            assert QUEUE.reap(connection, now) == len(due)
        for row in due:
            row.parked_until = row.holder = None

    @rule()
    def free_leases(self) -> None:
        """The process starts again: what its workers held becomes ready."""
        held = [row for row in self.rows.values() if row.holder is not None]
        with self.database.begin() as connection:
            assert QUEUE.free_leases(connection) == len(held)
        for row in held:
            row.parked_until = row.holder = None

    @invariant()
    def agrees(self) -> None:
        """Every row is as the model has it."""
        columns = (job.c.fair_tag, job.c.parked_until, job.c.claimed_by, job.c.claim_epoch, job.c.attempts)
        with self.database.begin() as connection:
            stored = {row_id: Row(*rest) for row_id, *rest in connection.execute(select(job.c.message_id, *columns))}
        assert stored == self.rows

    def _may_finish(self, each: Claim) -> bool:
        """Whether nobody has taken the row since, and it was not put off."""
        row = self.rows.get(each.row_id)
        return bool(row and row.epoch == each.epoch and (row.holder is not None or row.parked_until is None))

    def _valid(self, held: list[Claim]) -> set[int]:
        """The rows whose claim still holds: the same worker and the same epoch."""
        return {
            each.row_id
            for each in held
            if (row := self.rows.get(each.row_id)) and (row.holder, row.epoch) == (each.worker, each.epoch)
        }


def test_the_queue_agrees_with_the_model(database_url: str) -> None:
    class OnThisDatabase(QueueMachine):
        url = database_url

    run_state_machine_as_test(OnThisDatabase, settings=settings(max_examples=60, stateful_step_count=30, deadline=None))
