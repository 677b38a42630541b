"""The calendars of the peer: every event in all its versions, so that any earlier state can be told.

An event is kept as the resource that the API tells (``Event`` in the discovery document). A recurring event is one
resource, each of its exceptions another one; an instance that is like its series is not kept, only reckoned.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.peers.google_calendar.answers import Refused
from tests.peers.stage.clock import MONDAY_MORNING, PeerClock

Json = dict[str, Any]


@dataclass
class Calendar:
    """One calendar, and how each of its events came to be what it is."""

    calendar_id: str
    owner: str
    summary: str
    zone: str
    clock: PeerClock
    primary: bool = False
    role: str = "owner"
    version: int = 0
    oldest_token: int = 0  # sync tokens of earlier versions have expired
    history: dict[str, list[tuple[int, Json]]] = field(default_factory=dict)
    children: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # exceptions by series

    def keep(self, event: Json) -> Json:
        """Write down a new version of an event; returns it with what the server sets."""
        self.version += 1
        now = self.clock.tick()
        before = self.at(event["id"])
        kept = event | {
            "kind": "calendar#event",
            "etag": f'"{int(now.timestamp() * 1000) * 2}"',
            "updated": zulu(now),
            "created": event.get("created", zulu(now)),
            "sequence": before["sequence"] + 1 if before else event.get("sequence", 0),
        }
        self.history.setdefault(event["id"], []).append((self.version, kept))
        if parent := event.get("recurringEventId"):
            self.children[parent].add(event["id"])
        return kept

    def forget(self, series_id: str, event_id: str) -> None:
        """Take an exception out of its series, as if there had never been one."""
        self.children[series_id].discard(event_id)
        del self.history[event_id]

    def at(self, event_id: str, version: int | None = None) -> Json | None:
        """An event as it was at a version of the calendar, or as it is."""
        for written, event in reversed(self.history.get(event_id, [])):
            if version is None or written <= version:
                return event
        return None

    def family(self, event_id: str, version: int | None = None) -> list[Json]:
        """An event and its exceptions."""
        names = [event_id, *sorted(self.children.get(event_id, ()))]
        return [event for name in names if (event := self.at(name, version)) is not None]

    def families(self) -> list[str]:
        """The ids of everything that is no exception of a series."""
        return [name for name, versions in self.history.items() if "recurringEventId" not in versions[-1][1]]

    def changed_since(self, version: int) -> list[str]:
        """The ids of families in which something changed after a version."""
        return [name for name in self.families() if any(self._last(each) > version for each in self._names(name))]

    def _names(self, family: str) -> list[str]:
        return [family, *self.children.get(family, ())]

    def _last(self, event_id: str) -> int:
        return self.history[event_id][-1][0]

    def entry(self) -> Json:
        """As ``calendarList`` tells it."""
        return {
            "kind": "calendar#calendarListEntry",
            "etag": f'"{self.calendar_id}"',
            "id": self.calendar_id,
            "summary": self.summary,
            "timeZone": self.zone,
            "accessRole": self.role,
            "selected": True,
            "defaultReminders": [{"method": "popup", "minutes": 10}],
            **({"primary": True} if self.primary else {}),
        }


@dataclass
class Calendars:
    """Everybody's calendars."""

    clock: PeerClock = field(default_factory=PeerClock)
    by_id: dict[str, Calendar] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)  # by user

    def forget(self) -> None:
        """No calendars, and the first Monday morning."""
        self.by_id.clear()
        self.listed.clear()
        self.clock.now = MONDAY_MORNING

    def add(self, owner: str, calendar_id: str, **more: Any) -> Calendar:
        """A new calendar in somebody's list."""
        named = {"summary": calendar_id, "zone": "Europe/Paris"} | more
        made = Calendar(calendar_id, owner, clock=self.clock, **named)
        self.by_id[calendar_id] = made
        self.listed.setdefault(owner, []).append(calendar_id)
        return made

    def find(self, user: str, calendar_id: str) -> Calendar:
        """A calendar in the list of a user; ``primary`` is a word for the first one."""
        name = user if calendar_id == "primary" else calendar_id
        if name not in self.listed.get(user, []):
            raise Refused("notFound")
        return self.by_id[name]

    def of(self, user: str) -> list[Calendar]:
        """The list of a user."""
        return [self.by_id[name] for name in self.listed.get(user, [])]


def zulu(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as ``created`` and ``updated`` are told."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03}Z"
