"""The last word on a reminder that is due: send it, wait for something that may pass, or never send it, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from gateway.calendar.reminders import DueReminder
from gateway.calendar.schedule import Schedule, departure, useful_until
from gateway.calendar.words import ConnectionState
from plans.words import Reason

#: How often what waits is looked at again.
AGAIN = timedelta(minutes=5)

#: A connection that somebody is polling is free again soon.
BUSY = timedelta(seconds=2)

#: A provider that does not answer is asked again after a while.
BLIND = timedelta(seconds=30)


class Look(Enum):
    """How the last look at an event went."""

    FRESH = auto()  # it is as we know it
    BUSY = auto()  # somebody is working on its connection: it has to wait its turn
    BLIND = auto()  # nobody answered


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a calendar and its account when reminders of it are due."""

    schedule: Schedule
    bar: Reason | None  # what stands in the way for good
    obstacle: Reason | None  # what stands in the way and may pass
    trusted: bool  # the last poll is young enough to stand on


@dataclass(frozen=True, slots=True)
class Leave:
    """It leaves now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """It is looked at again; ``reason`` is None where nothing is wrong."""

    until: datetime
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Never:
    """It does not leave at all."""

    reason: Reason


Verdict = Leave | Wait | Never


def judge(each: DueReminder, facts: Facts, look: Look, opening: datetime | None, now: datetime) -> Verdict:
    """Judge one reminder; the first obstacle gives the reason. ``opening``: see ``schedule.departure``.

    What may pass is waited for, as long as the reminder would be of use; then its obstacle is why it was not sent.
    Nothing is ever sent about what has begun.
    """
    leaves = departure(facts.schedule, opening, each.start_at, each.due_at, now)
    if isinstance(leaves, Reason):
        return Never(each.waited_for or leaves)
    if facts.bar:
        return Never(facts.bar)
    if facts.obstacle:
        return Wait(again(each, facts, now), facts.obstacle)
    if look is Look.BLIND and not facts.trusted:
        known = each.waited_for is Reason.CALENDAR_UNREAD
        return Wait(again(each, facts, now) if known else now + BLIND, Reason.CALENDAR_UNREAD)
    if look is Look.BUSY:
        return Wait(now + BUSY, each.waited_for)
    return Wait(leaves, Reason.QUIET_HOURS) if leaves > now else Leave()


def again(each: DueReminder, facts: Facts, now: datetime) -> datetime:
    """When to look again at what waits: in a while, and at the latest when it is of no use any more."""
    over = useful_until(facts.schedule, each.start_at, each.due_at)
    return max(now + timedelta(seconds=1), min(now + AGAIN, over + timedelta(microseconds=1)))


def bar(connection: ConnectionState, plan: Reason | None, *, enabled: bool) -> Reason | None:
    """What stands in the way of a calendar's reminders for good; ``plan`` is why the plan lets none leave."""
    if not enabled:
        return Reason.CALENDAR_OFF
    if connection is ConnectionState.UNLINKED:
        return Reason.CONSENT_MISSING
    return plan if plan is Reason.ACCOUNT_CLOSED else None


def obstacle(
    connection: ConnectionState, plan: Reason | None, *, paused: bool, covered: bool, credit: bool
) -> Reason | None:
    """What stands in their way and may pass: the plan may not cover this calendar, nor anything be left to pay with."""
    if connection is ConnectionState.NEEDS_CONSENT:
        return Reason.CONSENT_MISSING
    if paused:
        return Reason.CALENDAR_PAUSED
    if plan is not None:
        return plan
    if not covered:
        return Reason.CALENDAR_LIMIT
    return None if credit else Reason.NO_CREDIT
