"""Which message a receipt is about: the carrier's name alone does not tell where a carrier uses its names again.

An SMSC that was restarted may count its messages from 1 anew. So a name means the newest message that still waits for
its receipt, to the phone that the receipt is about, accepted before the receipt came. What fits only messages that have
ended is the same news again, and is dropped: where the carrier tells no phone, or the same phone, nobody can know
better. Where the phone is another one and a message to it is under way, the receipt waits for that one's answer.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from gateway.sms.carriers.port import Receipt

Key = tuple[int, int]  # account and message

#: How far the clocks of two of our machines may be apart.
CLOCKS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Named:
    """A message that its carrier calls as the receipt does."""

    key: Key
    recipient: str  # E.164
    accepted_at: datetime
    ended: bool


class Fate(Enum):
    """What is done with a receipt that is about no message that waits for it."""

    WAITS = auto()  # its message is not known by this name yet
    DROPPED = auto()  # the same news again
    OPEN = auto()  # it depends on whether a message to its phone is under way


def meant(receipt: Receipt, named: Sequence[Named]) -> Named | Fate:
    """The message that a receipt is about, as far as its name, its phone and its time tell."""
    possible = [each for each in named if each.accepted_at <= receipt.at + CLOCKS]
    theirs = [each for each in possible if receipt.recipient in {None, each.recipient}]
    if not theirs:
        return Fate.OPEN if possible else Fate.WAITS
    return _newest(theirs) or Fate.DROPPED


def meant_after_all(receipt: Receipt, named: Sequence[Named], under_way: Collection[str]) -> Named | Fate:
    """The same where ``meant`` leaves it open. ``under_way``: phones to which a message is on its way to the carrier.

    Some carriers write numbers in a form that is not ours: where no other message can be meant, the name decides.
    """
    if receipt.recipient in under_way:
        return Fate.WAITS
    possible = [each for each in named if each.accepted_at <= receipt.at + CLOCKS]
    return _newest(possible) or Fate.DROPPED


def _newest(named: Sequence[Named]) -> Named | None:
    waiting = [each for each in named if not each.ended]
    return max(waiting, key=lambda each: each.key[1], default=None)
