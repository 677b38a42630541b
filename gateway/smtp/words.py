"""The closed lists of words of the smtp room."""

from enum import StrEnum


class MailState(StrEnum):
    """What became of a mail."""

    SENT_ON = "sent_on"  # at least one recipient became a message
    REFUSED = "refused"
