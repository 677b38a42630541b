"""The engine by itself: units of work one after the other, and the same units handed in together."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from gateway.app.opening import open_current
from gateway.engine.database import Engine
from gateway.settings import Settings
from gateway.sms.tables import suppression
from tests.bench.figures import Figure, rates, ratio

UNITS = 2_000
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SINGLE, TOGETHER = "one by one", "together"


def bench(rounds: int) -> list[Figure]:
    """Durable units of one inserted row each, a second; group commit must be worth five times its lack."""
    with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
        measured = asyncio.run(_measure(Settings(data_dir=Path(folder)), rounds))
    return [*rates("engine, sqlite", measured), ratio("engine, sqlite", measured, TOGETHER, SINGLE, at_least=5)]


async def _measure(settings: Settings, rounds: int) -> list[dict[str, float]]:
    async with open_current(settings) as engine:
        return [{SINGLE: await _one_by_one(engine), TOGETHER: await _together(engine)} for _ in range(rounds)]


async def _one_by_one(engine: Engine) -> float:
    since = time.perf_counter()
    for _ in range(UNITS):
        await engine.write_each(_insert, engine.ids())
    return UNITS / (time.perf_counter() - since)


async def _together(engine: Engine) -> float:
    since = time.perf_counter()
    await asyncio.gather(*(engine.write_each(_insert, engine.ids()) for _ in range(UNITS)))
    return UNITS / (time.perf_counter() - since)


def _insert(connection: Connection, ids: Sequence[int]) -> list[None]:
    connection.execute(
        insert(suppression),
        [{"account_id": each, "recipient": "+33639981234", "source": "bench", "at": NOON} for each in ids],
    )
    return [None] * len(ids)
