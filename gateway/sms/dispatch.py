"""From the queue to the carrier: claim, look once more, hand over, record what the carrier said."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from gateway.engine.database import Engine, Stamp
from gateway.engine.queue import Claim
from gateway.sms.adoption import settle_early_receipts
from gateway.sms.carriers.port import PATIENCE, Carrier, InDoubt, Linked, Outcome
from gateway.sms.circuits import CRASHED, Circuit, circuit_of
from gateway.sms.departure import Leaving, prepare
from gateway.sms.early_receipts import any_early
from gateway.sms.inbox import NetworkInbox
from gateway.sms.jobs import JOBS, TOPIC
from gateway.sms.lanes import allowance, lane_of, spend
from gateway.sms.outcomes import Handled, record
from gateway.sms.policy import Rules
from gateway.sms.rerouting import reroute
from gateway.sms.tables import job
from plans.words import MessageClass, Reason

log = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(seconds=60)  # longer than the patience

#: A message that breaks our own last look is not tried again and again.
_BROKEN = timedelta(minutes=10)

#: What becomes of a message that the carrier did not answer for in time.
OUT_OF_TIME = InDoubt("timeout")


@dataclass(frozen=True, slots=True)
class Batch:
    """What was claimed, and what became of it; what neither leaves nor was given away has ended or waits."""

    claimed: int = 0
    leaving: Sequence[Leaving] = ()
    given_away: int = 0  # to other carriers


class Dispatcher:
    """Hands the messages of one carrier over, lane by lane, and takes its receipts in: step by step, or by ``Flow``."""

    def __init__(self, engine: Engine, carrier: Carrier, rules: Rules, patience: timedelta = PATIENCE) -> None:
        """``patience``: how long the carrier may take to answer for a message."""
        self.carrier = carrier
        self.patience = patience
        self.lanes = tuple(lane_of(carrier.name, each) for each in MessageClass)
        self.inbox = NetworkInbox(engine, carrier.name)
        #: Woken when answers were recorded, for receipts may be there at once. What comes over links comes by itself.
        self.receipts_topic = f"receipt:{carrier.name}"
        self.news = () if isinstance(carrier, Linked) else (self.receipts_topic,)
        self._engine = engine
        self._rules = rules
        self._of_lane = {each: (job.c.lane == each,) for each in self.lanes}

    async def dispatch_once(self, lane: str) -> int:
        """Work off one batch of a lane; returns how many messages left or were given away.

        1. Claim a batch; what may still leave is marked as being sent, on disk.
        2. Hand all of it to the carrier, in no transaction.
        3. Record the answers behind the fence of the claims.
        """
        most = self.carrier.at_once
        batch = await self._engine.write(lambda connection: self.claim(connection, [lane], most), urgent=True)
        if batch.leaving:
            answers = await asyncio.gather(*map(self._hand_over_in_time, batch.leaving))
            handled = list(zip(batch.leaving, answers, strict=True))
            await self._engine.write(lambda connection: self.record(connection, handled), wakes=self.news, urgent=True)
        if batch.given_away:
            self._engine.wake([TOPIC])
        return len(batch.leaving) + batch.given_away

    async def collect_once(self) -> int:
        """Take in the receipts that the carrier holds; returns how many."""
        collected = await self.carrier.collect(self.inbox)
        if await self._engine.read(lambda connection: any_early(connection, self.carrier.name)):
            stamp = self._engine.stamp()
            await self._engine.write(lambda connection: settle_early_receipts(connection, stamp, self.carrier.name))
        return collected

    def claim(self, connection: Connection, lanes: Sequence[str], most: int, *, apart: bool = False) -> Batch:
        """Take up to ``most`` messages, of the first lane first, and mark those that may still leave as being sent.

        A carrier that is left alone (``circuits``) gets none; then it is tried with one, when no other is on its way.
        ``apart``: each is looked at by itself, so that one that breaks the look holds up no other.
        """
        stamp = self._engine.stamp()
        circuit = circuit_of(connection, self.carrier.name)
        shut = circuit.is_open(stamp.now)
        room = BATCH if shut else min(BATCH, most)
        if circuit.half_open and not shut:
            room = 1 if most == self.carrier.at_once else 0
        leaving: list[Leaving] = []
        claimed = given_away = 0
        for lane in lanes:
            if not room:
                break
            allowed = allowance(connection, lane, stamp.now, room)
            claims = self._claim(connection, lane, stamp.now, allowed.messages)
            claimed += len(claims)
            if shut:
                given_away += self._give_away(connection, claims, circuit, stamp.now)
                continue
            these = (self._prepare_apart if apart else self._prepare)(connection, stamp, claims)
            spend(connection, allowed, len(these))
            leaving += these
            room -= len(these)
        return Batch(claimed, leaving, given_away)

    def _prepare(self, connection: Connection, stamp: Stamp, claims: Sequence[Claim]) -> list[Leaving]:
        return prepare(connection, stamp, self._rules, claims, deduplicates=self.carrier.deduplicates)

    def _prepare_apart(self, connection: Connection, stamp: Stamp, claims: Sequence[Claim]) -> list[Leaving]:
        """Look at them one by one; what breaks that is put off for a while."""
        leaving: list[Leaving] = []
        for each in claims:
            try:
                with connection.begin_nested():
                    leaving += self._prepare(connection, stamp, [each])
            except OperationalError:
                raise  # the whole transaction may be gone
            except Exception as error:  # noqa: BLE001 - told, and it must stop no other
                log.error("a message to carrier %s is put off: %s", self.carrier.name, type(error).__name__)
                JOBS.park(connection, [each], stamp.now + _BROKEN)
        return leaving

    def _claim(self, connection: Connection, lane: str, now: datetime, limit: int) -> list[Claim]:
        if not limit:
            return []
        where, worker = self._of_lane[lane], self._engine.node
        return JOBS.claim(connection, worker=worker, now=now, lease=LEASE, limit=limit, where=where)

    async def _hand_over_in_time(self, each: Leaving) -> Outcome:
        try:
            async with asyncio.timeout(self.patience.total_seconds()):
                return await self.hand_over(each)
        except TimeoutError:
            return OUT_OF_TIME

    async def hand_over(self, each: Leaving) -> Outcome:
        """What the carrier says to one message; whoever asks waits no longer than ``patience``."""
        if each.left_before and not self.carrier.deduplicates:
            return InDoubt(CRASHED)  # it may be on its way already; never a silent second text
        try:
            return await self.carrier.send(each.sms)
        except Exception as error:  # noqa: BLE001 - a bug of one adapter must not put the whole batch in doubt
            log.error("carrier %s failed with %s", self.carrier.name, type(error).__name__)
            return InDoubt("error")

    def record(self, connection: Connection, handled: Sequence[Handled]) -> None:
        """Write down what the carrier said."""
        record(connection, self._engine.stamp(), self._rules, self.carrier, handled)

    def _give_away(self, connection: Connection, claims: Sequence[Claim], circuit: Circuit, now: datetime) -> int:
        """Let other carriers take what they can, and the rest wait for this one; returns how many moved."""
        moved = reroute(connection, self._rules, claims, self.carrier.name, now)
        waiting = [claim for claim in claims if claim.row_id not in moved]
        JOBS.park(connection, waiting, circuit.open_until or now, Reason.CARRIER_UNAVAILABLE)
        return len(moved)
