"""A calendar of the Google peer in the hands of its owner: see ``tests/calendar/server.py``.

Google knows no cancelled event that stays in the calendar: to cancel is to delete, and to take that back restores.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.peers.google_calendar.peer import PRIMARY, GooglePeer

Json = dict[str, Any]

PARIS = ZoneInfo("Europe/Paris")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class GoogleServer:
    """One calendar of one user."""

    peer: GooglePeer
    calendar: str = PRIMARY
    user: str = PRIMARY
    zone: ZoneInfo = PARIS

    async def create(
        self, title: str, start: datetime, *, location: str = "", description: str = "", weeks: int = 0
    ) -> str:
        """The handle is the id of the event or series."""
        texts = {"summary": title, "location": location, "description": description}
        series = {"recurrence": [f"RRULE:FREQ=WEEKLY;COUNT={weeks}"]} if weeks else {}
        event_id: str = self.peer.create(texts | self._times(start) | series, self.calendar)["id"]
        return event_id

    async def edit(self, handle: str, *, title: str | None = None, description: str | None = None) -> None:
        """Other texts; of a series, Google's own pages write them into its exceptions, too."""
        texts = {"summary": title, "description": description}
        change = {name: text for name, text in texts.items() if text is not None}
        self._change(handle, change)
        for each in self._exceptions(handle):
            self._change(each, change)

    async def move(self, handle: str, start: datetime) -> None:
        """Another time; instances of a series get other ids by that."""
        self._change(handle, self._times(start))

    async def cancel(self, handle: str) -> None:
        """By its status."""
        self._change(handle, {"status": "cancelled"})

    async def uncancel(self, handle: str) -> None:
        """By its status."""
        self._change(handle, {"status": "confirmed"})

    async def delete(self, handle: str) -> None:
        """Gone."""
        self.peer.delete(handle, self.calendar)

    async def move_occurrence(self, handle: str, number: int, start: datetime) -> None:
        """It becomes an exception."""
        self._change(self.instance(handle, number), self._times(start))

    async def delete_occurrence(self, handle: str, number: int) -> None:
        """It becomes a cancelled exception."""
        self.peer.delete(self.instance(handle, number), self.calendar)

    async def titles(self, handle: str) -> list[str]:
        """Of what is in the calendar."""
        rows = self.peer.instances(self.calendar)
        return [row.get("summary", "") for row in rows if handle in (row["id"], row.get("recurringEventId"))]

    async def expire_cursors(self) -> None:
        """410 for every sync token so far."""
        self.peer.control.post("/cursors/expire", {"calendar": self.calendar})

    async def revoke(self) -> None:
        """On the page of connected apps; access tokens end as well."""
        self.peer.control.post("/revoke", {"user": self.user})

    async def fail(self, times: int, retry_after: timedelta | None = None) -> None:
        """503, or 429 with Retry-After."""
        if retry_after is None:
            self.peer.fail("unavailable", "/calendar/v3", times)
        else:
            seconds = f"{retry_after.total_seconds():.0f}"
            self.peer.fail("tooManyRequests", "/calendar/v3", times, retry_after=seconds)

    def instance(self, handle: str, number: int) -> str:
        """The id of an instance: it names the start by the rule."""
        series = self.peer.control.get(f"/calendars/{self.calendar}/events/{handle}")
        first = datetime.fromisoformat(series["start"]["dateTime"]).astimezone(self.zone)
        start = first + timedelta(weeks=number)  # on the wall clock
        return f"{handle}_{start.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M%SZ}"

    def _exceptions(self, handle: str) -> list[str]:
        mine = (row for row in self.peer.rows(self.calendar) if row.get("recurringEventId") == handle)
        return [row["id"] for row in mine if row["status"] != "cancelled"]

    def _change(self, handle: str, change: Json) -> None:
        self.peer.change(handle, change, self.calendar)

    def _times(self, start: datetime) -> Json:
        wall = start.astimezone(self.zone).replace(tzinfo=None)
        times = {"start": wall, "end": wall + _HOUR}
        return {name: {"dateTime": at.isoformat(), "timeZone": self.zone.key} for name, at in times.items()}
