"""What follows from an answer: who is told, who is silenced, who may write again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.accounts.words import StopScope
from gateway.sms.conversations import Place, Sent
from gateway.sms.facts import EVERY_VOICE, voice_of
from gateway.sms.keywords import TO_REMINDERS
from gateway.sms.words import Meaning, Reader
from plans.words import Origin

#: The account of an answer that is nobody's.
NOBODY = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means to one client."""

    account_id: int
    meaning: Meaning
    about: Sent | None = None  # the message that it answers
    ambiguous: bool = False  # another client may be meant
    readers: tuple[Reader, ...] = ()
    silences: str | None = None  # the voice that may write no more
    lifts: bool = False  # every voice may write again


def verdicts(
    meaning: Meaning, place: Place | None, silenced: Sequence[int], scopes: Mapping[int, StopScope]
) -> list[Verdict]:
    """Judge one answer; one verdict for each client that it concerns, one at least.

    ``silenced``: the clients that this phone has said STOP to. ``scopes``: how much a STOP silences, by client.
    """
    if meaning is Meaning.START and (freed := _freed(place, silenced)):
        return [Verdict(each, meaning, _about(place, each), readers=tuple(Reader), lifts=True) for each in freed]
    if place is None:
        return [Verdict(NOBODY, meaning)]
    if meaning is Meaning.STOP:
        return _stops(place, scopes)
    told = Meaning.TEXT if meaning is Meaning.START else meaning  # nothing was stopped: it is a message
    return [Verdict(place.account_id, told, place.about, bool(place.others), _readers(told, place.about))]


def _freed(place: Place | None, silenced: Sequence[int]) -> list[int]:
    """Those who may write again: the client whose own number was written to, else all."""
    return [each for each in silenced if place is None or not place.own or each == place.account_id]


def _about(place: Place | None, account_id: int) -> Sent | None:
    sent = (place.about, *place.others) if place else ()
    return next((each for each in sent if each and each.account_id == account_id), None)


def _stops(place: Place, scopes: Mapping[int, StopScope]) -> list[Verdict]:
    """Where several clients may be meant, all of them obey: what is lost is what was perhaps not wanted."""
    meant = {place.account_id: place.about, **{each.account_id: each for each in place.others}}
    verdicts = []
    for account_id, about in meant.items():
        by_sender = about is not None and scopes[account_id] is StopScope.SENDER
        voice = voice_of(about.origin, about.sender_id) if about and by_sender else EVERY_VOICE
        reminders = (Reader.CALENDAR,) if voice in {EVERY_VOICE, Origin.CALENDAR.value} else ()
        told = (Reader.MAIL, *reminders)
        verdicts.append(Verdict(account_id, Meaning.STOP, about, bool(place.others), told, silences=voice))
    return verdicts


def _readers(meaning: Meaning, about: Sent | None) -> tuple[Reader, ...]:
    """What answers a reminder goes to the calendar; a person reads it unless it is a word that the calendar knows."""
    if about is None or about.origin is not Origin.CALENDAR:
        return (Reader.MAIL,)
    return (Reader.CALENDAR,) if meaning in TO_REMINDERS else (Reader.MAIL, Reader.CALENDAR)
