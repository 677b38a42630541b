"""What answers mean: the classes that codes of providers are sorted into, and what HTTP itself says."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.engine.retry_after import retry_after
from gateway.sms.carriers.http.dialect import AccountTrouble, HttpAnswer, Verdict
from gateway.sms.carriers.names import code as shown
from gateway.sms.carriers.port import InDoubt, NotSent, Refused
from plans.words import Reason


class AnswerClass(StrEnum):
    """What is done about an answer that is no yes."""

    REFUSED = "refused"  # for good: the message fails and its units go back
    RETRY = "retry"  # it surely did not leave: try again
    THROTTLE = "throttle"  # the same, and slower
    ACCOUNT = "account"  # nothing of ours is wanted: try again, and tell the operator
    DOUBT = "doubt"  # nobody can know whether it left


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a code."""

    kind: AnswerClass
    reason: Reason = Reason.CARRIER_REJECTED  # of what is refused


def refused(reason: Reason = Reason.CARRIER_REJECTED) -> Meaning:
    """The meaning of a code that is about the message."""
    return Meaning(AnswerClass.REFUSED, reason)


RETRY = Meaning(AnswerClass.RETRY)
THROTTLE = Meaning(AnswerClass.THROTTLE)
ACCOUNT = Meaning(AnswerClass.ACCOUNT)
DOUBT = Meaning(AnswerClass.DOUBT)


def verdict(meaning: Meaning, code: str, answer: HttpAnswer) -> Verdict:
    """The verdict that a meaning leads to."""
    code = shown(code)
    match meaning.kind:
        case AnswerClass.REFUSED:
            return Refused(code, meaning.reason)
        case AnswerClass.ACCOUNT:
            return AccountTrouble(code)
        case AnswerClass.DOUBT:
            return InDoubt(code)
        case AnswerClass.RETRY | AnswerClass.THROTTLE:
            wait = retry_after(answer.headers)
            throttled = meaning.kind is AnswerClass.THROTTLE
            return NotSent(code, wait.total_seconds() if wait else None, throttled=throttled)


def by_status(status: int) -> Meaning:
    """What HTTP says where the provider says no more (RFC 9110, 15; RFC 6585, 4).

    A server that fails (5xx) may have failed after it took the message: only a provider's own word can say that it has
    not. A redirection is an address of ours that is wrong, for none of these interfaces has any.
    """
    match status:
        case 429:
            return THROTTLE
        case 401 | 402 | 403 | 404 | 405 | 407:
            return ACCOUNT  # who we are, what we have paid, and the address of the interface: no message can cure it
        case 408 | 425:
            return RETRY  # the server says that it has not read, or not worked on, the request
        case _ if 400 <= status < 500:
            return refused()
        case _ if 300 <= status < 400:
            return ACCOUNT
        case _:
            return DOUBT


def parsed(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; empty where there is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
