"""The cards of the sandbox: the last two digits of a number say what a card does; every other card pays.

====  =======================================================
 90   declined; it may work another day
 91   declined for good
 92   its bank wants to see the client, and pays when it has
 93   pending, and paid an hour later
 94   pending, and declined an hour later
 95   pays, but the answer is lost
 96   nothing is taken, and the answer is lost
 97   refused when its number is given
====  =======================================================
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from gateway.billing.payments.port import PaymentMisuse
from gateway.billing.payments.words import Standing

REFUSED = "97"
LATE = timedelta(hours=1)
_PREFIX = "sandbox_card_"
_NUMBER = re.compile(r"[0-9]{12,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a charge to a card."""

    standing: Standing = Standing.PAID
    code: str | None = None
    hard: bool = False
    ends_as: Standing | None = None
    answers: bool = True
    takes: bool = True


_BY_ENDING = {
    "90": Fate(Standing.DECLINED, "insufficient_funds"),
    "91": Fate(Standing.DECLINED, "lost_card", hard=True),
    "92": Fate(Standing.NEEDS_AUTHENTICATION),
    "93": Fate(Standing.PENDING, ends_as=Standing.PAID),
    "94": Fate(Standing.PENDING, "insufficient_funds", ends_as=Standing.DECLINED),
    "95": Fate(answers=False),
    "96": Fate(answers=False, takes=False),
}


def fate(method_ref: str) -> Fate:
    """What becomes of a charge to this card."""
    return _BY_ENDING.get(method_ref.removeprefix(_PREFIX), Fate())


def method_ref(ending: str) -> str:
    """The name under which a card with these last two digits is charged; tests may use it without a setup."""
    return f"{_PREFIX}{ending}"


def ending(number: str) -> str:
    """The last two digits of a card's number, which is all that the sandbox keeps of it."""
    digits = number.replace(" ", "")
    if not _NUMBER.fullmatch(digits):
        raise PaymentMisuse("a card has 12 to 19 digits")
    return digits[-2:]
