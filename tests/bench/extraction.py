"""Extraction beside the bare matcher of libphonenumber, on the labelled events and on text without digits."""

import re
import time
from collections.abc import Callable, Sequence
from functools import partial

import phonenumbers

from gateway.calendar.extract import EventText, ExtractionSettings, extract, matching, usual_extra_regions
from tests.bench.figures import Figure, rates, ratio
from tests.calendar.evaluation.scorecard import labelled

OURS, THEIRS = "extraction", "the bare matcher"

#: Passes over the events in one measurement: what is measured takes a second or so.
_PASSES = 5

_FRANCE = ExtractionSettings("FR", usual_extra_regions("FR"), sandbox=True)
_NOTE = (
    "Bilan transmis au médecin, prochaine séance la semaine prochaine. Penser à apporter l'ordonnance et les radios. "
    "Préfère la fin de journée, vient avec sa fille ; véhicule déposé la veille au soir, clés dans la boîte."
)


def bench(rounds: int) -> list[Figure]:
    """Events a second. What extraction remembers of earlier numbers is forgotten before every pass."""
    events = [each.event for each in labelled()]
    short = [_without_digits(each) for each in events]
    noted = [EventText(each.title, each.location, f"{_NOTE}\n{each.description}") for each in short]
    return [
        *_compared("extraction, labelled events", events, rounds, 1),
        *_compared("extraction, no digits, with a note", noted, rounds, 10),
        *_compared("extraction, no digits, short", short, rounds, None),
    ]


def _without_digits(event: EventText) -> EventText:
    return EventText(
        *(re.sub(r"[\d#\uff03]", "", text or "") for text in (event.title, event.location, event.description))
    )


def _compared(name: str, events: Sequence[EventText], rounds: int, at_least: float | None) -> list[Figure]:
    measured = [
        {OURS: _rate(events, partial(extract, settings=_FRANCE)), THEIRS: _rate(events, _match)} for _ in range(rounds)
    ]
    return [*rates(name, measured), ratio(name, measured, OURS, THEIRS, at_least)]


def _rate(events: Sequence[EventText], read: Callable[[EventText], object]) -> float:
    since = time.process_time()
    for _ in range(_PASSES):
        matching._read.cache_clear()
        for each in events:
            read(each)
    return len(events) * _PASSES / (time.process_time() - since)


def _match(event: EventText) -> object:
    fields = (event.title, event.location, event.description)
    return [list(phonenumbers.PhoneNumberMatcher(text, "FR")) for text in fields if text]
