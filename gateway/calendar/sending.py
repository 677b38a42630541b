"""Reminder and SMS in one transaction: what is judged fit to leave goes through the one door, the rest says why not."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii as _quoted
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.accounts.words import Encoding, Notify
from gateway.calendar import calendars, reminders
from gateway.calendar.bridge import Bridge
from gateway.calendar.calendars import Calendar
from gateway.calendar.cover import Means, means
from gateway.calendar.news import tell_failures
from gateway.calendar.reminders import REMINDERS, DueReminder, Settled
from gateway.calendar.schedule import next_open
from gateway.calendar.settings import schedule_of
from gateway.calendar.texts import Voice, voice_of
from gateway.calendar.together import Together, grouped
from gateway.calendar.verdict import AGAIN, Facts, Leave, Look, Never, Verdict, Wait, bar, judge, obstacle
from gateway.calendar.words import ReminderState
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim
from gateway.sms.request import SmsRequest, Submission
from gateway.sms.submit import submit
from gateway.sms.territories import zone_of
from gateway.sms.words import MessageState
from plans.quota import CalendarKey
from plans.words import MessageClass, Origin, Reason

#: What the door refuses now and may take later.
_PASSING = frozenset({Reason.NO_CREDIT, Reason.ACCOUNT_SUSPENDED})

#: What can be undone, by a pack or by START: what leaves then is another SMS than the one that was refused.
_UNDONE = frozenset({Reason.NO_CREDIT, Reason.OPTED_OUT})

_MOST_PARTS = 6

#: A calendar that can only be read whole is not read again for every reminder of a moment.
_JUST_NOW = timedelta(seconds=30)

_DAY = timedelta(days=1)


class Judged(NamedTuple):
    """A reminder that is due, with the last word on it."""

    reminder: DueReminder
    calendar: Calendar
    verdict: Verdict


def send(connection: Connection, bridge: Bridge, claims: Sequence[Claim], looks: Mapping[int, Look]) -> None:
    """Settle the reminders of claims that still hold, after the last look.

    Rows that a poll or that look changed meanwhile are no longer held, and stay as that left them.
    """
    stamp = bridge.engine.stamp()
    due = reminders_of(connection, still_held(connection, claims))
    judged = judge_all(connection, bridge, due, looks, stamp.now)
    let_go(connection, bridge, stamp, [each for each in judged if isinstance(each.verdict, Leave)])
    keep_back(connection, stamp, judged)


def still_held(connection: Connection, claims: Sequence[Claim]) -> list[Claim]:
    """The claims that still hold, until the end of the transaction."""
    held = REMINDERS.still_held(connection, claims)
    return [each for each in claims if each.row_id in held]


def reminders_of(connection: Connection, claims: Sequence[Claim]) -> list[DueReminder]:
    """What is claimed, with its events."""
    return reminders.by_ids(connection, [(each.account_id, each.row_id) for each in claims])


def was_read_just_now(bridge: Bridge, calendar: Calendar) -> bool:
    """Whether a calendar that can only be read whole was read a moment ago: nobody need read it again."""
    feed, seen = bridge.feeds.get(calendar.provider), calendar.last_success_at
    recent = seen is not None and bridge.engine.clock.now() - seen < _JUST_NOW
    return recent and feed is not None and not feed.rereads


def let_go(connection: Connection, bridge: Bridge, stamp: Stamp, leaving: Sequence[Judged]) -> None:
    """Hand what leaves to the one door, and write down what came of it."""
    known = {each.calendar.key: each.calendar for each in leaving}
    voices = {key: voice_of(each) for key, each in known.items()}
    groups, early = grouped([each.reminder for each in leaving], known, stamp.now)
    requests = [
        request_of(each.named, known[key], voices[key], stamp.now) for each in groups if (key := each.carrier.calendar)
    ]
    answers = submit(connection, stamp, bridge.rules, requests) if requests else []
    settled = [one for each, answer in zip(groups, answers, strict=True) for one in _all_sent(each, answer, stamp.now)]
    settled += [Settled(each, ReminderState.PLANNED, look_at=each.due_at, round=each.round) for each in early]
    reminders.settle(connection, stamp.now, settled)


def dedup_key(each: DueReminder) -> str:
    """What makes two reminders the same SMS: event, number and rule, in whatever calendar a copy of the event lies.

    The account is part of the key already. A rule after a move carries the new start in its name. ``round`` counts
    refusals that can be undone: what was refused is tried under a key of its own, in the same order on every copy.
    """
    event = f"{_quoted(each.uid)}, {_quoted(each.original_start)}"
    named = f"[{event}, {_quoted(each.recipient)}, {_quoted(each.offset_key)}, {each.round}]"
    return sha256(named.encode()).hexdigest()  # of JSON, written in a quarter of its time


def judge_all(
    connection: Connection, bridge: Bridge, due: Sequence[DueReminder], looks: Mapping[int, Look] | None, now: datetime
) -> list[Judged]:
    """The last word on each; where nobody has looked yet (None), as if the look had gone well."""
    known = calendars.by_keys(connection, {each.calendar for each in due})
    able = means(connection, bridge.billing, known.values(), now)
    facts = {key: _facts(bridge, each, able[each.account_id], now) for key, each in known.items()}
    opening = cache(lambda key, clock: next_open(facts[key].schedule.hours, now, clock))
    judged = []
    for each in due:
        key, look = each.calendar, Look.FRESH if looks is None else looks.get(each.reminder_id, Look.BLIND)
        verdict = judge(each, facts[key], look, opening(key, _clock(each)), now)
        judged.append(Judged(each, known[key], verdict))
    return judged


def _facts(bridge: Bridge, calendar: Calendar, able: Means, now: datetime) -> Facts:
    seen, state, plan = calendar.last_success_at, calendar.connection_state, able.cover.waits
    covered = CalendarKey(calendar.provider, calendar.remote_id) not in able.beyond
    return Facts(
        schedule=schedule_of(calendar.settings, calendar.enabled_at),
        bar=bar(state, plan, enabled=calendar.enabled_at is not None),
        obstacle=obstacle(state, plan, paused=calendar.paused, covered=covered, credit=able.credit),
        trusted=seen is not None and now - seen <= bridge.trust,
    )


def _clock(each: DueReminder) -> ZoneInfo:
    """The clock by which the recipient sleeps."""
    return zone_of(each.destination or "") or ZoneInfo(each.zone)


def request_of(named: Sequence[DueReminder], calendar: Calendar, voice: Voice, now: datetime) -> SmsRequest:
    """What is handed to the one door for reminders that leave now as one SMS; the first one is what it is sent for."""
    first = named[0]
    return SmsRequest(
        account_id=first.account_id,
        origin=Origin.CALENDAR,
        origin_id=first.reminder_id,
        dedup_key=dedup_key(first),
        recipient=first.recipient,
        text=voice.text([each.visit for each in named], now, moved=first.moved),
        message_class=MessageClass.ALERT,
        display=calendar.settings.display,
        encoding=Encoding.SMART,
        max_parts=_MOST_PARTS,
        notify=Notify.FAILURES,
        useless_after=max(map(_over, named)),
        known=first.known,
    )


def _over(each: DueReminder) -> datetime:
    """When nobody need be reminded any more: an SMS that is held up must not come about a past appointment."""
    return each.start_at + _DAY if each.all_day else each.start_at


def _all_sent(together: Together, answer: Submission, now: datetime) -> list[Settled]:
    """What becomes of all that one SMS is about: the others are in it where it left, and share its fate where not."""
    first = _sent(together.carrier, answer, now)
    if together.others and first.state is ReminderState.SENT:
        told = (ReminderState.NOT_SENT, Reason.MERGED)
        return [first, *[Settled(each, *told, message_id=first.message_id) for each in together.others]]
    return [first, *[_sent(each, answer, now) for each in together.others]]


def _sent(each: DueReminder, answer: Submission, now: datetime) -> Settled:
    """What came of handing it in; the same SMS from a copy of the event counts as sent, once."""
    if answer.state is not MessageState.REJECTED:
        reason = Reason.DUPLICATE if answer.replayed else None
        return Settled(each, ReminderState.SENT, reason, message_id=answer.message_id, round=each.round)
    rounds = each.round + (1 if answer.reason in _UNDONE else 0)
    if answer.reason in _PASSING:
        again = now if answer.replayed else now + AGAIN
        return Settled(each, ReminderState.WAITING, answer.reason, look_at=again, round=rounds)
    return Settled(each, ReminderState.NOT_SENT, answer.reason, message_id=answer.message_id, round=rounds)


def keep_back(connection: Connection, stamp: Stamp, judged: Sequence[Judged]) -> None:
    """Settle what does not leave now, and have clients told of what never will."""
    kept = [settled for each in judged if (settled := _kept_back(each))]
    reminders.settle(connection, stamp.now, kept)
    never = [(each.reminder, each.reason) for each in kept if each.is_over and each.reason is not None]
    tell_failures(connection, stamp, never)


def _kept_back(judged: Judged) -> Settled | None:
    """What is written down of one that does not leave now; None for one that does."""
    each, verdict = judged.reminder, judged.verdict
    match verdict:
        case Leave():
            return None
        case Never(reason):
            return Settled(each, ReminderState.NOT_SENT, reason, round=each.round)
        case Wait(until, reason):
            state = ReminderState.PLANNED if reason is None else ReminderState.WAITING
            return Settled(each, state, reason, look_at=until, round=each.round)
