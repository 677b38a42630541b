"""What other rooms hand to the one door, and what it answers: tuples, as thousands pass."""

from datetime import datetime
from typing import NamedTuple

from gateway.accounts.words import Encoding, Notify
from gateway.sms.numbers import Number
from gateway.sms.words import MessageState
from plans.words import MessageClass, Origin, Reason

#: What is longer fits no message: 255 parts of 153 characters, each of which can be written as four at the most.
LONGEST_TEXT = 4 * 255 * 153


class SmsRequest(NamedTuple):
    """One SMS that somebody wants sent."""

    account_id: int
    origin: Origin
    origin_id: int  # the mail, reminder or call that it came from
    dedup_key: str  # 64 hex digits: the same key of one account and origin is the same SMS, and gets the first answer
    recipient: str  # as written; read in the account's country
    text: str
    message_class: MessageClass
    sender_id: int = 0  # the authorised sender, 0 where there is none
    display: str | None = None  # the sender ID shown on the phone
    encoding: Encoding = Encoding.AUTO
    max_parts: int = 255
    notify: Notify = Notify.NONE
    daily_cap: int | None = None  # the sender's messages a local day
    useless_after: datetime | None = None  # what has not left by then does not leave any more
    known: Number | None = None  # the recipient, where who asks has read it before: it is not read again
    repeat_min: int | None = None  # the same text went to the recipient within so many minutes: once is enough


class Submission(NamedTuple):
    """What became of a request."""

    message_id: int
    state: MessageState
    reason: Reason | None
    parts: int
    units: int
    held_until: datetime | None
    replayed: bool = False  # the same request was answered before: nothing new was sent or charged


def storable(text: str, longest: int) -> str:
    """The text as any database can keep it: cut at ``longest`` characters, without NUL or half a surrogate pair."""
    text = text[:longest].replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
