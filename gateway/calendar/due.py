"""Sends the reminders that are due: each event is looked at once more, then reminder and SMS are one transaction."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from gateway.calendar import reminders
from gateway.calendar.bridge import Bridge
from gateway.calendar.last_look import last_look
from gateway.calendar.poll import tell_bug
from gateway.calendar.reminders import REMINDERS
from gateway.calendar.sending import Judged, send
from gateway.calendar.sifting import LEASE, Sifted, sift, sift_held, take
from gateway.engine.leases import held
from gateway.engine.queue import Claim
from gateway.engine.writer import StorageUnavailable

T = TypeVar("T")

#: The more at once, the less each costs; a batch holds up other writing for a tenth of a second.
BATCH = 1_000
#: One that breaks again and again must not be tried every second.
_BROKEN = timedelta(minutes=10)


class Due:
    """Works off the reminders whose time has come."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._engine = bridge.engine

    async def run_once(self) -> int:
        """Settle a batch; returns how many reminders it took."""
        if not await self._engine.read(partial(reminders.any_due, now=self._engine.clock.now())):
            return 0
        due, claims, leaving = await self._sifted()
        if leaving:
            await self._look_and_send(claims, leaving)
        return due

    async def _sifted(self) -> Sifted:
        """A batch, and those of it that are worth a last look; where the batch breaks, they are sifted one by one."""
        try:
            return await self._engine.write(partial(sift, bridge=self._bridge, limit=BATCH))
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - told, and tried one by one
            tell_bug(error)
        taken = await self._engine.write(partial(take, bridge=self._bridge, limit=BATCH))
        sifted = [each for one in taken for each in await self._each([one], sift_held)]
        claims = [claim for each in sifted for claim in each.claims]
        return Sifted(len(taken), claims, [judged for each in sifted for judged in each.leaving])

    async def _look_and_send(self, claims: Sequence[Claim], leaving: Sequence[Judged]) -> None:
        async with held(self._engine, REMINDERS, claims, LEASE):
            looks = await last_look(self._bridge, leaving)
            await self._each(claims, partial(send, looks=looks))

    async def _each(self, claims: Sequence[Claim], unit: Callable[[Connection, Bridge, Sequence[Claim]], T]) -> list[T]:
        """All together; where that breaks, one by one, so that a single one does not stop the others."""
        if not claims:
            return []
        try:
            return [await self._engine.write(lambda connection: unit(connection, self._bridge, claims))]
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - told, and tried one by one
            tell_bug(error)
        if len(claims) > 1:
            return [result for each in claims for result in await self._each([each], unit)]
        later = self._engine.clock.now() + _BROKEN
        await self._engine.write(lambda connection: REMINDERS.settle(connection, [(claims[0], later)]))
        return []
