"""Tells providers that calendars were let go: channels are closed and accesses given back, as far as anybody answers.

Nothing here holds anything up: from the moment of unlinking nothing is read or sent, whether or not a provider hears.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from gateway.calendar.bridge import Bridge
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.poll import bugs_as_faults, in_time
from gateway.calendar.polling import after_failure
from gateway.calendar.releases import GIVEN_UP, RELEASES, Release, end, find, is_linked
from gateway.calendar.words import FeedFault
from gateway.engine.leases import held
from gateway.engine.queue import Claim

log = logging.getLogger(__name__)

BATCH = 8
LEASE = timedelta(minutes=2)


def again_at(now: datetime, asked_at: datetime, claim: Claim, error: FeedError | None) -> datetime | None:
    """When to tell a provider again that could not be told; None where it is of no use, or of none any more."""
    if error is None or error.permanent or now - asked_at >= GIVEN_UP:
        return None
    return after_failure(now, claim.row_id, error, claim.attempts)


class Releasing:
    """Tells what is to be told."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._engine = bridge.engine

    async def run_once(self) -> int:
        """Work on a batch side by side; returns how many it took."""
        if not await self._engine.read(RELEASES.any_ready):
            return 0
        now, worker = self._engine.clock.now(), self._engine.node
        take = partial(RELEASES.claim, worker=worker, now=now, lease=LEASE, limit=BATCH)
        claims = await self._engine.write(take, urgent=True)
        async with held(self._engine, RELEASES, claims, LEASE):
            await asyncio.gather(*map(self._work, claims))
        return len(claims)

    async def _work(self, claim: Claim) -> None:
        release = await self._engine.read(partial(find, vault=self._bridge.vault, claim=claim))
        error = await self._failure(release)
        until = again_at(self._engine.clock.now(), release.asked_at, claim, error)
        if until is not None:
            await self._engine.write(partial(RELEASES.park, claims=[claim], until=until), urgent=True)
            return
        if error is not None:
            log.warning("%s was not told that calendars were let go: %s", release.provider, error.fault)
        await self._engine.write(partial(end, vault=self._bridge.vault, claim=claim), urgent=True)

    async def _failure(self, release: Release) -> FeedError | None:
        """What went wrong; None where all was told."""
        try:
            with bugs_as_faults():
                await in_time(self._tell(release), self._bridge.patience_s)
        except FeedError as error:
            return error
        return None

    async def _tell(self, release: Release) -> None:
        """Close the channels while the access is good. One that stays open holds no access back: it ends by itself."""
        if release.secret is None or release.provider not in self._bridge.feeds:
            raise FeedError(FeedFault.UNAVAILABLE, "not to be opened")  # by this key, by these settings
        try:
            await self._close(release, release.secret)
        except FeedError:
            if not release.revokes:
                raise
        if release.revokes and not await self._engine.read(partial(is_linked, release=release)):
            await self._bridge.consents[release.provider].revoke(release.secret)

    async def _close(self, release: Release, secret: bytes) -> None:
        if not release.channels:
            return
        session = self._bridge.feeds[release.provider].open(secret)
        try:
            for each in release.channels:
                await session.stop(each)
        finally:
            await session.close()
