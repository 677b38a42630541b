"""From the queue to the carrier: claim, look once more, hand over, record what the carrier said."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from gateway.engine.database import Engine
from gateway.sms.carriers.port import Carrier, InDoubt, Outcome, Receipt
from gateway.sms.departure import Leaving, prepare
from gateway.sms.jobs import JOBS
from gateway.sms.lanes import allowance, lane_of
from gateway.sms.notices import TOPIC as NOTICES
from gateway.sms.outcomes import record
from gateway.sms.policy import Rules
from gateway.sms.receipts import apply_receipts
from gateway.sms.tables import job
from plans.words import MessageClass

BATCH = 200
LEASE = timedelta(seconds=60)

#: Woken when messages were handed over, for their receipts may be there at once.
RECEIPTS_TOPIC = "receipt"


class Dispatcher:
    """Hands the messages of one carrier over, lane by lane, and takes its receipts in."""

    def __init__(self, engine: Engine, carrier: Carrier, rules: Rules) -> None:
        self._engine = engine
        self._carrier = carrier
        self._rules = rules

    async def dispatch_once(self, message_class: MessageClass) -> int:
        """Work off one batch of a class; returns how many messages left.

        1. Claim a batch; what may still leave is marked as being sent, on disk.
        2. Hand all of it to the carrier, in no transaction.
        3. Record the answers behind the fence of the claims.
        """
        leaving = await self._engine.write(lambda connection: self._claim(connection, message_class), urgent=True)
        if leaving:
            answers = await asyncio.gather(*(self._hand_over(each) for each in leaving))
            await self._record(list(zip(leaving, answers, strict=True)))
        return len(leaving)

    async def collect_once(self) -> int:
        """Take in the receipts that the carrier holds; returns how many."""
        return await self._carrier.collect_receipts(self._take_receipts)

    def _claim(self, connection: Connection, message_class: MessageClass) -> list[Leaving]:
        stamp, lane = self._engine.stamp(), lane_of(self._carrier.name, message_class)
        wanted = allowance(connection, lane, stamp.now, BATCH)
        claims = JOBS.claim(
            connection,
            worker=self._engine.ids.node,
            now=stamp.now,
            lease=LEASE,
            limit=wanted,
            where=(job.c.lane == lane,),
        )
        return prepare(connection, stamp, self._rules, claims)

    async def _hand_over(self, each: Leaving) -> Outcome:
        if each.left_before and not self._carrier.deduplicates:
            return InDoubt("crashed")  # it may be on its way already; never a silent second text
        return await self._carrier.send(each.sms)

    async def _record(self, handled: Sequence[tuple[Leaving, Outcome]]) -> None:
        stamp = self._engine.stamp()
        await self._engine.write(
            lambda connection: record(connection, stamp, self._rules, self._carrier, handled),
            wakes=(NOTICES, RECEIPTS_TOPIC),
            urgent=True,
        )

    async def _take_receipts(self, receipts: Sequence[Receipt]) -> None:
        stamp = self._engine.stamp()
        await self._engine.write(
            lambda connection: apply_receipts(connection, stamp, self._carrier.name, receipts),
            wakes=(NOTICES,),
            urgent=True,
        )
