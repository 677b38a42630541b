"""Works off what people sent: put together, given to the client that it answers, and acted upon."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from gateway.engine.database import Engine
from gateway.engine.queue import Claim
from gateway.engine.writer import StorageUnavailable
from gateway.sms.answers import TOPICS
from gateway.sms.arrivals import INBOUND, forget, gather
from gateway.sms.inbox import forget_seen
from gateway.sms.understanding import Hearing, understand

log = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(seconds=60)

#: Before what could not be understood is tried again; nothing that a person wrote is thrown away.
PAUSE = timedelta(minutes=5)


class Answering:
    """Works off what carriers handed in."""

    def __init__(self, engine: Engine, hearing: Hearing) -> None:
        self._engine = engine
        self._hearing = hearing

    async def run_once(self) -> int:
        """Work off one batch; returns how many SMS, or parts of some, it took."""
        claims = await self._engine.write(self._claim, urgent=True)
        if claims:
            await self._work(claims)
        return len(claims)

    async def _work(self, claims: Sequence[Claim]) -> None:
        """In one transaction; where one SMS breaks it, the others go without it, and it is tried again later."""
        try:
            await self._engine.write(lambda connection: self._settle(connection, claims), wakes=tuple(TOPICS.values()))
        except StorageUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold a number or a message
            log.error("understanding %d SMS failed: %s", len(claims), type(error).__name__)
            if len(claims) > 1:
                for each in claims:
                    await self._work([each])
            else:
                until = self._engine.clock.now() + PAUSE
                await self._engine.write(lambda connection: INBOUND.park(connection, claims, until), urgent=True)

    def _claim(self, connection: Connection) -> list[Claim]:
        now = self._engine.clock.now()
        claims = INBOUND.claim(connection, worker=self._engine.node, now=now, lease=LEASE, limit=BATCH)
        if claims:
            forget_seen(connection, now)
        return claims

    def _settle(self, connection: Connection, claims: Sequence[Claim]) -> None:
        stamp, hearing = self._engine.stamp(), self._hearing
        arrivals = gather(connection, claims, stamp.now, hearing.patience)
        forget(connection, arrivals.complete)
        for claim, until in arrivals.waiting:
            INBOUND.park(connection, [claim], until)
        understand(connection, stamp, hearing, arrivals.complete)
