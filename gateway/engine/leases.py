"""Holding on to claimed rows for as long as the work on them takes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from gateway.engine.database import Engine
from gateway.engine.queue import Claim
from gateway.engine.writer import StorageUnavailable


class Leasing(Protocol):
    """What leases rows: a queue or a timetable."""

    def renew(self, connection: Connection, claims: Sequence[Claim], until: datetime) -> set[int]:
        """Hold rows for longer; returns the ids whose claim still held."""
        ...


@contextlib.asynccontextmanager
async def held(engine: Engine, queue: Leasing, claims: Sequence[Claim], lease: timedelta) -> AsyncIterator[None]:
    """Renew the lease of ``claims``, twice in its time, until left.

    The lease stays short, so that a crash frees the rows soon, and slow work still keeps them.
    """
    renewing = asyncio.create_task(_renew(engine, queue, claims, lease))
    try:
        yield
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing


async def _renew(engine: Engine, queue: Leasing, claims: Sequence[Claim], lease: timedelta) -> None:
    while True:
        await asyncio.sleep(lease.total_seconds() / 2)
        with contextlib.suppress(StorageUnavailable):  # the fence tells whether it came too late
            await engine.write(partial(queue.renew, claims=claims, until=engine.clock.now() + lease), urgent=True)
