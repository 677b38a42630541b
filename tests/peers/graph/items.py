"""Events as Exchange keeps them: single ones and series, with what became of single occurrences.

Sources: https://learn.microsoft.com/graph/api/resources/event, https://learn.microsoft.com/graph/outlook-immutable-id;
iCalUId by [MS-OXCICAL] and the Global Object ID of [MS-OXOCAL], 2.2.1.27: it names the day of an occurrence, so that,
as the event's documentation says, it is different for each occurrence of a series.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tests.peers.graph.recurrence import rule_lines
from tests.peers.graph.zones import instant, wall, windows_name, zone_of
from tests.peers.stage.series import Series

Json = dict[str, Any]

_GLOBAL_OBJECT = "040000008200E00074C5B7101A82E008"


@dataclass(frozen=True)
class Occurrence:
    """One appointment: of a series, or the only one."""

    item: "Item"
    original: datetime  # its start by the rules, naive on the wall clock of the series
    fields: Json  # everything of the event, own changes included
    kind: str  # "singleInstance", "occurrence", "exception"

    @property
    def day(self) -> date | None:
        """Which one of the series, which has at most one a day."""
        return None if self.kind == "singleInstance" else self.original.date()

    @property
    def start(self) -> datetime:
        """When it begins."""
        return instant(self.fields["start"])

    @property
    def end(self) -> datetime:
        """When it ends."""
        return instant(self.fields["end"])


@dataclass(frozen=True)
class Item:
    """A version of an event or series."""

    number: int
    generation: int  # how often it was moved: the id that is no immutable one knows
    calendar_id: str
    created: datetime
    changed: datetime
    fields: Json
    exceptions: dict[date, Json] = field(default_factory=dict)  # own fields of changed occurrences
    deleted_days: frozenset[date] = frozenset()
    deleted: bool = False

    @property
    def is_series(self) -> bool:
        """Whether it recurs."""
        return bool(self.fields.get("recurrence"))

    @property
    def change_key(self) -> str:
        """Another one for every version."""
        return f"EZ9r3czxY0m2{int(self.changed.timestamp() * 1000):x}=="

    def series(self) -> Series:
        """Its rules."""
        zone = zone_of(self.fields["start"].get("timeZone", "UTC"))
        return Series(wall(self.fields["start"]), zone, rule_lines(self.fields["recurrence"]))

    def occurrences(self, after: datetime, before: datetime) -> Iterator[Occurrence]:
        """What lies in a window: whatever ends after its beginning and begins before its end."""
        for each in self._near(after, before):
            if each.end > after and each.start < before:
                yield each

    def occurrence(self, day: date) -> Occurrence | None:
        """The occurrence of a day by the rules, wherever it was moved."""
        series = self.series()
        start = datetime.combine(day, series.first.time())
        if day in self.deleted_days or not series.holds(start):
            return None
        return self._made(start)

    def single(self) -> Occurrence:
        """The only occurrence of what does not recur."""
        return Occurrence(self, wall(self.fields["start"]), self.fields, "singleInstance")

    def ical_uid(self, day: date | None) -> str:
        """The Global Object ID: with the day of an occurrence, or none."""
        stamp = f"{day.year:04X}{day.month:02X}{day.day:02X}" if day else "00000000"
        return f"{_GLOBAL_OBJECT}{stamp}{'00' * 16}{self.number:032X}"[:112]

    def _near(self, after: datetime, before: datetime) -> Iterator[Occurrence]:
        """Whatever lies in a window, and some that does not."""
        if not self.is_series:
            yield self.single()
            return
        length = instant(self.fields["end"]) - instant(self.fields["start"])
        regular = {start.date() for start in self.series().starts(after - length, before)}
        for day in sorted(regular | self.exceptions.keys()):
            if (found := self.occurrence(day)) is not None:
                yield found

    def _made(self, start: datetime) -> Occurrence:
        zone = self.fields["start"].get("timeZone", "UTC")
        length = wall(self.fields["end"]) - wall(self.fields["start"])
        times = {
            "start": {"dateTime": start.isoformat(), "timeZone": zone},
            "end": {"dateTime": (start + length).isoformat(), "timeZone": zone},
        }
        own = self.exceptions.get(start.date())
        fields = self.fields | {"recurrence": None} | times | (own or {})
        return Occurrence(self, start, fields, "occurrence" if own is None else "exception")


def item_id(item: Item, day: date | None, *, immutable: bool) -> str:
    """An id: opaque, case-sensitive, in need of quoting."""
    head = f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{item.number:08}"
    if not immutable:
        head = f"AAMkADlhYjZjZTQ5LTQxZWQ{item.generation:04}_{item.number:08}"
    return head + (f"Oc{day:%Y%m%d}" if day else "") + "AAA="


def parsed_id(name: str) -> tuple[int, int | None, date | None] | None:
    """Number, generation (None: an immutable id) and day of an id; None for what is no id."""
    body = name.removesuffix("AAA=")
    body, _, day = body.partition("Oc")
    try:
        parsed_day = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date() if day else None
        if body.startswith("AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"):
            return int(body[-8:]), None, parsed_day
        generation, number = body.removeprefix("AAMkADlhYjZjZTQ5LTQxZWQ").split("_")
        return int(number), int(generation), parsed_day
    except ValueError:
        return None


def named_in_windows(fields: Json) -> Json:
    """Where an event was written down, as Outlook names zones."""
    return {
        "originalStartTimeZone": windows_name(fields["start"].get("timeZone", "UTC")),
        "originalEndTimeZone": windows_name(fields["end"].get("timeZone", "UTC")),
    }
