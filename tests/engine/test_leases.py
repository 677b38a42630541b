"""Holding on to claimed rows for as long as the work on them takes."""

from datetime import timedelta

from sqlalchemy import select

from gateway.engine.database import Engine
from gateway.engine.leases import held
from gateway.sms.tables import job
from tests.clock import StoppedClock
from tests.engine.test_queue import QUEUE, claim, ready, reap, rows
from tests.waiting import eventually


async def test_work_that_takes_longer_than_its_lease_keeps_its_rows(engine: Engine, clock: StoppedClock) -> None:
    """A lease of a tenth of a second is renewed, so the reaper finds nothing to free."""
    await engine.write(rows(1))
    claims = await claim(engine)
    lease = timedelta(seconds=0.1)
    async with held(engine, QUEUE, claims, lease):
        clock.advance(timedelta(minutes=5))
        renewed_until = clock.now() + lease

        async def renewed() -> bool:
            until = await engine.read(lambda connection: connection.scalar(select(job.c.parked_until)))
            return until == renewed_until

        await eventually(renewed)
        assert await reap(engine) == 0


async def test_what_is_no_longer_worked_on_is_freed_when_its_lease_is_over(engine: Engine, clock: StoppedClock) -> None:
    """Leaving ends the renewals."""
    await engine.write(rows(1))
    claims = await claim(engine)
    async with held(engine, QUEUE, claims, timedelta(minutes=1)):
        pass
    clock.advance(timedelta(minutes=2))
    await reap(engine)
    assert await ready(engine) == [1]


async def test_a_lost_claim_is_not_renewed(engine: Engine, clock: StoppedClock) -> None:
    """The fence stands before renewing as before finishing."""
    await engine.write(rows(1))
    lost = await claim(engine)
    clock.advance(timedelta(minutes=5))
    await reap(engine)
    await claim(engine, worker=2)
    until = clock.now() + timedelta(minutes=1)
    assert await engine.write(lambda connection: QUEUE.renew(connection, lost, until)) == set()
