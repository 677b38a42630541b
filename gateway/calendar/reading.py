"""From an event as its feed gives it to what is kept of it: number, times, identity, and no text but what is used."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from hashlib import blake2b, sha256
from typing import Any
from zoneinfo import ZoneInfo

from gateway.calendar.calendars import Calendar
from gateway.calendar.extract import (
    Ambiguous,
    EventText,
    ExtractionSettings,
    Field,
    Found,
    Outcome,
    Told,
    WhyNothing,
    count,
    extract,
    own_numbers,
    usual_extra_regions,
)
from gateway.calendar.feeds.port import FeedEvent
from gateway.calendar.marks import unmarked
from gateway.calendar.settings import Reading
from gateway.sms.request import storable
from plans.words import Reason

_UID = 255
_REMOTE_ID = 1024
_REVISION = 80
_TITLE = 1_000  # characters kept, where the wording uses it: more fits no SMS
_FIRST_DAY = datetime(1990, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(2200, 1, 1, tzinfo=UTC)

_WHY = {
    WhyNothing.NO_NUMBER: Reason.NO_NUMBER,
    WhyNothing.TOLD_NOT_TO: Reason.REMINDER_DECLINED,
    WhyNothing.CANCELLED: Reason.EVENT_CANCELLED,
    WhyNothing.BLOCKED: Reason.REMINDER_DECLINED,
    WhyNothing.OWN: Reason.NO_NUMBER,
    WhyNothing.LANDLINE: Reason.NUMBER_LANDLINE,
    WhyNothing.NOT_MOBILE: Reason.NUMBER_NOT_MOBILE,
    WhyNothing.CONFERENCE: Reason.NO_NUMBER,
}


#: Numbers that no SMS can go to say nothing about whose a mobile number is.
_NOT_COUNTED = frozenset({Told.LANDLINE, Told.NOT_MOBILE})

#: How a title is told from others, and the numbers of its event.
Seen = tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class ReadEvents:
    """Events as they are to be kept."""

    rows: Sequence[Mapping[str, Any]]  # columns of the table ``event``, without ids
    common: frozenset[str]  # the numbers that sit in most events of the calendar by now


def read_events(
    calendar: Calendar,
    events: Sequence[FeedEvent],
    others: Collection[Seen],
    *,
    sandbox: bool,
    kept_fields: frozenset[Field],
) -> ReadEvents:
    """Find the number of each event, and leave out all text but ``kept_fields``.

    ``others``: the events of the calendar that are not read now; which number is the practice's own is known only when
    all were looked at. Slow for thousands of events: to be run off the event loop.
    """
    settings = extraction_settings(calendar, sandbox=sandbox)
    placed = (_placed(calendar, each) for each in events)
    usable = [_unmarked(each) for each in placed if is_usable(each)]
    found = [extract(_text(each), settings) for each in usable]
    tags = [title_tag(calendar, each.title) for each in usable]
    seen = [(tag, numbers_of(explanation(each))) for tag, each in zip(tags, found, strict=True)]
    common = own_numbers(count([*others, *seen]), len(others) + len(seen))
    own = replace(settings, own=settings.own | common)
    outcomes = (
        extract(_text(event), own) if numbers & common else outcome
        for event, outcome, (_, numbers) in zip(usable, found, seen, strict=True)
    )
    rows = [_row(event, outcome, tag, kept_fields) for event, outcome, tag in zip(usable, outcomes, tags, strict=True)]
    return ReadEvents(rows, common)


def extraction_settings(calendar: Calendar, *, sandbox: bool) -> ExtractionSettings:
    """How the numbers of a calendar are read; ``sandbox`` lets the numbers of fiction through."""
    chosen = calendar.settings.within(calendar.reading)
    region, *extra = regions_of(chosen, calendar.country)
    return ExtractionSettings(
        default_region=region,
        extra_regions=tuple(extra),
        field_order=tuple(map(Field, chosen.field_order or Field)),
        own=frozenset(chosen.own),
        blocked=frozenset(chosen.blocked),
        sandbox=sandbox,
    )


def regions_of(chosen: Reading, country: str) -> tuple[str, ...]:
    """Where numbers in national form are read, in this order; ``country`` is that of the account."""
    region = chosen.default_region or country
    return region, *(chosen.extra_regions or usual_extra_regions(region))


def _placed(calendar: Calendar, event: FeedEvent) -> FeedEvent:
    """The event with a place whose time its reminder tells: its own, or else that of its calendar."""
    return event if event.zone else replace(event, zone=calendar.zone)


def is_usable(event: FeedEvent) -> bool:
    """Whether an event can be kept at all; what cannot is left out, as a feed may hold anything."""
    return (
        0 < len(event.event_id) <= _REMOTE_ID
        and len(event.original_start) <= len("20261127T090000Z") + 4
        and _FIRST_DAY < starts_at(event) < _LAST_DAY
    )


def starts_at(event: FeedEvent) -> datetime:
    """When it starts; an all-day event at midnight in its zone."""
    return _instant(event.start, event.zone)


def key_of(remote_id: str) -> str:
    """A provider's id in a form that any index takes."""
    return sha256(remote_id.encode("utf-8", "surrogatepass")).hexdigest()


def kept_uid(uid: str) -> str:
    """A UID as it is kept: a very long one as its digest."""
    return uid if len(uid) <= _UID else f"sha256:{key_of(uid)}"


def numbers_of(explained: Mapping[str, Any]) -> frozenset[str]:
    """All numbers of an explanation that might take an SMS, whatever became of them."""
    remarks = (each for each in explained["remarks"] if each["told"] not in _NOT_COUNTED)
    return frozenset(number for each in remarks for number in each["numbers"])


def title_tag(calendar: Calendar, title: str | None) -> str:
    """16 bits that tell the titles of a calendar apart: too few to learn anything from."""
    text = f"{calendar.calendar_id} {(title or '').casefold().strip()}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=2).hexdigest()


def _unmarked(event: FeedEvent) -> FeedEvent:
    """Without what we wrote into its title ourselves."""
    bare = event.title and unmarked(event.title)
    return event if bare == event.title else replace(event, title=bare)


def _text(event: FeedEvent) -> EventText:
    return EventText(event.title, event.location, event.description)


def _row(event: FeedEvent, outcome: Outcome, tag: str, kept: frozenset[Field]) -> dict[str, Any]:
    return {
        "remote_id": event.event_id,
        "remote_key": key_of(event.event_id),
        "uid": kept_uid(event.uid),
        "original_start": event.original_start,
        "series_key": key_of(event.series_id) if event.series_id else "",
        "starts_at": starts_at(event),
        "ends_at": _instant(event.end, event.zone) if event.end else None,
        "all_day": not isinstance(event.start, datetime),
        "zone": event.zone,
        "zone_guessed": event.zone_guessed,
        "status": event.status,
        "booked_at": event.created_at,
        "revision": event.revision[:_REVISION],
        "number": outcome.number.e164 if isinstance(outcome, Found) else None,
        "destination": outcome.number.destination if isinstance(outcome, Found) else None,
        "why": _why(outcome),
        "title_tag": tag,
        "explanation": explanation(outcome),
        **{field.value: _kept(getattr(event, field.value)) if field in kept else None for field in Field},
    }


def _why(outcome: Outcome) -> Reason | None:
    if isinstance(outcome, Found):
        return None
    return Reason.NUMBER_AMBIGUOUS if isinstance(outcome, Ambiguous) else _WHY[outcome.reason]


def explanation(outcome: Outcome) -> dict[str, Any]:
    """How a number was found or not, in fixed words and numbers."""
    return {
        "outcome": type(outcome).__name__.lower(),
        "reason": None if isinstance(outcome, Found) else outcome.reason.value,
        "remarks": [
            {"told": each.told.value, "field": each.field.value, "numbers": list(each.numbers)}
            for each in outcome.explained
        ],
    }


def _kept(text: str | None) -> str | None:
    return None if text is None else storable(text, _TITLE)


def _instant(when: datetime | date, zone: str) -> datetime:
    if isinstance(when, datetime):
        return when.astimezone(UTC)
    return datetime.combine(when, time.min, ZoneInfo(zone)).astimezone(UTC)
