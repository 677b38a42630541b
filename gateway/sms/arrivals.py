"""What waits to be understood, as SMS: parts are put together, or wait until all are there or none will come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from gateway.engine.queue import Claim, Queue
from gateway.sms.concatenation import Joined, join, whole
from gateway.sms.tables import inbound

INBOUND = Queue(inbound, key="inbound_id", order="inbound_id")

#: Parts of one sender that are looked at together, far more than an SMS has: nobody fills the memory with them.
_MOST_PARTS = 2_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """An SMS that somebody sent, all that will come of it."""

    inbound_id: int
    carrier: str
    sender: str
    recipient: str
    joined: Joined
    sent_at: datetime
    received_at: datetime
    rows: tuple[int, ...]  # the ids of what it was put together from


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came of a batch."""

    complete: tuple[Arrival, ...]
    waiting: tuple[tuple[Claim, datetime], ...]  # parts whose SMS is not all there, each with how long it waits


def gather(connection: Connection, claims: Sequence[Claim], now: datetime, patience: timedelta) -> Arrivals:
    """Put together what belongs together, of what was claimed and what waits beside it, and hold on to its rows.

    Two processes may have claimed parts of one SMS: whoever comes second waits here, and finds the rows gone.
    """
    ids = {each.row_id for each in claims}
    rows = _locked(connection, ids)
    complete, waiting = [_whole(each) for each in rows if each.piece_group is None], set[tuple[int, datetime]]()
    for parts in _groups(rows):
        if ids.isdisjoint({each.inbound_id for each in parts}):
            continue
        until = parts[0].received_at + patience
        joined, used = join(parts)
        if not joined.missing or until <= now:
            complete.append(_joined(joined, used))
            gone = {each.inbound_id for each in used}
            left = {each.inbound_id: each.received_at + patience for each in parts}
            waiting |= {(row_id, end) for row_id, end in left.items() if row_id not in gone}
        else:
            waiting |= {(each.inbound_id, until) for each in parts}
    by_id = dict(waiting)
    return Arrivals(
        tuple(sorted(complete, key=lambda each: each.inbound_id)),
        tuple((each, max(by_id[each.row_id], now)) for each in claims if each.row_id in by_id),
    )


def forget(connection: Connection, arrivals: Collection[Arrival]) -> None:
    """Take out what was understood."""
    ids = [row for each in arrivals for row in each.rows]
    if ids:
        connection.execute(delete(inbound).where(inbound.c.account_id == 0, inbound.c.inbound_id.in_(ids)))


def _locked(connection: Connection, ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows claimed and, where they are parts, all of their senders' parts; in order, so that nobody deadlocks."""
    row = inbound.c
    senders = select(row.sender).where(row.inbound_id.in_(ids), row.piece_group.is_not(None))
    beside = select(row.inbound_id).where(row.sender.in_(senders), row.piece_group.is_not(None))
    parts = connection.scalars(beside.order_by(row.inbound_id).limit(_MOST_PARTS))
    wanted = select(inbound).where(row.account_id == 0, row.inbound_id.in_({*ids, *parts}))
    return connection.execute(wanted.order_by(row.inbound_id).with_for_update()).all()


def _groups(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[list[Row[*tuple[Any, ...]]]]:
    found: dict[tuple[object, ...], list[Row[*tuple[Any, ...]]]] = {}
    for each in rows:
        if each.piece_group is not None:
            key = (each.carrier, each.sender, each.recipient, each.piece_group, each.piece_count)
            found.setdefault(key, []).append(each)
    return list(found.values())


def _whole(row: Row[*tuple[Any, ...]]) -> Arrival:
    return _arrival(row, whole(row.body), (row.inbound_id,))


def _joined(joined: Joined, used: Sequence[Row[*tuple[Any, ...]]]) -> Arrival:
    return _arrival(used[0], joined, tuple(each.inbound_id for each in used))


def _arrival(row: Row[*tuple[Any, ...]], joined: Joined, rows: tuple[int, ...]) -> Arrival:
    return Arrival(row.inbound_id, row.carrier, row.sender, row.recipient, joined, row.sent_at, row.received_at, rows)
