"""The mobile number of an event's client, out of title, place and description: in doubt a question, never a guess."""

import re
from collections.abc import Sequence

from gateway.calendar.extract.normalising import FULL_WIDTH, normalise
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
from gateway.calendar.extract.runs import LEAST_DIGITS
from gateway.calendar.extract.scoring import Weighed, decide, nothing
from gateway.calendar.extract.tags import says_cancelled, says_no_sms, sms_tags, tells_not_to
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
    "own_numbers",
    "usual_extra_regions",
]

_DIGITS = "0123456789"
_MARKS = "#\uff03"

#: Without one of these a text holds neither number nor tag, escaped or not.
_TELLING = re.compile(f"[{_DIGITS}#{FULL_WIDTH}]")
_LONG = 120  # characters of a text in which each sign is found sooner by itself

_EMPTY = Nothing(WhyNothing.NO_NUMBER)


def extract(event: EventText, settings: ExtractionSettings) -> Outcome:
    """The one number to text about an event, none with the reason, or the numbers to ask about.

    Pure; of each field the first ``normalising.MAX_LENGTH`` characters are read. ``#nosms`` wins over everything, then
    a title that says it was cancelled, the block list, a number behind ``sms:``, and the first field that has a
    client's number.
    """
    whole = f"{event.title}\n{event.location}\n{event.description}"
    if not _is_telling(whole):
        return _EMPTY
    if any(mark in whole for mark in _MARKS) and _tells_not_to(event):
        return Nothing(WhyNothing.TOLD_NOT_TO)
    if event.title and says_cancelled(event.title):
        return Nothing(WhyNothing.CANCELLED)
    texts = _texts(event, settings.field_order)
    weighed = _weigh_all(texts, settings)
    if not any(each.number for each in weighed):
        return nothing(weighed)
    tags = sum(sms_tags(text) for _, text in texts)
    tagged = sum(each.told is Told.TAGGED for each in weighed) if tags else 0
    return decide(weighed, unreadable_tag=tags > tagged, says_no_sms=says_no_sms(whole))


def _is_telling(text: str) -> bool:
    if len(text) < _LONG:
        return _TELLING.search(text) is not None
    for sign in _DIGITS:
        if sign in text:
            return True
    return "#" in text or (not text.isascii() and _holds_full_width(text))


def _holds_full_width(text: str) -> bool:
    for sign in FULL_WIDTH:  # noqa: SIM110 - an expression takes twice as long, and this is asked of every event
        if sign in text:
            return True
    return False


def _tells_not_to(event: EventText) -> bool:
    texts = [text for text in (event.title, event.location, event.description) if text]
    return any(tells_not_to(text) or tells_not_to(normalise(text)) for text in texts)


def _texts(event: EventText, order: Sequence[Field]) -> list[tuple[Field, str]]:
    """The fields that the account reads and that may hold a number, in its order and normalised."""
    texts = ((field, getattr(event, field.value)) for field in order)
    return [(field, normalise(text)) for field, text in texts if text and _is_worth_reading(text)]


def _is_worth_reading(text: str) -> bool:
    if sum(map(text.count, _DIGITS)) >= LEAST_DIGITS:
        return True
    return not text.isascii() and _holds_full_width(text)


def _weigh_all(texts: Sequence[tuple[Field, str]], settings: ExtractionSettings) -> list[Weighed]:
    return [each for field, text in texts for each in weigh(field, text, settings)]
