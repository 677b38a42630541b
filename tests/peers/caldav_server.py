"""A calendar on Radicale in the hands of its owner: see ``tests/calendar/server.py``.

Clients reach it through a gate, which can be shut as no setting of Radicale does: by CalDAV at ``url``, or at the same
address as a file that is published.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from tests.peers.radicale import PASSWORD, USER, Radicale
from tests.peers.stage.gate import Gate, gate_before

_HOUR = timedelta(hours=1)
_STAMP = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

_names = count(1)


@dataclass(frozen=True)
class _Written:
    """An event or series as its owner sees it."""

    title: str
    start: datetime
    location: str
    description: str
    weeks: int
    cancelled: bool = False
    sequence: int = 0
    moved: dict[int, datetime] = field(default_factory=dict)
    deleted: frozenset[int] = frozenset()


@dataclass
class CalDavServer:
    """One calendar."""

    radicale: Radicale
    gate: Gate
    folder: Path  # where Radicale keeps it
    name: str
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    _events: dict[str, _Written] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """For clients, who sign in as ``radicale.USER``."""
        return f"{self.gate.url}/{USER}/{self.name}/"

    def publish(self) -> str:
        """The address under which everybody who knows it reads the calendar as a file."""
        self.gate.signs_in = (USER, PASSWORD)
        return self.url

    async def create(
        self, title: str, start: datetime, *, location: str = "", description: str = "", weeks: int = 0
    ) -> str:
        """The handle is the UID."""
        handle = f"event-{next(_names)}"
        self._keep(handle, _Written(title, start.astimezone(self.zone), location, description, weeks))
        return handle

    async def edit(self, handle: str, *, title: str | None = None, description: str | None = None) -> None:
        """Other texts."""
        texts = {"title": title, "description": description}
        before = self._events[handle]
        now = {name: getattr(before, name) if text is None else text for name, text in texts.items()}
        self._keep(handle, replace(before, title=now["title"], description=now["description"]))

    async def move(self, handle: str, start: datetime) -> None:
        """Another time; the exceptions of a series are forgotten, as their RECURRENCE-ID would name nothing."""
        at = start.astimezone(self.zone)
        self._keep(handle, replace(self._events[handle], start=at, moved={}, deleted=frozenset()))

    async def cancel(self, handle: str) -> None:
        """By its status."""
        self._keep(handle, replace(self._events[handle], cancelled=True))

    async def uncancel(self, handle: str) -> None:
        """By its status."""
        self._keep(handle, replace(self._events[handle], cancelled=False))

    async def delete(self, handle: str) -> None:
        """Gone."""
        del self._events[handle]
        self.radicale.delete(self.name, handle)

    async def move_occurrence(self, handle: str, number: int, start: datetime) -> None:
        """By an exception with RECURRENCE-ID."""
        before = self._events[handle]
        self._keep(handle, replace(before, moved=before.moved | {number: start.astimezone(self.zone)}))

    async def delete_occurrence(self, handle: str, number: int) -> None:
        """By EXDATE."""
        before = self._events[handle]
        self._keep(handle, replace(before, deleted=before.deleted | {number}))

    async def titles(self, handle: str) -> list[str]:
        """As the server keeps them, not as they were put in."""
        kept = Calendar.from_ical(self.radicale.get(self.name, handle))
        found = recurring_ical_events.of(kept).between((2025, 1, 1), (2029, 1, 1))
        return [str(each.get("SUMMARY", "")) for each in sorted(found, key=lambda each: each["DTSTART"].dt)]

    async def expire_cursors(self) -> None:
        """Radicale forgets the states that its sync tokens name; a published file has no cursor to expire."""
        shutil.rmtree(self.folder / ".Radicale.cache" / "sync-token", ignore_errors=True)

    async def revoke(self) -> None:
        """Another password."""
        self.gate.shut = 401

    async def fail(self, times: int, retry_after: timedelta | None = None) -> None:
        """503, or 429 with Retry-After."""
        refusal = (503, None) if retry_after is None else (429, f"{retry_after.total_seconds():.0f}")
        self.gate.refusals += [refusal] * times

    def _keep(self, handle: str, written: _Written) -> None:
        written = replace(written, sequence=written.sequence + 1)
        self._events[handle] = written
        calendar = Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//tests//owner//")
        for component in self._components(handle, written):
            calendar.add_component(component)
        calendar.add_missing_timezones()
        self.radicale.put(self.name, handle, calendar.to_ical())

    def _components(self, handle: str, written: _Written) -> Iterator[Event]:
        main = self._component(handle, written, written.start)
        if written.weeks:
            main.add("rrule", {"freq": "weekly", "count": written.weeks})
            for number in sorted(written.deleted):
                main.add("exdate", written.start + timedelta(weeks=number))
        yield main
        for number, start in written.moved.items():
            if number not in written.deleted:
                exception = self._component(handle, written, start)
                exception.add("recurrence-id", written.start + timedelta(weeks=number))
                yield exception

    def _component(self, handle: str, written: _Written, start: datetime) -> Event:
        made = Event()
        made.add("uid", handle)
        made.add("dtstamp", _STAMP)
        made.add("dtstart", start)
        made.add("dtend", start + _HOUR)
        made.add("sequence", written.sequence)
        made.add("status", "CANCELLED" if written.cancelled else "CONFIRMED")
        for name in ("summary", "location", "description"):
            text = written.title if name == "summary" else getattr(written, name)
            if text:
                made.add(name, text)
        return made


@contextmanager
def caldav_calendar(radicale: Radicale) -> Iterator[CalDavServer]:
    """A new, empty calendar behind a gate of its own."""
    name = f"calendar-{next(_names)}"
    radicale.make_calendar(name, "Rendez-vous")
    with gate_before(f"http://127.0.0.1:{radicale.port}") as gate:
        yield CalDavServer(radicale, gate, radicale.folder / "collection-root" / USER / name, name)
