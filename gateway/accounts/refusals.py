"""What an administrative change raises when it cannot be done."""

from plans.words import Reason


class Refused(Exception):
    """What was asked cannot be done: ``text`` says why, ``cure`` what would do.

    ``reason`` is there where the case is one of the shared reasons.
    """

    def __init__(self, text: str, cure: str, reason: Reason | None = None) -> None:
        super().__init__(f"{text} {cure}")
        self.text = text
        self.cure = cure
        self.reason = reason
