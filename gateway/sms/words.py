"""The closed lists of words of the sms room."""

from enum import StrEnum


class MessageState(StrEnum):
    """Where a message is on its way."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


#: States that nothing leaves again.
FINAL = frozenset(
    {
        MessageState.DELIVERED,
        MessageState.FAILED,
        MessageState.EXPIRED,
        MessageState.CANCELLED,
        MessageState.REJECTED,
    }
)


class Alphabet(StrEnum):
    """How the text travels."""

    GSM = "gsm"
    UCS2 = "ucs2"


class News(StrEnum):
    """What a notice tells."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    HELD = "held"
    UNREADABLE = "unreadable"
    LOW_CREDIT = "low_credit"


class Meaning(StrEnum):
    """What somebody answered to an SMS."""

    STOP = "stop"
    START = "start"  # after STOP: send again
    HELP = "help"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    TEXT = "text"  # for a person to read


class Reader(StrEnum):
    """Which room an answer is meant for."""

    MAIL = "mail"
    CALENDAR = "calendar"


class Source(StrEnum):
    """How we know of a STOP."""

    OPERATOR = "operator"  # noted by hand
    SMS = "sms"
    LINK = "link"
