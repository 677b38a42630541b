"""Work kept as rows: what may be taken, in which order, and what a worker may still say about it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select

from gateway.engine.database import Engine
from gateway.engine.queue import Claim, Queue
from gateway.sms.tables import job
from tests.clock import StoppedClock

QUEUE = Queue(job, key="message_id", order="fair_tag")
LEASE = timedelta(seconds=60)


def rows(*tags: int, first_id: int = 1, parked_until: datetime | None = None) -> Callable[[Connection], None]:
    """The unit that queues a row for each tag, with ids from ``first_id``."""

    def unit(connection: Connection) -> None:
        connection.execute(
            insert(job),
            [
                {
                    "account_id": 7,
                    "message_id": number,
                    "lane": "sandbox",
                    "fair_tag": tag,
                    "parked_until": parked_until,
                }
                for number, tag in enumerate(tags, first_id)
            ],
        )

    return unit


async def claim(engine: Engine, limit: int = 10, worker: int = 1) -> list[Claim]:
    """Claim in a unit of its own."""
    now = engine.clock.now()
    return await engine.write(
        lambda connection: QUEUE.claim(connection, worker=worker, now=now, lease=LEASE, limit=limit)
    )


async def ready(engine: Engine) -> list[int]:
    """The ids that may be taken, without taking them."""
    ids = select(job.c.message_id).where(job.c.parked_until.is_(None)).order_by(job.c.message_id)
    return await engine.read(lambda connection: list(connection.scalars(ids)))


async def reap(engine: Engine, limit: int = 100) -> int:
    """Free what is due in a unit of its own."""
    now = engine.clock.now()
    return await engine.write(lambda connection: QUEUE.reap(connection, now, limit))


async def test_the_lowest_tag_goes_first(engine: Engine) -> None:
    await engine.write(rows(30, 10, 20))
    assert [each.row_id for each in await claim(engine, limit=2)] == [2, 3]
    assert [each.row_id for each in await claim(engine)] == [1]
    assert await claim(engine) == []


async def test_rows_that_are_held_are_not_ready(engine: Engine) -> None:
    await engine.write(rows(30))
    assert await engine.read(QUEUE.any_ready)
    await claim(engine)
    assert not await engine.read(QUEUE.any_ready)


async def test_a_claim_may_be_narrowed_to_one_lane(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(10, 20))
    other_lane = (job.c.lane == "smpp",)
    taken = await engine.write(
        lambda connection: QUEUE.claim(connection, worker=1, now=clock.now(), lease=LEASE, limit=10, where=other_lane)
    )
    assert taken == []


async def test_what_is_parked_is_not_taken_until_it_was_reaped_on_time(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(10, parked_until=clock.now() + timedelta(hours=1)))
    assert (await reap(engine), await claim(engine)) == (0, [])
    clock.advance(timedelta(hours=1))
    assert await reap(engine) == 1
    assert [each.attempts for each in await claim(engine)] == [1]


async def test_reaping_takes_the_longest_due_first_and_no_more_than_asked(engine: Engine, clock: StoppedClock) -> None:
    """When a sending window opens for a hundred thousand messages, other units still get their turn."""
    await engine.write(rows(1, 2, first_id=1, parked_until=clock.now() - timedelta(minutes=1)))
    await engine.write(rows(3, 4, first_id=3, parked_until=clock.now() - timedelta(minutes=2)))
    assert (await reap(engine, limit=3), len(await ready(engine))) == (3, 3)
    assert {3, 4} < set(await ready(engine))
    assert await reap(engine, limit=3) == 1


async def test_finishing_removes_the_row_and_says_which(engine: Engine) -> None:
    await engine.write(rows(10, 20))
    claims = await claim(engine)
    assert await engine.write(lambda connection: QUEUE.finish(connection, claims)) == {1, 2}
    left = await engine.read(lambda connection: connection.execute(select(job)).all())
    assert left == []


async def test_finishing_nothing_is_nothing(engine: Engine) -> None:
    assert await engine.write(lambda connection: QUEUE.finish(connection, [])) == set()


@pytest.mark.parametrize("statement", ["finish", "release", "park"])
async def test_a_worker_whose_lease_ran_out_changes_nothing(
    engine: Engine, clock: StoppedClock, statement: str
) -> None:
    """Of two rows it held, one was taken by another worker: it may speak only for the one it still holds."""
    await engine.write(rows(10))
    lost = await claim(engine, worker=1)
    clock.advance(LEASE)
    await reap(engine)
    await claim(engine, worker=2)
    await engine.write(rows(20, first_id=2))
    kept = await claim(engine, worker=1)
    arguments = (clock.now(), "later") if statement == "park" else ()
    spoke_for = await engine.write(lambda connection: getattr(QUEUE, statement)(connection, [*lost, *kept], *arguments))
    assert spoke_for == {2}
    holder = select(job.c.claimed_by).where(job.c.message_id == 1)
    assert await engine.read(lambda connection: connection.scalar(holder)) == 2


async def test_work_that_is_done_counts_though_the_lease_ran_out_while_nobody_has_taken_the_row_since(
    engine: Engine, clock: StoppedClock
) -> None:
    """As after an hour without a disk, when whoever frees leases is quicker than whoever has done the work."""
    await engine.write(rows(10, 20))
    done, put_off = await claim(engine, worker=1)
    clock.advance(LEASE)
    await reap(engine)
    assert await engine.write(lambda connection: QUEUE.release(connection, [put_off])) == set()
    assert await engine.write(lambda connection: QUEUE.finish(connection, [done])) == {done.row_id}
    assert await engine.write(lambda connection: QUEUE.finish(connection, [done])) == set()


async def test_a_row_that_was_put_off_is_not_finished_by_the_claim_that_put_it_off(
    engine: Engine, clock: StoppedClock
) -> None:
    await engine.write(rows(10))
    claims = await claim(engine)
    later = clock.now() + LEASE
    assert await engine.write(lambda connection: QUEUE.park(connection, claims, later)) == {1}
    assert await engine.write(lambda connection: QUEUE.finish(connection, claims)) == set()


async def test_the_same_worker_claiming_again_does_not_revive_its_old_claim(
    engine: Engine, clock: StoppedClock
) -> None:
    await engine.write(rows(10))
    old = await claim(engine, worker=1)
    clock.advance(LEASE)
    await reap(engine)
    new = await claim(engine, worker=1)
    assert await engine.write(lambda connection: QUEUE.finish(connection, old)) == set()
    assert await engine.write(lambda connection: QUEUE.finish(connection, new)) == {1}


async def test_a_parked_row_keeps_its_attempts_and_tells_why(engine: Engine, clock: StoppedClock) -> None:
    await engine.write(rows(10))
    claims = await claim(engine)
    later = clock.now() + timedelta(minutes=5)
    assert await engine.write(lambda connection: QUEUE.park(connection, claims, later, "carrier_unavailable")) == {1}
    row = await engine.read(
        lambda connection: connection.execute(select(job.c.parked_until, job.c.claimed_by, job.c.park_reason)).one()
    )
    assert tuple(row) == (later, None, "carrier_unavailable")
    clock.set(later)
    await reap(engine)
    assert [each.attempts for each in await claim(engine)] == [2]


async def test_a_released_row_is_ready_at_once_and_the_attempt_does_not_count(engine: Engine) -> None:
    await engine.write(rows(10))
    claims = await claim(engine)
    assert await engine.write(lambda connection: QUEUE.release(connection, claims)) == {1}
    assert [(each.attempts, each.epoch) for each in await claim(engine)] == [(1, 2)]


async def test_the_leases_of_a_dead_process_are_freed_and_nothing_else(engine: Engine, clock: StoppedClock) -> None:
    """What waits for a time of its own keeps waiting."""
    await engine.write(rows(10, 20))
    await engine.write(rows(30, first_id=3, parked_until=clock.now() + LEASE))
    await claim(engine, limit=1)
    assert await engine.write(QUEUE.free_leases) == 1
    assert await ready(engine) == [1, 2]


async def test_no_row_is_taken_twice_by_workers_that_claim_at_once(engine: Engine) -> None:
    await engine.write(rows(*range(1000)))
    claims = await asyncio.gather(*(claim(engine, limit=40, worker=worker) for worker in range(30)))
    taken = [each.row_id for batch in claims for each in batch]
    assert sorted(taken) == list(range(1, 1001))
