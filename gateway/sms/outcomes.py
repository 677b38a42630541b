"""What the carrier said about a message, written down behind the fence of its claim."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from gateway.engine.database import Stamp
from gateway.sms.adoption import adopt_early_receipts
from gateway.sms.carriers.port import Carrier, InDoubt, NotSent, Outcome, Refused, Taken
from gateway.sms.changes import GIVEN, Change, of
from gateway.sms.circuits import note
from gateway.sms.departure import Leaving
from gateway.sms.doubt import is_sent_again
from gateway.sms.endings import Ending, end, tell_failures
from gateway.sms.jobs import JOBS
from gateway.sms.parts import enter_parts
from gateway.sms.policy import Rules
from gateway.sms.rerouting import reroute
from gateway.sms.words import MessageState
from plans.words import Reason

GIVE_UP_AFTER = timedelta(hours=24)
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=15)
_TRIES_HERE = 3  # before another carrier is asked

Handled = tuple[Leaving, Outcome]


def record(connection: Connection, stamp: Stamp, rules: Rules, carrier: Carrier, handled: Sequence[Handled]) -> None:
    """Record a batch of answers; a message whose claim was lost meanwhile is left to whoever holds it now."""
    again = [(each, answer) for each, answer in handled if _tries_again(each, answer, carrier, stamp.now)]
    retried = {each.claim for each, _ in again}
    settled = [(each, answer) for each, answer in handled if each.claim not in retried]
    doubtful = [(each, answer) for each, answer in settled if isinstance(answer, InDoubt)]
    done = [(each, answer) for each, answer in settled if not isinstance(answer, InDoubt)]
    held = JOBS.finish(connection, [each.claim for each, _ in done])
    done = [(each, answer) for each, answer in done if each.claim.row_id in held]
    _submitted(connection, stamp, carrier.name, [(each, a) for each, a in done if isinstance(a, Taken)])
    end(connection, stamp, rules, [ending for each, answer in done if (ending := _ending(each, answer))])
    _leave_unknown(connection, stamp, rules, carrier, doubtful)
    moved = _move_on(connection, stamp, rules, carrier, again)
    _retry(connection, stamp, [(each, answer) for each, answer in again if each.claim.row_id not in moved])
    note(connection, carrier.name, [answer for _, answer in handled], stamp.now)


def _tries_again(each: Leaving, answer: Outcome, carrier: Carrier, now: datetime) -> bool:
    """Whether a second attempt is safe (it cannot become a second text) and still in time."""
    safe = isinstance(answer, NotSent) or (isinstance(answer, InDoubt) and carrier.deduplicates)
    return safe and now - each.accepted_at < GIVE_UP_AFTER


def _ending(each: Leaving, answer: Outcome) -> Ending | None:
    match answer:
        case Refused(code, reason):
            return Ending(each.message, MessageState.FAILED, reason, code)
        case NotSent(code):
            return Ending(each.message, MessageState.FAILED, Reason.CARRIER_UNAVAILABLE, code)
        case _:
            return None


_SUBMITTED = Change(state=MessageState.SUBMITTED, carrier_ref=GIVEN, submitted_at=GIVEN)


def _submitted(connection: Connection, stamp: Stamp, carrier: str, taken: Sequence[tuple[Leaving, Taken]]) -> None:
    if taken:
        _SUBMITTED(
            connection, [_this(each, carrier_ref=answer.carrier_ref, submitted_at=stamp.now) for each, answer in taken]
        )
        named = [
            ((each.claim.account_id, each.claim.row_id), (answer.carrier_ref, *answer.more_refs))
            for each, answer in taken
        ]
        enter_parts(connection, carrier, [(key, refs) for key, refs in named if len(refs) > 1])
        adopt_early_receipts(connection, stamp, carrier, [ref for _, refs in named for ref in refs])


_UNKNOWN = Change(state=MessageState.UNKNOWN, reason=Reason.CARRIER_SILENT, carrier_code=GIVEN)


def _leave_unknown(
    connection: Connection, stamp: Stamp, rules: Rules, carrier: Carrier, doubtful: Sequence[tuple[Leaving, InDoubt]]
) -> None:
    """Nobody can know whether these left. Receipts are waited for; then their jobs, parked, come back to ``departure``.

    It hands those over once more that the policy lets, after its grace. The others are held, and told now, until the
    network cannot deliver them any more.
    """
    again = [pair for pair in doubtful if is_sent_again(pair[0].doubtful, rules.doubt, stamp.now)]
    held = [pair for pair in doubtful if pair not in again]
    for pairs, wait in ((again, rules.doubt.grace), (held, carrier.validity)):
        kept = JOBS.park(connection, [each.claim for each, _ in pairs], stamp.now + wait, Reason.CARRIER_SILENT)
        ours = [(each, answer) for each, answer in pairs if each.claim.row_id in kept]
        _UNKNOWN(connection, [_this(each, carrier_code=answer.code) for each, answer in ours])
        if pairs is held:
            tell_failures(connection, stamp, [(each.message, Reason.CARRIER_SILENT) for each, _ in ours])


def _move_on(
    connection: Connection, stamp: Stamp, rules: Rules, carrier: Carrier, again: Sequence[Handled]
) -> set[int]:
    """Give to other carriers what this one has not taken in several attempts; the ids of those moved."""
    stuck = [each.claim for each, answer in again if isinstance(answer, NotSent) and each.claim.attempts >= _TRIES_HERE]
    return reroute(connection, rules, stuck, carrier.name, stamp.now, states=(MessageState.SENDING,))


_AGAIN = Change(state=GIVEN, reason=Reason.CARRIER_UNAVAILABLE)


def _retry(connection: Connection, stamp: Stamp, again: Sequence[Handled]) -> None:
    """Park each until its next attempt. One in doubt stays marked as being sent: the next attempt must know."""
    by_pause: dict[tuple[timedelta, bool], list[Handled]] = defaultdict(list)
    for each, answer in again:
        throttled = isinstance(answer, NotSent) and answer.throttled
        by_pause[_pause(each, answer), not throttled].append((each, answer))
    for (pause, counts), together in by_pause.items():
        claims = [each.claim for each, _ in together]
        held = JOBS.park(connection, claims, stamp.now + pause, Reason.CARRIER_UNAVAILABLE, counts=counts)
        _AGAIN(
            connection,
            [_this(each, state=_meanwhile(answer)) for each, answer in together if each.claim.row_id in held],
        )


def _meanwhile(answer: Outcome) -> MessageState:
    return MessageState.QUEUED if isinstance(answer, NotSent) else MessageState.SENDING


def _pause(each: Leaving, answer: Outcome) -> timedelta:
    if isinstance(answer, NotSent) and answer.retry_after_s is not None:
        return timedelta(seconds=answer.retry_after_s)
    return back_off(each.claim.attempts, each.claim.row_id)


def back_off(attempts: int, message_id: int) -> timedelta:
    """How long to wait after the given number of attempts: doubled each time, capped.

    It is spread by up to a half in eight steps, so that messages that failed together do not come back together.
    """
    doubled: timedelta = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE)
    return doubled * (1 + message_id % 8 / 16)


def _this(each: Leaving, **values: Any) -> dict[str, Any]:
    return of(each.claim.account_id, each.claim.row_id, **values)
