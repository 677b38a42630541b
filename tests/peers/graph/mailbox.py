"""A mailbox: its calendars, and every event in all its versions, so that any earlier state can be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.peers.graph.answers import Refused
from tests.peers.graph.items import Item, named_in_windows, parsed_id
from tests.peers.graph.recurrence import rule_lines
from tests.peers.graph.zones import instant
from tests.peers.stage.clock import PeerClock

Json = dict[str, Any]

#: What makes an occurrence what it is: when one of these changes in a series, Outlook forgets its exceptions.
_PATTERN = ("start", "end", "recurrence", "isAllDay")

DEFAULTS: Json = {
    "subject": "",
    "body": {"contentType": "html", "content": ""},
    "location": {"displayName": ""},
    "isAllDay": False,
    "isCancelled": False,
    "attendees": [],
    "categories": [],
    "showAs": "busy",
    "sensitivity": "normal",
    "importance": "normal",
    "recurrence": None,
}


@dataclass
class Mailbox:
    """All that one user has."""

    user_id: str
    address: str
    clock: PeerClock
    calendars: dict[str, Json] = field(default_factory=dict)
    version: int = 0
    oldest_token: int = 0  # delta tokens of earlier versions have expired
    history: dict[int, list[tuple[int, Item]]] = field(default_factory=dict)
    under_way: int = 0  # requests at this moment

    def add_calendar(self, calendar_id: str, name: str, **more: Any) -> Json:
        """A new calendar; the first one is the default."""
        made = {
            "id": calendar_id,
            "name": name,
            "color": "auto",
            "hexColor": "",
            "isDefaultCalendar": not self.calendars,
            "changeKey": "DxYSthXJXEWwAQSYQnXvIgAAIxGttg==",
            "canShare": True,
            "canViewPrivateItems": True,
            "canEdit": True,
            "isTallyingResponses": True,
            "isRemovable": False,
            "owner": {"name": "Camille", "address": self.address},
        } | more
        self.calendars[calendar_id] = made
        return made

    def calendar_id(self, given: str | None) -> str:
        """The calendar of a path, the default one where none is named; ``Refused`` for an unknown one."""
        if given is None:
            return next(iter(self.calendars))
        if given not in self.calendars:
            raise Refused("ErrorItemNotFound")
        return given

    def at(self, number: int, version: int | None = None) -> Item | None:
        """An event as it was at a version of the mailbox, or as it is."""
        for written, item in reversed(self.history.get(number, [])):
            if version is None or written <= version:
                return item
        return None

    def items(self, calendar_id: str) -> list[Item]:
        """What is in a calendar now."""
        latest = (versions[-1][1] for versions in self.history.values())
        return [item for item in latest if item.calendar_id == calendar_id and not item.deleted]

    def changed_since(self, version: int) -> list[int]:
        """The numbers of whatever was written after a version."""
        return [number for number, versions in self.history.items() if versions[-1][0] > version]

    def find(self, name: str, *, deleted: bool = False) -> tuple[Item, date | None]:
        """The event, and the day of the occurrence, that an id stands for; ``Refused`` for one that is gone."""
        parsed = parsed_id(name)
        item = self.at(parsed[0]) if parsed else None
        if parsed is None or item is None or (item.deleted and not deleted):
            raise Refused("ErrorItemNotFound")
        _, generation, day = parsed
        if generation not in {None, item.generation} or (day and not deleted and item.occurrence(day) is None):
            raise Refused("ErrorItemNotFound")
        return item, day

    def create(self, calendar_id: str, given: Mapping[str, Any]) -> Item:
        """Write down a new event or series."""
        now = self.clock.tick()
        fields = _checked(DEFAULTS | dict(given))
        fields = named_in_windows(fields) | fields
        return self._keep(Item(len(self.history) + 1, 0, calendar_id, now, now, fields))

    def change(self, name: str, given: Mapping[str, Any]) -> Item:
        """Change an event, a series, or an occurrence, which becomes an exception."""
        item, day = self.find(name)
        if day is not None:
            own = item.exceptions.get(day, {}) | dict(given)
            return self._keep(replace(item, exceptions=item.exceptions | {day: own}, changed=self.clock.tick()))
        fields = _checked(item.fields | dict(given))
        if any(fields.get(name) != item.fields.get(name) for name in _PATTERN):
            item = replace(item, exceptions={}, deleted_days=frozenset())
            fields = fields | named_in_windows(fields)
        return self._keep(replace(item, fields=fields, changed=self.clock.tick()))

    def delete(self, name: str) -> Item:
        """Delete an event, a series, or an occurrence."""
        item, day = self.find(name)
        if day is not None:
            own = {each: fields for each, fields in item.exceptions.items() if each != day}
            item = replace(item, exceptions=own, deleted_days=item.deleted_days | {day})
        return self._keep(replace(item, deleted=day is None, changed=self.clock.tick()))

    def restore(self, name: str) -> Item:
        """Take something out of the deleted items: an id that is no immutable one is another one then."""
        item, day = self.find(name, deleted=True)
        days = item.deleted_days - {day} if day else item.deleted_days
        generation = item.generation + (day is None)
        kept = replace(item, deleted=False, deleted_days=days, generation=generation, changed=self.clock.tick())
        return self._keep(kept)

    def move(self, name: str, calendar_id: str) -> Item:
        """Put an event into another calendar."""
        item, _ = self.find(name)
        generation, now = item.generation + 1, self.clock.tick()
        return self._keep(replace(item, calendar_id=self.calendar_id(calendar_id), generation=generation, changed=now))

    def _keep(self, item: Item) -> Item:
        self.version += 1
        self.history.setdefault(item.number, []).append((self.version, item))
        return item


def _checked(fields: Json) -> Json:
    """An event that makes sense; ``Refused`` for another one."""
    if not fields.get("start") or not fields.get("end"):
        raise Refused("ErrorPropertyRequired", "Required property is missing: start or end.")
    if instant(fields["end"]) < instant(fields["start"]):
        raise Refused("ErrorCalendarEndDateIsEarlierThanStartDate", "The end lies before the start.")
    if fields.get("recurrence"):
        rule_lines(fields["recurrence"])
    return fields
