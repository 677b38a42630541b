"""PostgreSQL: many processes, each with a number of its own, waking each other."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import insert, select

from gateway.engine.database import Engine, open_engine
from gateway.engine.ids import NODES
from gateway.engine.postgres import Node, database
from gateway.engine.processes import process
from tests.clock import StoppedClock
from tests.databases import ON_POSTGRES

pytestmark = ON_POSTGRES

TAKE_A_NUMBER = """
import asyncio, sys
from gateway.engine.database import open_engine

async def main():
    async with open_engine(sys.argv[1]) as engine:
        print(engine.node, flush=True)
        sys.stdin.read()

asyncio.run(main())
"""


@pytest.fixture
def pool(database_url: str) -> Iterator[SqlEngine]:
    """Connections like those of a process."""
    opened = database(database_url, 4)
    yield opened
    opened.dispose()


def test_processes_that_start_at_once_take_different_numbers(database_url: str) -> None:
    processes = [
        subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", TAKE_A_NUMBER, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    numbers = sorted(each.stdout.readline().strip() for each in processes if each.stdout)
    for each in processes:
        each.communicate()
    assert numbers == ["0", "1", "2", "3"]


async def test_many_that_ask_at_once_take_different_numbers(pool: SqlEngine, clock: StoppedClock) -> None:
    nodes = [Node(pool, "host", number) for number in range(20)]
    numbers = await asyncio.gather(*(asyncio.to_thread(node.acquire, clock.now()) for node in nodes))
    assert sorted(numbers) == list(range(20))


def test_a_number_given_back_is_free(pool: SqlEngine, clock: StoppedClock) -> None:
    first = Node(pool, "host", 1)
    first.acquire(clock.now())
    first.release(clock.now())
    assert Node(pool, "host", 2).acquire(clock.now()) == 0


def test_a_number_given_back_is_not_free_before_the_time_at_which_it_was(pool: SqlEngine, clock: StoppedClock) -> None:
    """The clock was set back: the same number would draw the same identifiers again."""
    first = Node(pool, "host", 1)
    first.acquire(clock.now())
    first.release(clock.now())
    clock.advance(-timedelta(seconds=1))
    assert Node(pool, "host", 2).acquire(clock.now()) == 1


def test_the_number_of_a_process_not_seen_for_long_is_free(pool: SqlEngine, clock: StoppedClock) -> None:
    silent, alive = Node(pool, "host", 1), Node(pool, "host", 2)
    assert [silent.acquire(clock.now()), alive.acquire(clock.now())] == [0, 1]
    clock.advance(Node.STALE)
    assert alive.beat(clock.now()) == 1
    assert Node(pool, "host", 3).acquire(clock.now()) == 0


def test_a_process_that_was_silent_and_lost_its_number_takes_another(pool: SqlEngine, clock: StoppedClock) -> None:
    """Also where both are process 1 in containers of the same name."""
    silent, heir = Node(pool, "host", 1), Node(pool, "host", 1)
    silent.acquire(clock.now())
    clock.advance(Node.STALE)
    assert [heir.acquire(clock.now()), silent.beat(clock.now())] == [0, 1]
    silent.release(clock.now())
    with pool.connect() as connection:
        assert list(connection.scalars(select(process.c.node).where(process.c.seen_at == clock.now()))) == [0]


def test_when_all_numbers_are_taken_it_is_said_so(pool: SqlEngine, clock: StoppedClock) -> None:
    with pool.begin() as connection:
        crowd = [
            {"node": node, "host": "host", "pid": node, "instance": node, "seen_at": clock.now()}
            for node in range(NODES)
        ]
        connection.execute(insert(process), crowd)
    with pytest.raises(RuntimeError, match="all 1024 process numbers are in use"):
        Node(pool, "host", 1).acquire(clock.now())


async def test_a_commit_in_one_process_wakes_a_waiter_in_another(
    engine: Engine, database_url: str, clock: StoppedClock
) -> None:
    async with open_engine(database_url, clock) as other:
        waiting = asyncio.create_task(other.wait_for_work("mail", timeout_s=60))
        async with asyncio.timeout(20):  # long before the waiter would look for itself
            while not waiting.done():  # the other may not listen yet
                await engine.write(lambda _connection: None, wakes=["mail"])


def test_a_number_is_seen_again_at_every_beat(pool: SqlEngine, clock: StoppedClock) -> None:
    node = Node(pool, "host", 1)
    node.acquire(clock.now())
    clock.advance(timedelta(seconds=15))
    node.beat(clock.now())
    with pool.connect() as connection:
        assert connection.scalar(select(process.c.seen_at)) == clock.now()
