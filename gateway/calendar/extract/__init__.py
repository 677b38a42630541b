"""The mobile number of an event's client, out of title, place and description: in doubt a question, never a guess."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.calendar.extract.normalise import FULL_WIDTH, normalise
from gateway.calendar.extract.outcome import (
    Ambiguous,
    EventText,
    ExtractionSettings,
    Field,
    Found,
    Nothing,
    Outcome,
    Remark,
    Told,
    WhyAmbiguous,
    WhyNothing,
    usual_extra_regions,
)
from gateway.calendar.extract.own import Occurrence, count, own_numbers
from gateway.calendar.extract.scoring import Weighed, decide
from gateway.calendar.extract.tags import says_no_sms, sms_tags, tells_not_to
from gateway.calendar.extract.weighing import weigh

__all__ = [
    "Ambiguous",
    "EventText",
    "ExtractionSettings",
    "Field",
    "Found",
    "Nothing",
    "Occurrence",
    "Outcome",
    "Remark",
    "Told",
    "WhyAmbiguous",
    "WhyNothing",
    "count",
    "extract",
    "numbers_in",
    "own_numbers",
    "usual_extra_regions",
]

#: Without one of these a text holds neither number nor tag, escaped or not. Looking for single characters is quick.
_TELLING = "0123456789#&" + FULL_WIDTH

_EMPTY = Nothing(WhyNothing.NO_NUMBER)


def extract(event: EventText, settings: ExtractionSettings) -> Outcome:
    """The one number to text about an event, none with the reason, or the numbers to ask about.

    Pure; of each field the first ``normalise.MAX_LENGTH`` characters are read. ``#nosms`` wins over everything, then
    the block list, then a number behind ``sms:``, then the first field that has a client's number.
    """
    texts = _texts(event)
    if not any(_is_telling(text) for text in texts.values()):
        return _EMPTY
    if any(tells_not_to(text) for text in texts.values()):
        return Nothing(WhyNothing.TOLD_NOT_TO)
    plain = _plain(texts)
    if any(tells_not_to(text) for text in plain.values()):
        return Nothing(WhyNothing.TOLD_NOT_TO)
    return _outcome(plain, settings)


def numbers_in(event: EventText, settings: ExtractionSettings) -> frozenset[str]:
    """Every number, E.164, of an event that could take an SMS, own ones too: what ``count`` counts."""
    anybodys = replace(settings, own=frozenset())
    return frozenset(each.e164 for each in _weigh_all(_plain(_texts(event)), anybodys) if each.number)


def _texts(event: EventText) -> dict[Field, str]:
    texts = {Field.TITLE: event.title, Field.LOCATION: event.location, Field.DESCRIPTION: event.description}
    return {field: text for field, text in texts.items() if text}


def _is_telling(text: str) -> bool:
    return any(sign in text for sign in _TELLING)


def _plain(texts: Mapping[Field, str]) -> dict[Field, str]:
    return {field: normalise(text) for field, text in texts.items()}


def _weigh_all(plain: Mapping[Field, str], settings: ExtractionSettings) -> list[Weighed]:
    """The numbers of the fields that the account reads, in its order."""
    return [each for field in settings.field_order if field in plain for each in weigh(field, plain[field], settings)]


def _outcome(plain: Mapping[Field, str], settings: ExtractionSettings) -> Outcome:
    weighed = _weigh_all(plain, settings)
    read = [text for field, text in plain.items() if field in settings.field_order]
    tagged = sum(each.told is Told.TAGGED for each in weighed)
    return decide(
        weighed,
        unreadable_tag=sum(map(sms_tags, read)) > tagged,
        says_no_sms=any(map(says_no_sms, read)),
    )
