"""Keeps messages flowing to a carrier: as many are on their way as it takes at once, and each answer makes room.

What was answered, what the network reported and what leaves next are written down together: a window of messages costs
one commit, and one that is slow to be answered holds up no other.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from sqlalchemy import Connection

from gateway.engine.database import Engine
from gateway.engine.faults import told
from gateway.engine.writer import StorageUnavailable
from gateway.sms.carriers.port import InboundSms, Outcome, Receipt
from gateway.sms.departure import Leaving
from gateway.sms.dispatch import OUT_OF_TIME, Batch, Dispatcher
from gateway.sms.jobs import TOPIC
from gateway.sms.outcomes import Handled

log = logging.getLogger(__name__)

#: A wake-up that does not reach us, from another process, costs no more than this.
_REST_S = 1.0

#: An answer waits for others no longer than this: fifty that come within a few milliseconds are one turn.
_GATHER_S = 0.010


@dataclass(frozen=True, slots=True)
class _Reported:
    """Receipts, and the future of whoever waits until they are on disk."""

    receipts: Sequence[Receipt]
    kept: "asyncio.Future[None]"


class Flow:
    """The messages of one carrier that are on their way; it is also the inbox of the carrier's links."""

    def __init__(self, engine: Engine, dispatcher: Dispatcher) -> None:
        self._engine = engine
        self._dispatcher = dispatcher
        self._under_way: dict[asyncio.Task[Outcome], tuple[Leaving, float]] = {}  # since when
        self._handled: list[Handled] = []
        self._reported: list[_Reported] = []
        self._happened = asyncio.Event()
        self._closed = False  # no turn comes any more

    async def run_once(self) -> int:
        """One turn; where it moves nothing, wait until something happens. Returns how many messages are on the move."""
        self._give_up_late()
        await self._gather()
        moved = await self._turn(claims=True)
        if not moved and self._under_way:
            await self._wait()
        return moved + len(self._under_way) + len(self._handled) + len(self._reported)

    async def finish(self) -> None:
        """Let no more leave, and write down what is still answered; a disk that takes nothing is waited for, too.

        ``StorageUnavailable`` where it takes nothing in time: what was answered meanwhile is in doubt then.
        """
        time = asyncio.get_running_loop().time
        latest = time() + self._dispatcher.patience.total_seconds()
        while self._under_way or self._handled or self._reported:
            self._give_up_late()
            try:
                await self._turn(claims=False)
            except StorageUnavailable:
                if time() >= latest:
                    raise
            if self._under_way or self._handled:
                await self._wait()

    async def keep_links(self) -> None:
        """Keep the carrier's links up and take in what comes over them, until ``close``."""
        await self._dispatcher.carrier.run(self)

    async def close(self) -> None:
        """End the links, once nothing is handed over any more. What they still bring waits for no turn."""
        self._closed = True
        _tell(self._reported, StorageUnavailable("not kept"))
        await self._dispatcher.carrier.close()

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Keep receipts: in the next turn, together with the answers that name their messages, where one comes."""
        if self._closed or not (self._under_way or self._handled):
            await self._dispatcher.inbox.receipts(receipts)
            return
        kept = asyncio.get_running_loop().create_future()
        self._reported.append(_Reported(receipts, kept))
        self._happened.set()
        await kept

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        """Keep what people sent."""
        await self._dispatcher.inbox.inbound(messages)

    async def _gather(self) -> None:
        """Let answers come together, up to half of what the carrier takes at once."""
        enough = self._dispatcher.carrier.at_once // 2
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GATHER_S):
                while self._handled and self._under_way and len(self._handled) < enough:
                    self._happened.clear()
                    await self._happened.wait()

    async def _turn(self, *, claims: bool) -> int:
        """Write down what happened, and hand over what may leave in its place; returns how many messages that moved."""
        self._happened.clear()
        handled, self._handled = self._handled, []
        reported, self._reported = self._reported, []
        room = self._dispatcher.carrier.at_once - len(self._under_way) if claims else 0
        if not (handled or reported or room):
            return 0
        try:
            unit = partial(self._write_down, handled=handled, reported=reported, room=room)
            batch = await self._engine.write(
                unit, wakes=self._dispatcher.news if handled or reported else (), urgent=True
            )
        except (StorageUnavailable, asyncio.CancelledError):
            self._handled = [*handled, *self._handled]
            _tell(reported, StorageUnavailable("not kept"))
            raise
        except Exception as error:  # noqa: BLE001 - told, and each written down alone
            _log_broken(self._dispatcher.carrier.name, error)
            batch = await self._apart(handled, reported, room)
        _tell(reported)
        self._start(batch)
        return len(handled) + batch.claimed

    def _write_down(
        self, connection: Connection, handled: Sequence[Handled], reported: Sequence[_Reported], room: int
    ) -> Batch:
        if handled:
            self._dispatcher.record(connection, handled)
        if reported:
            self._dispatcher.inbox.apply(connection, list(chain.from_iterable(each.receipts for each in reported)))
        return self._dispatcher.claim(connection, self._dispatcher.lanes, room) if room else Batch()

    def _start(self, batch: Batch) -> None:
        now = asyncio.get_running_loop().time()
        for each in batch.leaving:
            task = asyncio.create_task(self._dispatcher.hand_over(each))
            self._under_way[task] = each, now
            task.add_done_callback(self._answered)
        if batch.given_away:
            self._engine.wake([TOPIC])

    def _answered(self, task: "asyncio.Task[Outcome]") -> None:
        leaving, _ = self._under_way.pop(task)
        self._handled.append((leaving, OUT_OF_TIME if task.cancelled() else task.result()))
        self._happened.set()

    def _give_up_late(self) -> None:
        """Wait no longer for those that were handed over too long ago; the oldest come first."""
        latest = asyncio.get_running_loop().time() - self._dispatcher.patience.total_seconds()
        for task, (_, since) in self._under_way.items():
            if since > latest:
                break
            task.cancel()

    async def _apart(self, handled: Sequence[Handled], reported: Sequence[_Reported], room: int) -> Batch:
        """A turn whose parts are written alone: what cannot be is told, and an answer is left until its lease ends."""
        left = deque(handled)
        try:
            while left:
                await self._alone(partial(self._write_down, handled=[left[0]], reported=[], room=0))
                left.popleft()
            for each in reported:
                _tell([each], await self._alone(partial(self._write_down, handled=[], reported=[each], room=0)))
        finally:
            self._handled = [*left, *self._handled]
            _tell(reported, StorageUnavailable("not kept"))
        claim = partial(self._dispatcher.claim, lanes=self._dispatcher.lanes, most=room, apart=True)
        return await self._engine.write(claim, urgent=True) if room else Batch()

    async def _alone(self, unit: Callable[[Connection], Batch]) -> Exception | None:
        try:
            await self._engine.write(unit, wakes=self._dispatcher.news, urgent=True)
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - told, and the others go on
            _log_broken(self._dispatcher.carrier.name, error)
            return error
        return None

    async def _wait(self) -> None:
        """Until an answer or a receipt came, or there is something new to send."""
        waiting = [
            asyncio.create_task(self._happened.wait()),
            asyncio.create_task(self._engine.wait_for_work(TOPIC, _REST_S, who=self._dispatcher.carrier.name)),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()


def _tell(reported: Sequence[_Reported], error: Exception | None = None) -> None:
    """Tell those who still wait that their receipts are on disk, or why not."""
    for each in reported:
        if not each.kept.done():
            if error is None:
                each.kept.set_result(None)
            else:
                each.kept.set_exception(error)


def _log_broken(carrier: str, error: Exception) -> None:
    log.error("a turn of carrier %s broke: %s", carrier, told(error))
