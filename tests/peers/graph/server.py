"""A calendar of the Graph peer in the hands of its owner: see ``tests/calendar/server.py``.

A cancelled event stays in the calendar with ``isCancelled``, as in Outlook what its organiser called off does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.peers.graph.peer import GraphPeer
from tests.peers.graph.samples import PARIS
from tests.peers.graph.state import CALENDAR, USER

Json = dict[str, Any]

ZONE = ZoneInfo("Europe/Paris")
_HOUR = timedelta(hours=1)
_EVER = ("2025-01-01T00:00:00Z", "2029-01-01T00:00:00Z")


@dataclass(frozen=True)
class GraphServer:
    """One calendar of one user in Paris."""

    peer: GraphPeer
    calendar: str = CALENDAR
    user: str = USER
    zone: ZoneInfo = ZONE

    async def create(
        self, title: str, start: datetime, *, location: str = "", description: str = "", weeks: int = 0
    ) -> str:
        """The handle is the immutable id of the event or series."""
        texts = {
            "subject": title,
            "location": {"displayName": location},
            "body": {"contentType": "text", "content": description},
        }
        series = {"recurrence": self._recurrence(start, weeks)} if weeks else {}
        event_id: str = self.peer.create(texts | self._times(start) | series, self.calendar, self.user)["id"]
        return event_id

    async def edit(self, handle: str, *, title: str | None = None, description: str | None = None) -> None:
        """Other texts."""
        texts: Json = {} if title is None else {"subject": title}
        if description is not None:
            texts["body"] = {"contentType": "text", "content": description}
        self.peer.change(handle, texts, self.user)

    async def move(self, handle: str, start: datetime) -> None:
        """Another time; Outlook forgets the exceptions of a series by that."""
        before = self.peer.control.get(f"/{self.user}/events/{handle}")["recurrence"]
        series = {"recurrence": self._recurrence(start, before["range"]["numberOfOccurrences"])} if before else {}
        self.peer.change(handle, self._times(start) | series, self.user)

    async def cancel(self, handle: str) -> None:
        """Called off."""
        self.peer.change(handle, {"isCancelled": True}, self.user)

    async def uncancel(self, handle: str) -> None:
        """And not."""
        self.peer.change(handle, {"isCancelled": False}, self.user)

    async def delete(self, handle: str) -> None:
        """Into the deleted items."""
        self.peer.delete(handle, self.user)

    async def move_occurrence(self, handle: str, number: int, start: datetime) -> None:
        """It becomes an exception."""
        self.peer.change(self.occurrence(handle, number), self._times(start), self.user)

    async def delete_occurrence(self, handle: str, number: int) -> None:
        """Nothing tells of it but its absence."""
        self.peer.delete(self.occurrence(handle, number), self.user)

    async def titles(self, handle: str) -> list[str]:
        """Of what is in the calendar."""
        rows = self.peer.occurrences(*_EVER, calendar=self.calendar, user=self.user)
        return [row["subject"] for row in rows if handle in (row["id"], row["seriesMasterId"])]

    async def expire_cursors(self) -> None:
        """410 for every delta link so far."""
        self.peer.control.post("/cursors/expire", {"user": self.user})

    async def revoke(self) -> None:
        """On the page of apps; access tokens end as well."""
        self.peer.control.post("/revoke", {"user": self.user})

    async def fail(self, times: int, retry_after: timedelta | None = None) -> None:
        """503, or 429 with Retry-After."""
        if retry_after is None:
            self.peer.fail("ServiceUnavailable", "/v1.0", times)
        else:
            self.peer.fail("TooManyRequests", "/v1.0", times, retry_after=f"{retry_after.total_seconds():.0f}")

    def occurrence(self, handle: str, number: int) -> str:
        """The id of an occurrence, counted from 0 by the rule."""
        series = self.peer.control.get(f"/{self.user}/events/{handle}")
        first = datetime.fromisoformat(series["recurrence"]["range"]["startDate"]).date()
        day = first + timedelta(weeks=number)
        rows = self.peer.occurrences(*_EVER, calendar=self.calendar, user=self.user)
        mine = (row for row in rows if row["seriesMasterId"] == handle)
        found: str = next(row["id"] for row in mine if self._day(row) == day)
        return found

    def _day(self, row: Json) -> object:
        return datetime.fromisoformat(row["originalStart"]).astimezone(self.zone).date()

    def _recurrence(self, start: datetime, weeks: int) -> Json:
        day = start.astimezone(self.zone)
        pattern = {"type": "weekly", "interval": 1, "daysOfWeek": [f"{day:%A}".lower()]}
        return {
            "pattern": pattern,
            "range": {"type": "numbered", "startDate": f"{day:%Y-%m-%d}", "numberOfOccurrences": weeks},
        }

    def _times(self, start: datetime) -> Json:
        wall = start.astimezone(self.zone).replace(tzinfo=None)
        times = {"start": wall, "end": wall + _HOUR}
        return {name: {"dateTime": at.isoformat(), "timeZone": PARIS} for name, at in times.items()}
