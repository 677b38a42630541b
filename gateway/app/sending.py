"""The carriers at work: their links kept up, their queues worked off, their news taken in."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from functools import partial

from gateway.app.carriers import carriers_of
from gateway.engine.database import Engine
from gateway.settings import Settings
from gateway.sms.carriers import sandbox
from gateway.sms.carriers.port import Linked
from gateway.sms.dispatch import Dispatcher
from gateway.sms.flow import Flow
from gateway.sms.jobs import TOPIC as JOB_TOPIC
from gateway.sms.lanes import lane_of, set_lane
from gateway.sms.link_reports import TOPIC as LINKS_TOPIC
from gateway.sms.link_reports import LinkReports
from gateway.sms.policy import Rules
from gateway.worker.loops import RECOVERY_S, Task
from plans.words import MessageClass

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def sending(engine: Engine, settings: Settings, rules: Rules) -> AsyncIterator[list[Task]]:
    """The tasks of all carriers; their links end when it is left, which is after the tasks have."""
    carriers = carriers_of(settings, engine)
    dispatchers = [Dispatcher(engine, each, rules) for each in carriers]
    flows = [Flow(engine, each) for each in dispatchers]
    await _set_rates(engine, settings)
    linked = [each for each in carriers if isinstance(each, Linked)]
    reports = LinkReports(engine, linked)
    links = [asyncio.create_task(_keep_links(each)) for each in flows]
    try:
        tasks = [task for both in zip(dispatchers, flows, strict=True) for task in _tasks(*both)]
        yield [*tasks, Task("links", LINKS_TOPIC, reports.run_once)] if linked else tasks
    finally:
        await asyncio.gather(*(each.close() for each in flows), return_exceptions=True)
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        if linked:
            await reports.close()


def _tasks(dispatcher: Dispatcher, flow: Flow) -> list[Task]:
    name = dispatcher.carrier.name
    return [
        Task(f"dispatch {name}", JOB_TOPIC, flow.run_once, flow.finish),
        Task(f"receipts {name}", dispatcher.receipts_topic, dispatcher.collect_once),
    ]


async def _keep_links(flow: Flow) -> None:
    """What breaks in the links of one carrier is logged and begun anew, and touches no other."""
    while True:
        try:
            return await flow.keep_links()
        except Exception as error:  # noqa: BLE001 - a bug of one adapter must not end the service
            log.error("the links of a carrier failed with %s", type(error).__name__)
            await asyncio.sleep(RECOVERY_S)


async def _set_rates(engine: Engine, settings: Settings) -> None:
    """Let the lanes of the sandbox go as fast as the settings say."""
    for each in MessageClass:
        lane = lane_of(sandbox.NAME, each)
        await engine.write(partial(set_lane, name=lane, rate_per_s=settings.sandbox.rate_per_s, paused=False))
