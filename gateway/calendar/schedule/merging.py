"""One SMS for several appointments of one number on the same day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that is due, or that is planned and could be brought forward."""

    row_id: int
    event: str
    offset: str
    recipient: str
    start_at: datetime
    due_at: datetime
    zone: ZoneInfo  # of the appointment

    @property
    def day(self) -> date:
        """The local day of the appointment."""
        return self.start_at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Together:
    """What one SMS says."""

    named: tuple[Due, ...]  # one of each appointment, in the order of their starts
    silent: tuple[Due, ...]  # the same appointments again, by rules that were meant for earlier


def merge(due: Iterable[Due], ahead: Iterable[Due] = ()) -> list[Together]:
    """Group what is due by number and day, and bring forward what is ``ahead`` of the same number, day and rule.

    Brought forward is only what would be due on a day before its appointment anyway: "2 hours before" is worth
    nothing in the morning. All are of one account and one wording; ``ahead`` may hold any of its planned reminders.
    """
    groups: dict[tuple[str, date], list[Due]] = defaultdict(list)
    for each in due:
        groups[each.recipient, each.day].append(each)
    rules = {key: {each.offset for each in members} for key, members in groups.items()}
    for each in ahead:
        if each.offset in rules.get((each.recipient, each.day), ()) and _by_day(each):
            groups[each.recipient, each.day].append(each)
    return [_together(members) for members in groups.values()]


def _by_day(each: Due) -> bool:
    return each.due_at.astimezone(each.zone).date() < each.day


def _together(members: Sequence[Due]) -> Together:
    named: dict[str, Due] = {}
    for each in sorted(members, key=lambda each: (each.due_at, each.row_id)):
        named[each.event] = each  # the last one stays
    kept = {each.row_id for each in named.values()}
    return Together(
        named=tuple(sorted(named.values(), key=lambda each: (each.start_at, each.row_id))),
        silent=tuple(each for each in members if each.row_id not in kept),
    )
