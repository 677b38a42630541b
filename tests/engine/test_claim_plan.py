"""Claiming reads what it takes and little more, however much work lies parked in the future."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy import Engine as SqlEngine

from gateway.engine.queue import Queue
from gateway.sms.tables import job
from tests.clock import StoppedClock
from tests.databases import ON_POSTGRES, ON_SQLITE, held_open

QUEUE = Queue(job, key="message_id", order="fair_tag")
PARKED = 100_000
READY = 500
LIMIT = 50
FILL = f"""
INSERT INTO job (account_id, message_id, lane, fair_tag, claim_epoch, attempts)
WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {PARKED + READY})
SELECT n % 100, n, 'sandbox', {PARKED + READY} - n, 0, 0 FROM n
"""  # noqa: S608 - our own numbers


@pytest.fixture
def parked(database_url: str, clock: StoppedClock) -> Iterator[SqlEngine]:
    """A queue with 100,000 rows for tomorrow among 500 for now."""
    database = held_open(database_url)
    with database.begin() as connection:
        connection.execute(text(FILL))
        tomorrow = clock.now() + timedelta(days=1)
        connection.execute(job.update().where(job.c.message_id > READY).values(parked_until=tomorrow))
    yield database
    database.dispose()


def claim(connection: Connection, clock: StoppedClock) -> int:
    """Claim one batch of the lane; returns its size."""
    lane = (job.c.lane == "sandbox",)
    lease = timedelta(minutes=1)
    return len(QUEUE.claim(connection, worker=1, now=clock.now(), lease=lease, limit=LIMIT, where=lane))


def steps(connection: Connection, clock: StoppedClock) -> int:
    """How many instructions SQLite's machine runs for one claim."""
    count = 0

    def one_more() -> int:
        nonlocal count
        count += 1
        return 0

    driver: Any = connection.connection.dbapi_connection
    driver.set_progress_handler(one_more, 1)
    assert claim(connection, clock) == LIMIT
    driver.set_progress_handler(None, 1)
    return count


@ON_SQLITE
def test_on_sqlite_a_claim_costs_the_same_whatever_is_parked(parked: SqlEngine, clock: StoppedClock) -> None:
    with parked.begin() as connection:
        among_many = steps(connection, clock)
        connection.execute(job.delete().where(job.c.parked_until.is_not(None)))
        alone = steps(connection, clock)
    assert among_many < 1.2 * alone


def rows_read(plan: dict[str, Any]) -> float:
    """The rows that the scans of a PostgreSQL plan touched, taken or not."""
    here = 0.0
    if "Scan" in plan["Node Type"] and plan.get("Relation Name") == "job":
        here = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return here + sum(rows_read(part) for part in plan.get("Plans", []))


@ON_POSTGRES
@pytest.mark.parametrize("statistics", [True, False], ids=["analyzed", "never analyzed"])
def test_on_postgresql_a_claim_reads_only_what_it_takes(
    parked: SqlEngine, clock: StoppedClock, *, statistics: bool
) -> None:
    """Once to find the rows in the index of those ready, once to change them."""
    claims: list[tuple[str, Any]] = []

    @event.listens_for(parked, "before_cursor_execute")
    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        claims.append((statement, parameters))

    if statistics:
        with parked.begin() as connection:
            connection.execute(text("ANALYZE job"))
    with parked.connect() as connection, connection.begin() as given_up:
        assert claim(connection, clock) == LIMIT
        given_up.rollback()
    statement, parameters = claims[-1]
    with parked.connect() as connection:
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
    plan = (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]
    assert "ix_job_ready" in json.dumps(plan)
    assert rows_read(plan) <= 3 * LIMIT
