"""Writes answers back: the titles of events that were confirmed or cancelled are marked in the calendar itself.

A mark is asked for outside any transaction, by the one worker that holds the connection, and what is wanted is looked
up when it is held: so the last answer is the one that stays. To write the same mark again changes nothing, which is
why a crash between writing and recording does no harm.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from gateway.calendar import calendars, connections
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar
from gateway.calendar.failing import fail
from gateway.calendar.feeds.port import FeedError, FeedSession, Retitled
from gateway.calendar.letters import TOPIC as LETTERS_TOPIC
from gateway.calendar.letters import write_letter
from gateway.calendar.marking import MARKS, Mark, end, end_all, held_marks
from gateway.calendar.marks import marked
from gateway.calendar.poll import bugs_as_faults, in_time
from gateway.calendar.polling import OF_CONSENT, after_failure
from gateway.calendar.settings import stored
from gateway.calendar.sync import Work, opened
from gateway.calendar.words import ConnectionState, FeedFault, LetterKind, MarkState
from gateway.engine.database import Stamp
from gateway.engine.leases import held

BATCH = 32
LEASE = timedelta(minutes=2)

#: A connection that somebody is polling is free again soon, and so is an event that somebody is writing.
SOON = timedelta(seconds=2)

#: So long after its start nobody looks at the title of an event any more.
OVER = timedelta(days=1)

_ENDS = {
    Retitled.GONE: MarkState.GONE,
    Retitled.GUESTS: MarkState.GUESTS,
    Retitled.READ_ONLY: MarkState.READ_ONLY,
    Retitled.REFUSED: MarkState.REFUSED,
}

#: Nothing at all can be written in a calendar, until its owner does something about it.
_CLOSED = frozenset({MarkState.NO_ACCESS, MarkState.READ_ONLY})


def standing(mark: Mark, of: Calendar, now: datetime) -> MarkState | None:
    """Why a mark is not to be written, as far as that is known without asking; None where it is."""
    if not of.settings.write_back or of.connection_state is ConnectionState.UNLINKED:
        return MarkState.OFF
    if now - mark.starts_at > OVER:
        return MarkState.LATE
    return None if of.writes else MarkState.NO_ACCESS


def outcome(mark: Mark, answer: Retitled | FeedError, now: datetime) -> MarkState | datetime:
    """What becomes of a mark after what its provider answered: how it ended, or when to try again."""
    if isinstance(answer, FeedError):
        if answer.fault is FeedFault.SCOPE_MISSING:
            return MarkState.NO_ACCESS
        if answer.fault in OF_CONSENT:  # the owner may agree again at any moment
            answer = FeedError(FeedFault.UNAVAILABLE)
        return after_failure(now, mark.event_id, answer, mark.claim.attempts)
    if answer is Retitled.CHANGED:
        return now + SOON * mark.claim.attempts
    if answer is Retitled.DONE:
        return MarkState.TAKEN_OFF if mark.answer is None else MarkState.MARKED
    return _ENDS[answer]


class WriteBack:
    """Marks what waits to be marked."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._engine = bridge.engine

    async def run_once(self) -> int:
        """Work on a batch, connections side by side; returns how many marks it took."""
        if not await self._engine.read(MARKS.any_ready):
            return 0
        now, worker = self._engine.clock.now(), self._engine.node
        take = partial(MARKS.claim, worker=worker, now=now, lease=LEASE, limit=BATCH)
        claims = await self._engine.write(take, urgent=True)
        async with held(self._engine, MARKS, claims, LEASE):
            by_connection: dict[tuple[int, int], list[Mark]] = defaultdict(list)
            for each in await self._engine.read(partial(held_marks, claims=claims)):
                by_connection[each.connection].append(each)
            await asyncio.gather(*(self._by(key, marks) for key, marks in by_connection.items()))
        return len(claims)

    async def _by(self, key: tuple[int, int], marks: Sequence[Mark]) -> None:
        """What is to be written by one connection, which nobody else works on meanwhile."""
        take = partial(connections.hold, key=key, worker=self._engine.node, now=self._engine.clock.now())
        claim = await self._engine.write(take, urgent=True)
        if claim is None:
            await self._put_off(marks, self._engine.clock.now() + SOON, counts=False)
            return
        async with opened(self._bridge, claim) as (session, work):
            for number, each in enumerate(marks, start=1):
                if (until := await self._write(session, work, each)) is not None:
                    await self._put_off([each], until)
                    await self._put_off(marks[number:], self._engine.clock.now() + SOON, counts=False)
                    break  # nobody answers, or this one alone stands in the way: then it will not the next time

    async def _write(self, session: FeedSession | None, work: Work, claimed: Mark) -> datetime | None:
        """Write one mark, and record it; when to try again, where that is of use."""
        now = self._engine.clock.now()
        known = {each.key: each for each in work.calendars}
        for mark in await self._engine.read(partial(held_marks, claims=[claimed.claim])):
            of = known[mark.calendar]
            became = standing(mark, of, now) or await self._ask(session, work, mark, of)
            if isinstance(became, datetime):
                return became
            record = partial(_record, stamp=self._engine.stamp(), mark=mark, of=of, state=became)
            await self._engine.write(record, wakes=(LETTERS_TOPIC,))
        return None

    async def _ask(self, session: FeedSession | None, work: Work, mark: Mark, of: Calendar) -> MarkState | datetime:
        now = self._engine.clock.now()
        if session is None:
            return outcome(mark, FeedError(FeedFault.CONSENT_REVOKED, "connection"), now)
        try:
            with bugs_as_faults():
                title = partial(marked, answer=mark.answer)
                request = session.retitle(of.remote_id, mark.remote_id, title)
                return outcome(mark, await in_time(request, self._bridge.patience_s), now)
        except FeedError as error:
            became = outcome(mark, error, now)
            if error.fault in OF_CONSENT and isinstance(became, datetime):
                lost = partial(fail, stamp=self._engine.stamp(), claim=work.claim, failing=[of], error=error)
                await self._engine.write(lost, wakes=(LETTERS_TOPIC,))
            return became

    async def _put_off(self, marks: Sequence[Mark], until: datetime, *, counts: bool = True) -> None:
        claims = [each.claim for each in marks]
        await self._engine.write(partial(MARKS.park, claims=claims, until=until, counts=counts), urgent=True)


def _record(connection: Connection, stamp: Stamp, mark: Mark, of: Calendar, state: MarkState) -> None:
    if end(connection, mark, state) and state in _CLOSED:
        _switch_off(connection, stamp, of, state)


def _switch_off(connection: Connection, stamp: Stamp, of: Calendar, why: MarkState) -> None:
    """Mark no more in a calendar in which nothing can be written, and tell its client so: once."""
    current = calendars.by_keys(connection, [of.key])[of.key]
    settings = stored(replace(current.settings, write_back=False))
    writable = why is not MarkState.READ_ONLY
    calendars.change(connection, of.key, settings=settings, version=current.version + 1, writable=writable)
    if why is MarkState.NO_ACCESS:
        connections.lose_writing(connection, of.account_id, of.connection_id)
    end_all(connection, of.key, why)
    line = {"what": why.value, "calendar": of.name}
    to = current.settings.notify
    write_letter(connection, stamp, of.account_id, LetterKind.MARKING_ENDED, to=to, lines=[line])
