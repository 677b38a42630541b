"""What the carrier said about a message, written down behind the fence of its claim."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, update

from gateway.engine.database import Stamp
from gateway.sms.carriers.port import Carrier, InDoubt, NotSent, Outcome, Refused, Taken
from gateway.sms.departure import Leaving
from gateway.sms.endings import Ending, end
from gateway.sms.jobs import JOBS
from gateway.sms.policy import Rules
from gateway.sms.receipts import adopt_early_receipts
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import Reason

GIVE_UP_AFTER = timedelta(hours=24)
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=15)

Handled = tuple[Leaving, Outcome]


def record(connection: Connection, stamp: Stamp, rules: Rules, carrier: Carrier, handled: Sequence[Handled]) -> None:
    """Record a batch of answers; a message whose claim was lost meanwhile is left to whoever holds it now."""
    retried = [(each, answer) for each, answer in handled if _tries_again(each, answer, carrier, stamp.now)]
    again = {each.claim for each, _ in retried}
    done = [(each, answer) for each, answer in handled if each.claim not in again]
    held = JOBS.finish(connection, [each.claim for each, _ in done])
    done = [(each, answer) for each, answer in done if each.claim.row_id in held]
    _submitted(connection, stamp, carrier.name, [(each, a) for each, a in done if isinstance(a, Taken)])
    end(connection, stamp, rules, [_ending(each, a) for each, a in done if not isinstance(a, Taken)])
    for each, answer in retried:
        _retry(connection, stamp, each, answer)


def _tries_again(each: Leaving, answer: Outcome, carrier: Carrier, now: datetime) -> bool:
    """Whether a second attempt is safe (it cannot become a second text) and still in time."""
    safe = isinstance(answer, NotSent) or (isinstance(answer, InDoubt) and carrier.deduplicates)
    return safe and now - each.accepted_at < GIVE_UP_AFTER


def _ending(each: Leaving, answer: Outcome) -> Ending:
    match answer:
        case Refused(code, reason):
            return Ending(each.message, MessageState.FAILED, reason, code)
        case NotSent(code):
            return Ending(each.message, MessageState.FAILED, Reason.CARRIER_UNAVAILABLE, code)
        case InDoubt(code):
            return Ending(each.message, MessageState.UNKNOWN, Reason.CARRIER_SILENT, code)
        case Taken():
            raise ValueError("a message that was taken has not ended")


_SUBMITTED = (
    update(message)
    .where(message.c.account_id == bindparam("of_account"), message.c.message_id == bindparam("of_message"))
    .values(state=MessageState.SUBMITTED, carrier_ref=bindparam("their_ref"), submitted_at=bindparam("at"))
)


def _submitted(connection: Connection, stamp: Stamp, carrier: str, taken: Sequence[tuple[Leaving, Taken]]) -> None:
    if taken:
        connection.execute(
            _SUBMITTED,
            [
                {
                    "of_account": each.claim.account_id,
                    "of_message": each.claim.row_id,
                    "their_ref": answer.carrier_ref,
                    "at": stamp.now,
                }
                for each, answer in taken
            ],
        )
        adopt_early_receipts(connection, stamp, carrier, [answer.carrier_ref for _, answer in taken])


def _retry(connection: Connection, stamp: Stamp, each: Leaving, answer: Outcome) -> None:
    wait = answer.retry_after_s if isinstance(answer, NotSent) else None
    pause = back_off(each.claim.attempts, each.claim.row_id) if wait is None else timedelta(seconds=wait)
    if JOBS.park(connection, [each.claim], stamp.now + pause, Reason.CARRIER_UNAVAILABLE):
        state = MessageState.QUEUED if isinstance(answer, NotSent) else MessageState.SENDING
        connection.execute(
            update(message)
            .where(message.c.account_id == each.claim.account_id, message.c.message_id == each.claim.row_id)
            .values(state=state, reason=Reason.CARRIER_UNAVAILABLE)
        )


def back_off(attempts: int, message_id: int) -> timedelta:
    """How long to wait after the given number of attempts: doubled each time, capped.

    It is spread by up to a half, so that messages that failed together do not come back together.
    """
    doubled: timedelta = min(_FIRST_PAUSE * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE)
    return doubled * (1 + (message_id % 997) / 1994)
