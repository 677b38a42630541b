"""A last look at the events of reminders that are due: what was moved or cancelled a moment ago is not told as it was.

What it finds is kept like the findings of any poll, so a reminder whose plan changes is no longer held by its sender.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar, Key
from gateway.calendar.connections import hold
from gateway.calendar.failing import fail
from gateway.calendar.feeds.port import Changes, FeedError, FeedEvent, FeedSession, Window
from gateway.calendar.keeping import keep
from gateway.calendar.poll import bugs_as_faults, in_time, poll
from gateway.calendar.polling import OF_CONSENT
from gateway.calendar.reminders import DueReminder
from gateway.calendar.sending import Judged, was_read_just_now
from gateway.calendar.sync import opened
from gateway.calendar.verdict import Look
from gateway.engine.queue import Claim

_AT_ONCE = 16  # connections that are looked at side by side


async def last_look(bridge: Bridge, leaving: Sequence[Judged]) -> dict[int, Look]:
    """How the look at the event of each reminder went, by the id of the reminder; none where none was possible."""
    by_connection: dict[tuple[int, int], list[DueReminder]] = defaultdict(list)
    for each in leaving:
        by_connection[each.calendar.account_id, each.calendar.connection_id].append(each.reminder)
    room = asyncio.Semaphore(_AT_ONCE)
    looks = await asyncio.gather(*(_at_one(bridge, room, key, each) for key, each in by_connection.items()))
    return {reminder_id: look for some in looks for reminder_id, look in some.items()}


async def _at_one(
    bridge: Bridge, room: asyncio.Semaphore, key: tuple[int, int], due: Sequence[DueReminder]
) -> dict[int, Look]:
    """The events of one connection, which nobody else works on meanwhile."""
    async with room:
        take = partial(hold, key=key, worker=bridge.engine.node, now=bridge.engine.clock.now())
        claim = await bridge.engine.write(take, urgent=True)
        if claim is None:
            return {each.reminder_id: Look.BUSY for each in due}
        async with opened(bridge, claim) as (session, work):
            if session is None:
                return {}
            crowded = {key for key, reminders in Counter(each.calendar for each in due).items() if reminders > 1}
            looker = _Looker(bridge, claim, session, {each.key: each for each in work.calendars}, crowded)
            return {each.reminder_id: await looker.look(each) for each in due}


@dataclass
class _Looker:
    """Looks at the events of one connection, one after the other."""

    bridge: Bridge
    claim: Claim
    session: FeedSession
    calendars: Mapping[Key, Calendar]
    crowded: Collection[Key]  # calendars with several reminders due: to ask what changed is one request
    blind: bool = False  # nobody answers: the others need not be asked
    polled: dict[Key, bool] = field(default_factory=dict)

    async def look(self, each: DueReminder) -> Look:
        """How the look at one event went."""
        if self.blind:
            return Look.BLIND
        calendar = self.calendars[each.calendar]
        if self.bridge.feeds[calendar.provider].rereads and calendar.key not in self.crowded:
            return await self._reread(calendar, each)
        if calendar.key not in self.polled:
            self.polled[calendar.key] = was_read_just_now(self.bridge, calendar) or await poll(
                self.bridge, self.claim, self.session, calendar
            )
        return Look.FRESH if self.polled[calendar.key] else Look.BLIND

    async def _reread(self, calendar: Calendar, each: DueReminder) -> Look:
        try:
            with bugs_as_faults():
                request = self.session.reread(calendar.remote_id, each.remote_id)
                event = await in_time(request, self.bridge.last_look_s)
                if event is not None and event.revision and event.revision == each.revision:
                    return Look.FRESH
                return Look.FRESH if await self._keep(calendar, each, event) else Look.BUSY
        except FeedError as error:
            self.blind = True
            if error.fault in OF_CONSENT:
                stamp = self.bridge.engine.stamp()
                lost = partial(fail, stamp=stamp, claim=self.claim, failing=[calendar], error=error)
                await self.bridge.engine.write(lost)
            return Look.BLIND

    async def _keep(self, calendar: Calendar, each: DueReminder, event: FeedEvent | None) -> bool:
        gone = frozenset([each.remote_id]) if event is None else frozenset[str]()
        changes = Changes([event] if event else [], gone, calendar.cursor or "", complete=False)
        asked = Window(each.start_at, each.start_at)
        return await keep(self.bridge, self.claim, calendar, changes=changes, asked=asked, values={})
