"""From the queue to the carrier: claim, look once more, hand over, record what the carrier said."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from gateway.engine.database import Engine
from gateway.engine.queue import Claim
from gateway.sms.adoption import settle_early_receipts
from gateway.sms.carriers.port import PATIENCE, Carrier, InDoubt, Outcome
from gateway.sms.circuits import CRASHED, Circuit, circuit_of
from gateway.sms.departure import Leaving, prepare
from gateway.sms.early_receipts import any_early
from gateway.sms.inbox import NetworkInbox
from gateway.sms.jobs import JOBS, TOPICS
from gateway.sms.lanes import allowance, lane_of, spend
from gateway.sms.notices import TOPIC as NOTICES
from gateway.sms.outcomes import record
from gateway.sms.policy import Rules
from gateway.sms.rerouting import reroute
from gateway.sms.tables import job
from plans.words import MessageClass, Reason

log = logging.getLogger(__name__)

BATCH = 200
#: So many batches of a lane are on their way at a time: while the carrier works on one, another is claimed or recorded.
#: They share what may be on its way, so that nobody waits behind more of another's, nor is more in doubt after a
#: crash.
TURNS = 2
LEASE = timedelta(seconds=60)  # longer than the patience

#: Woken when messages were handed over, for their receipts may be there at once.
RECEIPTS_TOPIC = "receipt"


@dataclass(frozen=True, slots=True)
class _Batch:
    """What was claimed: messages that leave, and how many were given to other carriers."""

    leaving: Sequence[Leaving]
    moved: int = 0


class Dispatcher:
    """Hands the messages of one carrier over, lane by lane, and takes its receipts in."""

    def __init__(self, engine: Engine, carrier: Carrier, rules: Rules, patience: timedelta = PATIENCE) -> None:
        """``patience``: how long the carrier may take to answer for a batch."""
        self._engine = engine
        self._carrier = carrier
        self._rules = rules
        self._patience = patience
        self._inbox = NetworkInbox(engine, carrier.name)
        self.lanes = tuple(lane_of(carrier.name, each) for each in MessageClass)
        self._of_lane = {each: (job.c.lane == each,) for each in self.lanes}

    async def dispatch_once(self, lane: str) -> int:
        """Work off one batch of a lane; returns how many messages left.

        1. Claim a batch; what may still leave is marked as being sent, on disk.
        2. Hand all of it to the carrier, in no transaction.
        3. Record the answers behind the fence of the claims.
        """
        batch = await self._engine.write(lambda connection: self._claim(connection, lane), urgent=True)
        if batch.leaving:
            answers = await self._hand_over_all(batch.leaving)
            await self._record(list(zip(batch.leaving, answers, strict=True)))
        if batch.moved:
            self._engine.wake(TOPICS.values())
        return len(batch.leaving) + batch.moved

    async def collect_once(self) -> int:
        """Take in the receipts that the carrier holds; returns how many."""
        collected = await self._carrier.collect(self._inbox)
        if await self._engine.read(lambda connection: any_early(connection, self._carrier.name)):
            stamp = self._engine.stamp()
            await self._engine.write(
                lambda connection: settle_early_receipts(connection, stamp, self._carrier.name), wakes=(NOTICES,)
            )
        return collected

    async def keep_links(self) -> None:
        """Keep the carrier's links up and take in what comes over them, until ``close``."""
        await self._carrier.run(self._inbox)

    async def close(self) -> None:
        """End the links, once nothing is handed over any more."""
        await self._carrier.close()

    def _claim(self, connection: Connection, lane: str) -> "_Batch":
        stamp = self._engine.stamp()
        circuit = circuit_of(connection, self._carrier.name)
        shut = circuit.is_open(stamp.now)
        most = BATCH if shut else max(1, min(BATCH, self._carrier.at_once) // TURNS)
        allowed = allowance(connection, lane, stamp.now, 1 if circuit.half_open and not shut else most)
        claims = JOBS.claim(
            connection,
            worker=self._engine.node,
            now=stamp.now,
            lease=LEASE,
            limit=allowed.messages,
            where=self._of_lane[lane],
        )
        if shut:
            return _Batch((), self._give_away(connection, claims, circuit, stamp.now))
        leaving = prepare(connection, stamp, self._rules, claims, deduplicates=self._carrier.deduplicates)
        spend(connection, allowed, len(leaving))
        return _Batch(leaving)

    def _give_away(self, connection: Connection, claims: Sequence[Claim], circuit: Circuit, now: datetime) -> int:
        """Let other carriers take what they can, and the rest wait for this one; returns how many moved."""
        moved = reroute(connection, self._rules, claims, self._carrier.name, now)
        waiting = [claim for claim in claims if claim.row_id not in moved]
        JOBS.park(connection, waiting, circuit.open_until or now, Reason.CARRIER_UNAVAILABLE)
        return len(moved)

    async def _hand_over_all(self, leaving: Sequence[Leaving]) -> list[Outcome]:
        tasks = [asyncio.create_task(self._hand_over(each)) for each in leaving]
        _, late = await asyncio.wait(tasks, timeout=self._patience.total_seconds())
        for task in late:
            task.cancel()
        return [InDoubt("timeout") if task in late else task.result() for task in tasks]

    async def _hand_over(self, each: Leaving) -> Outcome:
        if each.left_before and not self._carrier.deduplicates:
            return InDoubt(CRASHED)  # it may be on its way already; never a silent second text
        try:
            return await self._carrier.send(each.sms)
        except Exception as error:  # noqa: BLE001 - a bug of one adapter must not put the whole batch in doubt
            log.error("carrier %s failed with %s", self._carrier.name, type(error).__name__)
            return InDoubt("error")

    async def _record(self, handled: Sequence[tuple[Leaving, Outcome]]) -> None:
        stamp = self._engine.stamp()
        await self._engine.write(
            lambda connection: record(connection, stamp, self._rules, self._carrier, handled),
            wakes=(NOTICES, RECEIPTS_TOPIC),
            urgent=True,
        )
