"""Renews, invoices and collects until nothing is due: ``python -m tests.crash.invoicing_worker URL INSTANT``.

It is meant to be killed. Two loops renew side by side and one collects, as in two services, in
small batches, so that a kill finds much half-way.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from gateway.billing.attempts import JOBS
from gateway.billing.collecting import Collector
from gateway.billing.payments.sandbox import SandboxGateway
from gateway.billing.renewing import advance_due
from gateway.billing.rules import shipped_billing_rules
from gateway.engine.database import Engine, open_engine
from tests.clock import StoppedClock

BATCH = 5
RULES = shipped_billing_rules()


async def work(url: str, now: datetime) -> None:
    """Do all that is due at an instant."""
    async with open_engine(url, StoppedClock(now)) as engine:
        print("ready", flush=True)  # noqa: T201 - whoever waits to kill
        await engine.write(lambda connection: JOBS.reap(connection, now))
        collector = Collector(engine, RULES, {"sandbox": SandboxGateway(engine, b"secret")})
        await asyncio.gather(_all(partial(_renew, engine)), _all(partial(_renew, engine)))
        await _all(collector.run_once)


async def renew_and_collect(url: str, now: datetime) -> None:
    """The same with both at once, over and over: never ends by itself."""
    async with open_engine(url, StoppedClock(now)) as engine:
        print("ready", flush=True)  # noqa: T201 - whoever waits to kill
        collector = Collector(engine, RULES, {"sandbox": SandboxGateway(engine, b"secret")})
        while True:
            await asyncio.gather(_renew(engine), _renew(engine), collector.run_once())
            await engine.wait_for_work("nothing", 0.001)


async def _renew(engine: Engine) -> int:
    return await engine.write(partial(advance_due, stamp=engine.stamp(), rules=RULES, limit=BATCH))


async def _all(run_once: Callable[[], Awaitable[int]]) -> None:
    while await run_once():
        pass


if __name__ == "__main__":
    asyncio.run(renew_and_collect(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
