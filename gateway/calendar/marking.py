"""Answers that are to be marked in the titles of their events: rows of work, and on the event what became of it.

The row names what is wanted now: a later answer takes the place of an earlier one that nobody has written yet, and
whoever is about to write that finds its row gone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from gateway.calendar.calendars import Calendar, Key
from gateway.calendar.reminders import DueReminder
from gateway.calendar.tables import calendar, event, event_mark
from gateway.calendar.words import Answer, MarkState
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim, Queue

MARKS = Queue(event_mark, key="mark_id", order="mark_id")

#: Woken when there is something to mark.
TOPIC = "event_mark"

_Row = Row[*tuple[Any, ...]]

_A_DAY = timedelta(hours=25)  # the longest, at the end of summer time
_STANDING = (MarkState.WAITING, MarkState.MARKED)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that is to be written."""

    claim: Claim
    calendar: Key
    connection_id: int
    event_id: int
    remote_id: str
    starts_at: datetime
    answer: Answer | None  # None: it is to be taken off

    @property
    def connection(self) -> tuple[int, int]:
        """By which its calendar is written."""
        return self.claim.account_id, self.connection_id


def want_marks(
    connection: Connection,
    stamp: Stamp,
    answered: Sequence[DueReminder],
    known: Mapping[Key, Calendar],
    answer: Answer,
) -> None:
    """Have the events of reminders that were answered marked, where their calendars are to be written to.

    Whoever answers after the event was moved means the time that the SMS told: that says nothing of the new one.
    """
    told = {each.event_id: each for each in answered if known[each.calendar].settings.write_back}
    if not told:
        return
    account_id = answered[0].account_id
    found = _events(connection, account_id, event.c.event_id.in_(sorted(told)))
    moved = [each.event_id for each in found if not _starts_then(each, told[each.event_id].start_at)]
    standing = [each for each in found if each.event_id not in moved]
    gone = sorted(told.keys() - {each.event_id for each in found})
    _note(connection, account_id, gone, mark=answer, mark_state=MarkState.GONE)
    _note(connection, account_id, moved, mark=answer, mark_state=MarkState.MOVED)
    _enter(connection, stamp, account_id, standing, answer)


def take_off(connection: Connection, stamp: Stamp, of: Calendar) -> None:
    """Have the marks taken off the events of a calendar that start at another time than the one answered to."""
    row = event.c
    marked = (row.mark.is_not(None), row.mark_state.in_(_STANDING), row.mark_start != row.starts_at)
    if of.settings.write_back:
        found = _events(connection, of.account_id, row.calendar_id == of.calendar_id, *marked)
        _enter(connection, stamp, of.account_id, found, None)


def held_marks(connection: Connection, claims: Collection[Claim]) -> list[Mark]:
    """What is to be written, of those claims that still hold."""
    row, of, by_id = event_mark.c, event.c, {each.row_id: each for each in claims}
    found = connection.execute(
        select(row.mark_id, row.claimed_by, row.claim_epoch, row.answer, row.event_id, row.account_id, row.calendar_id)
        .add_columns(of.remote_id, of.starts_at, calendar.c.connection_id)
        .join(event, and_(of.account_id == row.account_id, of.event_id == row.event_id))
        .join(calendar, and_(calendar.c.account_id == row.account_id, calendar.c.calendar_id == row.calendar_id))
        .where(row.account_id.in_({each.account_id for each in claims}), row.mark_id.in_(sorted(by_id)))
        .order_by(row.mark_id)
    )
    return [
        _mark(each, by_id[each.mark_id])
        for each in found
        if (each.claimed_by, each.claim_epoch) == (by_id[each.mark_id].worker, by_id[each.mark_id].epoch)
    ]


def end(connection: Connection, mark: Mark, state: MarkState) -> bool:
    """Write down on the event what became of its mark; False where another answer took its place meanwhile."""
    if not MARKS.finish(connection, [mark.claim]):
        return False
    _note(connection, mark.claim.account_id, [mark.event_id], mark_state=state)
    return True


def end_all(connection: Connection, of: Key, state: MarkState) -> None:
    """Write nothing any more of what waits to be marked in a calendar."""
    row = event_mark.c
    waiting = delete(event_mark).where(row.account_id == of[0], row.calendar_id == of[1]).returning(row.event_id)
    _note(connection, of[0], list(connection.scalars(waiting)), mark_state=state)


def _events(connection: Connection, account_id: int, *where: ColumnElement[bool]) -> Sequence[_Row]:
    row = event.c
    there = select(row.event_id, row.calendar_id, row.starts_at, row.all_day).where(row.gone_at.is_(None))
    return connection.execute(there.where(row.account_id == account_id, *where)).all()


def _starts_then(row: _Row, start_at: datetime) -> bool:
    """Whether an event starts when an SMS said; one that lasts all day at any hour of its day."""
    later = start_at - row.starts_at
    return timedelta() <= later < _A_DAY if row.all_day else not later


def _enter(
    connection: Connection, stamp: Stamp, account_id: int, events: Sequence[_Row], answer: Answer | None
) -> None:
    if not events:
        return
    row, ids = event_mark.c, [each.event_id for each in events]
    connection.execute(delete(event_mark).where(row.account_id == account_id, row.event_id.in_(ids)))
    new = [
        {
            "account_id": account_id,
            "mark_id": stamp.new_id(),
            "calendar_id": each.calendar_id,
            "event_id": each.event_id,
            "answer": answer,
        }
        for each in events
    ]
    connection.execute(insert(event_mark), new)
    _note(connection, account_id, ids, mark=answer, mark_state=MarkState.WAITING, mark_start=event.c.starts_at)


def _note(connection: Connection, account_id: int, ids: Sequence[int], **values: Any) -> None:
    if ids:
        these = (event.c.account_id == account_id, event.c.event_id.in_(ids))
        connection.execute(update(event).where(*these).values(**values))


def _mark(row: _Row, claim: Claim) -> Mark:
    return Mark(
        claim,
        (row.account_id, row.calendar_id),
        row.connection_id,
        row.event_id,
        row.remote_id,
        row.starts_at,
        row.answer,
    )
