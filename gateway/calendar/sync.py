"""Keeps what we know of calendars true: connections that are due are polled, each by one worker at a time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, select

from gateway.accounts.refusals import Refused
from gateway.calendar import calendars, connections
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar
from gateway.calendar.connections import CONNECTIONS, LEASE
from gateway.calendar.failing import fail, fail_listing
from gateway.calendar.feeds.port import PERMANENT, CalendarFeed, FeedError, FeedSession, RemoteCalendar
from gateway.calendar.poll import bugs_as_faults, in_time, poll
from gateway.calendar.polling import MENDED
from gateway.calendar.tables import calendar
from gateway.calendar.words import ConnectionState, FeedFault, Provider
from gateway.engine.leases import held
from gateway.engine.queue import Claim
from gateway.engine.vault import VaultError

BATCH = 4  # connections that one loop works on at a time

#: A calendar that comes up so soon is polled along with the others of its connection.
_SOON = timedelta(seconds=30)

#: How often the calendars of a connection are listed.
_LISTED = timedelta(days=1)

#: How long to wait where they could not be, for something that may pass.
_UNLISTED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Work:
    """A connection that is held, with what opens it."""

    claim: Claim
    state: ConnectionState
    secret: bytes | None
    sealed: bool  # there is a secret, and no key that opens it
    calendars: Sequence[Calendar]
    provider: Provider
    listed_at: datetime | None
    zone: str  # of the account


class Sync:
    """Polls the connections that are due."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._engine = bridge.engine

    async def run_once(self) -> int:
        """Work on a batch of connections side by side; returns how many it took."""
        now = self._engine.clock.now()
        if not await self._engine.read(partial(CONNECTIONS.is_any_due, now=now)):
            return 0
        claims = await self._engine.write(
            lambda connection: CONNECTIONS.claim(
                connection, worker=self._engine.node, now=now, lease=LEASE, limit=BATCH
            ),
            urgent=True,
        )
        ended = await asyncio.gather(*map(self._poll_due, claims), return_exceptions=True)
        for broken in filter(None, ended):  # once all have ended: what breaks for one client stops no other
            raise broken
        return len(claims)

    async def _poll_due(self, claim: Claim) -> None:
        async with opened(self._bridge, claim) as (session, work):
            if session is None:
                return
            await self._list(session, work)
            soon = self._engine.clock.now() + _SOON
            for each in work.calendars:
                if each.next_poll_at is not None and each.next_poll_at <= soon:
                    await poll(self._bridge, claim, session, each)

    async def _list(self, session: FeedSession, work: Work) -> None:
        """See which calendars there are: at first, on demand, and once a day; those that are known are read anyway."""
        now = self._engine.clock.now()
        if work.listed_at is not None and now - work.listed_at < _LISTED:
            return
        try:
            with bugs_as_faults():
                await self._keep_list(work, await in_time(session.calendars(), self._bridge.patience_s))
        except FeedError as error:
            await _unlisted(self._bridge, work, error)

    async def _keep_list(self, work: Work, found: Sequence[RemoteCalendar]) -> None:
        stamp = self._engine.stamp()
        listed = partial(connections.listed, stamp=stamp, claim=work.claim, calendars=found, zone=work.zone)
        try:
            await self._engine.write(listed)
        except Refused:
            raise FeedError(FeedFault.TOO_LARGE, "calendars") from None


@contextlib.asynccontextmanager
async def opened(bridge: Bridge, claim: Claim) -> AsyncIterator[tuple[FeedSession | None, Work]]:
    """A session of a connection that is held; None where it cannot be opened, which is then written down.

    On leaving, the secret is kept where the provider rotated it, and the connection is given back.
    """
    engine = bridge.engine
    async with held(engine, CONNECTIONS, [claim], LEASE):
        work = await engine.read(partial(_work, bridge=bridge, claim=claim))
        session = await _open(bridge, work)
        try:
            yield session, work
        finally:
            if session is not None:
                await session.close()
        rotated = session.secret if session is not None and session.secret != work.secret else None
        await engine.write(partial(_give_back, bridge=bridge, claim=claim, rotated=rotated), urgent=True)


async def _open(bridge: Bridge, work: Work) -> FeedSession | None:
    if work.state is not ConnectionState.ACTIVE:
        return None
    polled = [each for each in work.calendars if each.next_poll_at is not None]
    try:
        return _feed(bridge, work).open(work.secret or b"")
    except FeedError as error:
        unit = partial(fail, stamp=bridge.engine.stamp(), claim=work.claim, failing=polled, error=error)
        await bridge.engine.write(unit)
        if work.listed_at is None:
            await _unlisted(bridge, work, error)
        return None


def _feed(bridge: Bridge, work: Work) -> CalendarFeed:
    if work.sealed:
        raise FeedError(FeedFault.SECRET_SEALED, "vault")
    if work.provider not in bridge.feeds:
        raise FeedError(FeedFault.UNAVAILABLE, "not configured")
    return bridge.feeds[work.provider]


async def _unlisted(bridge: Bridge, work: Work, error: FeedError) -> None:
    """Write down that the calendars of a connection could not be listed; one that is polled tells more by itself."""
    polled = any(each.next_poll_at is not None for each in work.calendars)
    unit = partial(fail_listing, stamp=bridge.engine.stamp(), claim=work.claim, error=error, polled=polled)
    await bridge.engine.write(unit)


def _work(connection: Connection, bridge: Bridge, claim: Claim) -> Work:
    linked = connections.find(connection, claim.account_id, claim.row_id)
    try:
        secret, sealed = connections.secret_of(connection, bridge.vault, claim.account_id, claim.row_id), False
    except VaultError:
        secret, sealed = None, True
    return Work(
        claim,
        linked.state,
        secret,
        sealed,
        calendars.of_connection(connection, claim.account_id, claim.row_id),
        linked.provider,
        linked.listed_at,
        calendars.zone_of(connection, claim.account_id),
    )


def _give_back(connection: Connection, bridge: Bridge, claim: Claim, rotated: bytes | None) -> None:
    """Settle the connection until there is more to do, and keep the new secret, where it is still held.

    From the first statement on nobody can hasten it: what comes in before is seen here, and what comes after sees that
    it is free.
    """
    if not CONNECTIONS.still_held(connection, [claim]):
        return
    next_look = _next_look(connection, claim, bridge.engine.clock.now())
    CONNECTIONS.settle(connection, [(claim, next_look)])
    if rotated is not None:
        bridge.vault.keep(connection, claim.account_id, connections.owner(claim.row_id), rotated)


def _next_look(connection: Connection, claim: Claim, now: datetime) -> datetime | None:
    """When there is more to do: a calendar to be polled, or the list of calendars to be had."""
    row = calendar.c
    of_connection = (row.account_id == claim.account_id, row.connection_id == claim.row_id)
    next_poll: datetime | None = connection.scalar(select(func.min(row.next_poll_at)).where(*of_connection))
    linked = connections.find(connection, claim.account_id, claim.row_id)
    if linked.state is not ConnectionState.ACTIVE or linked.listed_at is not None:
        return next_poll
    next_list = now + _until_listed(linked.fault)
    return min(next_poll or next_list, next_list)


def _until_listed(fault: FeedFault | None) -> timedelta:
    """How long to wait before calendars are listed again."""
    if fault is None:
        return timedelta()
    return MENDED if fault in PERMANENT else _UNLISTED
