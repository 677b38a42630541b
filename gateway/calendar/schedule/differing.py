"""What has to change in the ledger, so that it holds what is desired: pure, and nothing to do when asked again.

What was sent stays as it is. A move changes the row that is there, so that its key keeps one reminder from becoming
two; a row that was not sent is revived when nothing forbids it any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.calendar.schedule.rows import Cancel, Change, Existing, Insert, Keep, Planned, Update
from gateway.calendar.words import ReminderState
from plans.words import Reason

#: Stands between the name of a rule and the new start, in the name of a reminder that is sent again after a move.
_MOVED = ">"

_OPEN = frozenset({ReminderState.PLANNED, ReminderState.WAITING})

#: Why planning itself leaves rows unsent; what was refused for any other reason was judged at the door, for good.
_PLANNING = frozenset(
    {
        Reason.NO_NUMBER,
        Reason.NUMBER_AMBIGUOUS,
        Reason.NUMBER_INVALID,
        Reason.NUMBER_LANDLINE,
        Reason.NUMBER_NOT_MOBILE,
        Reason.REMINDER_DECLINED,
        Reason.EVENT_CANCELLED,
        Reason.EVENT_DECLINED,
        Reason.EVENT_TENTATIVE,
        Reason.EVENT_GONE,
        Reason.EVENT_MOVED,
        Reason.RULE_REMOVED,
        Reason.TOO_LATE,
        Reason.BOOKED_LATE,
        Reason.QUIET_HOURS,
        Reason.DUPLICATE,
        Reason.ALREADY_ANSWERED,
        Reason.OPTED_OUT,  # at the door, too: START undoes it
        Reason.CALENDAR_OFF,
    }
)

#: Of these, the time that goes by only makes one more.
_TIMELY = frozenset({Reason.BOOKED_LATE, Reason.QUIET_HOURS, Reason.DUPLICATE, Reason.EVENT_MOVED})


def diff(
    existing: Iterable[Existing], wanted: Iterable[Planned], now: datetime, gone: Reason = Reason.RULE_REMOVED
) -> list[Change]:
    """The changes that turn the existing rows of some events into what is wanted of them; ``gone`` is for the rest.

    ``wanted`` is what ``desired`` says of the same events, and nothing of an event that is gone. One event or thousands
    at once, in time proportional to their rows.
    """
    rows: dict[tuple[str, str], list[Existing]] = defaultdict(list)
    for row in existing:
        rows[row.event, rule_of(row.offset)].append(row)
    changes: list[Change] = []
    for each in wanted:
        changes += _of_one_rule(rows.pop((each.event, each.offset), []), each, now)
    for left in rows.values():
        changes += (_drop(row, gone) for row in left)
    return changes


def _of_one_rule(rows: Sequence[Existing], wanted: Planned, now: datetime) -> list[Change]:
    """The changes to the rows of one rule and one event; there is rarely more than one."""
    told = [row for row in rows if _told(row) and (wanted.recipient in {"", row.recipient})]
    if any(row.start_at == wanted.start_at for row in told):
        return [_drop(row, wanted.reason or Reason.EVENT_MOVED) for row in rows]
    if told:
        wanted = _once_more(rows, wanted, now)
    row = _row_for(rows, wanted)
    change = Insert(wanted) if row is None else _fit(row, wanted, now)
    return [change, *(_drop(other, Reason.DUPLICATE) for other in rows if other is not row)]


def _once_more(rows: Iterable[Existing], wanted: Planned, now: datetime) -> Planned:
    """What is wanted of a rule whose reminder was sent for another start: only what is still to come, and if asked."""
    offset = f"{wanted.offset}{_MOVED}{_named(wanted.start_at)}"
    under_way = any(row.offset == offset and row.state in _OPEN for row in rows)
    useful = wanted.again and (under_way or wanted.due_at > now)
    return replace(wanted, offset=offset, reason=wanted.reason or (None if useful else Reason.EVENT_MOVED))


def _named(start: datetime) -> str:
    """A start in the name of a rule: to the minute, and exactly where it has seconds, or two would share a name."""
    rest = f"{start:%S%f}".rstrip("0")
    return f"{start:%Y%m%dT%H%M}{rest}Z"


def _row_for(rows: Iterable[Existing], wanted: Planned) -> Existing | None:
    """The row to fit: the very one, or else one that may become it, for preference one that is still open."""
    key = (wanted.recipient, wanted.offset)
    fitting = [row for row in rows if not _told(row) and (not _judged(row) or (row.recipient, row.offset) == key)]
    return min(
        fitting, key=lambda row: ((row.recipient, row.offset) != key, row.state not in _OPEN, row.row_id), default=None
    )


def _fit(row: Existing, wanted: Planned, now: datetime) -> Change:
    same = (row.start_at, row.recipient, row.offset) == (wanted.start_at, wanted.recipient, wanted.offset)
    if wanted.reason is None:
        return Keep(row.row_id) if _stands(row, wanted, now, same=same) else Update(row.row_id, wanted)
    if row.state in _OPEN:
        return Cancel(row.row_id, wanted.reason) if same else Update(row.row_id, wanted)
    better = wanted.reason is Reason.TOO_LATE and row.reason in _TIMELY
    if _judged(row) or (same and (better or row.reason is wanted.reason)):
        return Keep(row.row_id)
    return Update(row.row_id, wanted)


def _stands(row: Existing, wanted: Planned, now: datetime, *, same: bool) -> bool:
    """Whether a row may stay as it is, though a reminder is wanted."""
    if row.state is ReminderState.PLANNED:
        return same and row.due_at == wanted.due_at
    if row.state is ReminderState.WAITING:
        return same and wanted.due_at <= now  # its own due time is when it is tried again
    return _judged(row) and (same or wanted.due_at <= now)


def _drop(row: Existing, reason: Reason) -> Change:
    return Cancel(row.row_id, reason) if row.state in _OPEN else Keep(row.row_id)


def _told(row: Existing) -> bool:
    """Whether the client was told of the appointment; in the reminder of another one, it may be."""
    return row.reason is Reason.MERGED or row.state not in _OPEN | {ReminderState.NOT_SENT}


def _judged(row: Existing) -> bool:
    """Whether it was refused when it was due: for want of credit, say. Only another start makes it worth a try."""
    return row.state is ReminderState.NOT_SENT and row.reason not in _PLANNING


def tells_move(offset: str) -> bool:
    """Whether an offset of the ledger is that of a reminder that tells a new time of what was told before."""
    return _MOVED in offset


def rule_of(offset: str) -> str:
    """The rule that an offset of the ledger is about, whether or not it was told before of another start."""
    return offset.partition(_MOVED)[0]
