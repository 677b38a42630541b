"""How well extraction reads labelled events: right recipients first, then recall, then how often it has to ask."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat

from gateway.calendar.extract import (
    Ambiguous,
    EventText,
    ExtractionSettings,
    Found,
    extract,
    usual_extra_regions,
)

_HERE = Path(__file__).parent

#: The authors of the labels; the second had not read the extractor.
AUTHORS = ("first_author", "second_author")

_FICTIONAL = "+3363998"

NONE, AMBIGUOUS = "none", "ambiguous"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An event, and what a careful person would do with it."""

    name: str
    author: str
    event: EventText
    country: str
    expected: str  # E.164, or NONE, or AMBIGUOUS
    stratum: str
    language: str


@dataclass(frozen=True, slots=True)
class Score:
    """What an extractor made of some events."""

    events: int
    with_number: int  # events that have one right number
    picked: int
    right: int
    asked: int

    @property
    def precision(self) -> float:
        """Of the numbers picked, the share that was right: every other one is an SMS to a stranger."""
        return self.right / self.picked if self.picked else 1.0

    @property
    def recall(self) -> float:
        """Of the events that have one right number, the share for which it was picked."""
        return self.right / self.with_number if self.with_number else 1.0

    @property
    def ambiguity(self) -> float:
        """The share of events for which a person was asked."""
        return self.asked / self.events if self.events else 0.0


@cache
def labelled() -> tuple[Labelled, ...]:
    """Every labelled event of every author."""
    return tuple(_labelled(author, json.loads(line)) for author in AUTHORS for line in _lines(author))


def answer(each: Labelled) -> str:
    """What extraction makes of an event, in the words of the labels."""
    settings = ExtractionSettings(each.country, usual_extra_regions(each.country), sandbox=True)
    outcome = extract(each.event, settings)
    if isinstance(outcome, Found):
        return outcome.number.e164
    return AMBIGUOUS if isinstance(outcome, Ambiguous) else NONE


def bare_answer(each: Labelled) -> str:
    """The first hit of libphonenumber's matcher, read as in France: what is to be beaten.

    The fictional numbers, which it takes for invalid, are found for it as possible ones: they do not count against it.
    """
    for text in (each.event.title, each.event.location, each.event.description):
        hits = sorted([*_hits(text or "", Leniency.VALID), *_fictional_hits(text or "")])
        if hits:
            return hits[0][1]
    return NONE


def _fictional_hits(text: str) -> list[tuple[int, str]]:
    return [hit for hit in _hits(text, Leniency.POSSIBLE) if hit[1].startswith(_FICTIONAL)]


def _hits(text: str, leniency: int) -> list[tuple[int, str]]:
    matches = phonenumbers.PhoneNumberMatcher(text, "FR", leniency=leniency)
    return [(each.start, phonenumbers.format_number(each.number, PhoneNumberFormat.E164)) for each in matches]


def score(events: Sequence[Labelled], answered: Callable[[Labelled], str]) -> Score:
    """Count what an extractor made of events."""
    pairs = [(each.expected, answered(each)) for each in events]
    return Score(
        events=len(pairs),
        with_number=sum(_is_number(expected) for expected, _ in pairs),
        picked=sum(_is_number(given) for _, given in pairs),
        right=sum(_is_number(given) and given == expected for expected, given in pairs),
        asked=sum(given == AMBIGUOUS for _, given in pairs),
    )


def misread(events: Iterable[Labelled]) -> list[tuple[Labelled, str]]:
    """The events that extraction answers otherwise than labelled."""
    return [(each, given) for each in events if (given := answer(each)) != each.expected]


def _lines(author: str) -> list[str]:
    return (_HERE / f"{author}.jsonl").read_text(encoding="utf-8").splitlines()


def _labelled(author: str, row: dict[str, str | None]) -> Labelled:
    return Labelled(
        name=row["id"] or "",
        author=author,
        event=EventText(row["title"], row["location"], row["description"]),
        country=row["country"] or "",
        expected=row["expected"] or "",
        stratum=row["stratum"] or "",
        language=row["lang"] or "",
    )


def _is_number(answered: str) -> bool:
    return answered.startswith("+")
