"""Which of the reminders that are due leave at once, which after a last look at their event, and which not now."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.calendar import reminders
from gateway.calendar.bridge import Bridge
from gateway.calendar.planning import plan
from gateway.calendar.reminders import REMINDERS, DueReminder
from gateway.calendar.sending import Judged, judge_all, keep_back, let_go, reminders_of, still_held, was_read_just_now
from gateway.calendar.together import ahead_of
from gateway.calendar.verdict import Leave
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim

LEASE = timedelta(minutes=2)

#: A reminder that is later than this may come together with the next one.
_PUNCTUAL = timedelta(minutes=1)


class Sifted(NamedTuple):
    """How many reminders were due, and those that leave after a last look: they are held until then."""

    due: int
    claims: Sequence[Claim]
    leaving: Sequence[Judged]


def take(connection: Connection, bridge: Bridge, limit: int) -> list[Claim]:
    """Hold up to so many reminders that are due."""
    stamp = bridge.engine.stamp()
    return REMINDERS.claim(connection, worker=bridge.engine.node, now=stamp.now, lease=LEASE, limit=limit)


def sift(connection: Connection, bridge: Bridge, limit: int) -> Sifted:
    """Settle up to so many that are due, but for what is worth a last look: that is held.

    Nearly all that leave without one are settled while they are locked, and nobody ever holds them.
    """
    stamp = bridge.engine.stamp()
    due = reminders.due(connection, stamp.now, limit)
    if not due:
        return Sifted(0, [], [])
    leaving = _leaving(connection, bridge, stamp, due)
    alone = _alone(bridge, leaving, stamp.now)
    let_go(connection, bridge, stamp, alone)
    settled = {each.reminder.key for each in alone}
    others = [each for each in leaving if each.reminder.key not in settled]
    claims = _hold(connection, bridge, stamp, [each.reminder.key for each in others])
    return Sifted(len(due), *_sift_leaving(connection, bridge, stamp, claims, others))


def sift_held(connection: Connection, bridge: Bridge, claims: Sequence[Claim]) -> Sifted:
    """``sift`` those of an earlier transaction that are still held."""
    stamp, held = bridge.engine.stamp(), still_held(connection, claims)
    leaving = _leaving(connection, bridge, stamp, reminders_of(connection, held))
    return Sifted(len(held), *_sift_leaving(connection, bridge, stamp, held, leaving))


def _leaving(connection: Connection, bridge: Bridge, stamp: Stamp, due: Sequence[DueReminder]) -> list[Judged]:
    """What would leave if its event were as we know it; the others are kept back."""
    judged = judge_all(connection, bridge, due, None, stamp.now)
    keep_back(connection, stamp, judged)
    return [each for each in judged if isinstance(each.verdict, Leave)]


def _hold(connection: Connection, bridge: Bridge, stamp: Stamp, keys: Collection[tuple[int, int]]) -> list[Claim]:
    if not keys:
        return []
    return REMINDERS.hold(connection, keys, worker=bridge.engine.node, now=stamp.now, lease=LEASE)


def _alone(bridge: Bridge, leaving: Sequence[Judged], now: datetime) -> list[Judged]:
    """What leaves at once and on its own: its calendar was just read, and no other reminder has to do with it."""
    known = {each.calendar.key: each.calendar for each in leaving}
    simple = {key for key, each in known.items() if was_read_just_now(bridge, each) and not each.settings.merge}
    late = {each.reminder.event for each in leaving if _is_late(each.reminder, now)}
    return [each for each in leaving if each.reminder.calendar in simple and each.reminder.event not in late]


def _sift_leaving(
    connection: Connection, bridge: Bridge, stamp: Stamp, claims: Sequence[Claim], leaving: Sequence[Judged]
) -> tuple[list[Claim], list[Judged]]:
    """Let go of what is held and leaves without a last look, and return what is worth one.

    Where appointments of a day share an SMS, those that can leave along are held, too. What lies in a calendar that can
    only be read whole, and was a moment ago, leaves at once.
    """
    claim_of = {each.row_id: each for each in claims}
    if late := [each for each in leaving if _is_late(each.reminder, stamp.now)]:
        _plan_anew(connection, stamp, late)
        kept = {each.row_id for each in still_held(connection, claims)}
        leaving = [each for each in leaving if each.reminder.reminder_id in kept]
    along, ahead = _ahead(connection, bridge, stamp, leaving)
    leaving = [*leaving, *ahead]
    claim_of |= {each.row_id: each for each in along}
    let_go(connection, bridge, stamp, [each for each in leaving if was_read_just_now(bridge, each.calendar)])
    looked = [each for each in leaving if not was_read_just_now(bridge, each.calendar)]
    return [claim_of[each.reminder.reminder_id] for each in looked], looked


def _ahead(
    connection: Connection, bridge: Bridge, stamp: Stamp, leaving: Sequence[Judged]
) -> tuple[Sequence[Claim], Sequence[Judged]]:
    """Hold what could leave along, and judge it as if it were due; what may not leave is given back as it was."""
    known = {each.reminder.calendar: each.calendar for each in leaving}
    keys = ahead_of(connection, [each.reminder for each in leaving], known)
    if not keys:
        return [], []
    taken = _hold(connection, bridge, stamp, keys)
    judged = judge_all(connection, bridge, reminders_of(connection, taken), None, stamp.now)
    kept = [each for each in judged if isinstance(each.verdict, Leave)]
    stays = {each.reminder.reminder_id: each.reminder.due_at for each in judged if not isinstance(each.verdict, Leave)}
    REMINDERS.settle(connection, [(each, stays[each.row_id]) for each in taken if each.row_id in stays])
    return taken, kept


def _plan_anew(connection: Connection, stamp: Stamp, late: Sequence[Judged]) -> None:
    """Ask the schedule again: of several reminders of an event that would leave together, only the last is wanted."""
    known, events = {each.calendar.key: each.calendar for each in late}, defaultdict(set)
    for each in late:
        events[each.calendar.key].add(each.reminder.event_id)
    for key, calendar in known.items():
        plan(connection, stamp, calendar, events[key])


def _is_late(each: DueReminder, now: datetime) -> bool:
    return now - each.due_at > _PUNCTUAL
