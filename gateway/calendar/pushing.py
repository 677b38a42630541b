"""Sees to it that a calendar has a push channel, whenever it is polled: a lost one costs time, and never a reminder."""

import logging
import secrets
from functools import partial

from gateway.calendar import channels
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar
from gateway.calendar.channels import OpenChannel
from gateway.calendar.feeds.port import Channel, FeedError, FeedSession
from gateway.engine.vault import VaultError

log = logging.getLogger(__name__)


async def keep_pushed(bridge: Bridge, session: FeedSession, calendar: Calendar) -> None:
    """Open the channel of a calendar, or renew it when it is time; what goes wrong is tried again at the next poll."""
    address = bridge.push_addresses.get(calendar.provider)
    if address is None:
        return
    now = bridge.engine.clock.now()
    known = await bridge.engine.read(partial(channels.of_calendar, key=calendar.key))
    try:
        if known is None:
            await _open(bridge, session, calendar, address)
        elif now >= known.renew_at:
            await _renew(bridge, session, calendar, known, address)
    except FeedError as error:
        log.info("a push channel could not be kept open: %s", error.fault)


async def _open(bridge: Bridge, session: FeedSession, calendar: Calendar, address: str) -> None:
    name, token = secrets.token_hex(16), secrets.token_urlsafe(32)
    opening = partial(channels.opening, stamp=bridge.engine.stamp(), vault=bridge.vault, key=calendar.key)
    known = await bridge.engine.write(partial(opening, name=name, token=token))
    if known is None:
        return
    channel = None
    try:
        channel = await session.watch(calendar.remote_id, name, address, token)
    finally:
        if channel is None:
            await bridge.engine.write(partial(channels.forget, vault=bridge.vault, known=known))
    if channel is not None:
        await _keep(bridge, session, known, channel)


async def _renew(bridge: Bridge, session: FeedSession, calendar: Calendar, known: OpenChannel, address: str) -> None:
    forget = partial(channels.forget, vault=bridge.vault, known=known)
    try:
        token = await bridge.engine.write(partial(channels.renewing, vault=bridge.vault, known=known))
    except VaultError:  # the key is not the one of then: the next poll opens another
        await bridge.engine.write(forget)
        return
    try:
        channel = await session.renew(calendar.remote_id, known.channel, address, token)
    except FeedError:
        if bridge.engine.clock.now() >= known.channel.expires_at:  # gone: the next poll opens another
            await bridge.engine.write(forget)
        raise
    await _keep(bridge, session, known, channel)


async def _keep(bridge: Bridge, session: FeedSession, known: OpenChannel, channel: Channel) -> None:
    now = bridge.engine.clock.now()
    if not await bridge.engine.write(partial(channels.opened, now=now, known=known, channel=channel)):
        await session.stop(channel)  # the calendar was let go meanwhile
