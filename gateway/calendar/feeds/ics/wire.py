"""What the reading process found, as JSON and back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from gateway.calendar.feeds.port import FeedEvent
from gateway.calendar.words import EventStatus


@dataclass(frozen=True, slots=True)
class Expanded:
    """What a text holds."""

    events: Sequence[FeedEvent]
    name: str | None
    poll_after: timedelta | None  # REFRESH-INTERVAL (RFC 7986, 5.7) or X-PUBLISHED-TTL
    skipped: int  # events and series that make no sense; the others are read all the same


def to_words(found: Expanded) -> dict[str, Any]:
    """As JSON can write it; instants and dates in ISO 8601."""
    return {
        "events": [{name: _written(value) for name, value in asdict(each).items()} for each in found.events],
        "name": found.name,
        "poll_after": found.poll_after.total_seconds() if found.poll_after else None,
        "skipped": found.skipped,
    }


def from_words(words: dict[str, Any]) -> Expanded:
    """What ``to_words`` wrote."""
    seconds = words["poll_after"]
    return Expanded(
        [_event(each) for each in words["events"]],
        words["name"],
        timedelta(seconds=seconds) if seconds else None,
        words["skipped"],
    )


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _event(words: dict[str, Any]) -> FeedEvent:
    moments = {name: _read(words[name]) for name in ("start", "end", "created_at")}
    return FeedEvent(**{**words, **moments, "status": EventStatus(words["status"])})


def _read(text: str | None) -> datetime | date | None:
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
