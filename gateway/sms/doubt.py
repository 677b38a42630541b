"""What is done about a message of which nobody knows whether it left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.sms.echo import echo_of
from gateway.sms.meant import CLOCKS, Key
from plans.words import MessageClass


@dataclass(frozen=True, slots=True)
class DoubtTerms:
    """The policy, by the class of the message."""

    #: Sent once more when no receipt came in time: a missed appointment costs more than a second text. The others are
    #: held until the network can no longer deliver them, or an operator decides.
    resend: frozenset[MessageClass] = frozenset({MessageClass.ALERT})
    grace: timedelta = timedelta(minutes=2)  # for receipts to come


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message in doubt."""

    key: Key
    message_class: MessageClass
    resent: bool  # it was handed over twice already
    useless_after: datetime | None


def is_sent_again(each: Doubtful, terms: DoubtTerms, now: datetime) -> bool:
    """Whether it is handed over once more."""
    in_time = each.useless_after is None or now < each.useless_after
    return each.message_class in terms.resend and not each.resent and in_time


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that an orphaned receipt may be about."""

    key: Key
    recipient: str  # E.164
    parts: int
    accepted_at: datetime
    in_doubt: bool = True  # else it is being handed over, and its answer will name it


@dataclass(frozen=True, slots=True)
class Orphan:
    """A receipt whose reference no message has."""

    carrier_ref: str
    reference: str | None  # ours, where it was given back
    recipient: str | None  # E.164
    echo: int | None
    at: datetime  # when it came


@dataclass(frozen=True, slots=True)
class Adoption:
    """A receipt that is about a message after all."""

    key: Key
    parts: int  # of the message
    number: int  # of the part, from 1; 0 where nobody said
    carrier_ref: str


def adoptions(orphans: Sequence[Orphan], candidates: Sequence[Candidate]) -> list[Adoption]:
    """Which receipts are about which messages in doubt: only where exactly one message can be meant.

    By our own reference; else by what was echoed, with the recipient; else by the recipient alone. A message that is
    being handed over may be meant, too; one that was accepted after the receipt came may not.
    """
    by_reference = {str(each.key[1]): [each] for each in candidates}
    by_recipient: dict[str, list[Candidate]] = {}
    for each in candidates:
        by_recipient.setdefault(each.recipient, []).append(each)
    found = []
    for orphan in orphans:
        named = by_recipient if orphan.reference is None else by_reference
        theirs = named.get((orphan.recipient if orphan.reference is None else orphan.reference) or "", [])
        places = _places(orphan, [each for each in theirs if each.accepted_at <= orphan.at + CLOCKS])
        if len(places) == 1 and places[0][0].in_doubt:
            ((one, number),) = places
            found.append(Adoption(one.key, one.parts, number, orphan.carrier_ref))
    return found


def _places(orphan: Orphan, candidates: Sequence[Candidate]) -> list[tuple[Candidate, int]]:
    """The messages that it may be about, each with the number of the part, 0 where nobody says."""
    if orphan.reference is not None or orphan.echo is None:
        return [(each, 0) for each in candidates]
    return [(each, number) for each in candidates for number in _echoing(orphan.echo, each)]


def _echoing(echo: int, each: Candidate) -> list[int]:
    """The parts that were sent with this echo."""
    return [number for number in range(1, each.parts + 1) if echo_of(str(each.key[1]), number) == echo]
