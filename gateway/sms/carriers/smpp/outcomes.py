"""What the replies to the parts of one SMS mean for the SMS."""

from collections.abc import Sequence

from gateway.sms.carriers.port import InDoubt, NotSent, Outcome, Refused, Taken
from gateway.sms.carriers.smpp.pdus import message_id
from gateway.sms.carriers.smpp.receipts import normal
from gateway.sms.carriers.smpp.session import NO_ROOM, Answered, NotWritten, Reply, Unanswered
from gateway.sms.carriers.smpp.settings import MessageIds
from gateway.sms.carriers.smpp.statuses import StatusClass, Statuses
from plans.words import Reason

Part = str | Reply  # what the carrier calls it, once it has taken it


def outcome_of(parts: Sequence[Part], statuses: Statuses) -> Outcome:
    """One outcome for all parts: the worst that was said for good, then doubt, then what may be tried again.

    An SMS of which only some parts were taken shows on no phone. It is not sent yet: the missing parts are tried
    again, in the places of the same SMS.
    """
    failed = [each for each in parts if not isinstance(each, str)]
    if not failed:
        first, *more = [each for each in parts if isinstance(each, str)]
        return Taken(first, tuple(more))
    answers = [each.status for each in failed if isinstance(each, Answered)]
    for status in answers:
        if statuses.class_of(status) is StatusClass.PERMANENT:
            return Refused(code(status), Reason.CARRIER_REJECTED)
    for each in failed:
        if isinstance(each, Unanswered):
            return InDoubt(each.why)
    if answers:
        failures = [status for status in answers if not statuses.is_throttling(status)]
        return NotSent(code((failures or answers)[0]), throttled=not failures)
    why = next((each.why for each in failed if isinstance(each, NotWritten)), "")
    return NotSent(why, throttled=why == NO_ROOM)  # to have waited in vain for room is to have gone too fast


def carrier_ref(answer: Answered, reference: str, number: int, ids: MessageIds) -> str:
    """What receipts will call a part; where the carrier gave it no name, one that no receipt has."""
    named = message_id(answer.body)
    return normal(named, ids) if named else f"?{reference}/{number}"


def code(status: int) -> str:
    """A command_status as carriers' manuals write it."""
    return f"0x{status:08X}"
