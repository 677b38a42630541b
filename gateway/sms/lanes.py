"""Queue lanes: how fast each may go, whether it goes at all, and where a newcomer joins."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sqlalchemy import Connection, bindparam, func, select, update

from gateway.engine.prepared import Prepared
from gateway.engine.upsert import insert_or
from gateway.sms.tables import job, lane
from plans.words import MessageClass

_BURST = timedelta(seconds=1)
_SLACK = 1e-3  # of a message: instants are kept to the microsecond, and the last one must not cost a whole message
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache  # there are few
def lane_of(carrier: str, message_class: MessageClass) -> str:
    """The queue lane of a message: a slow carrier or a closed class never blocks another."""
    return f"{carrier}:{message_class}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages of a lane may leave now; those that do are taken off with ``spend``."""

    lane: str
    messages: int
    rate_per_s: float | None = None  # None: as fast as the carrier takes them
    unspent_since: datetime | None = None  # the rate is used up to this instant


_OF_LANE = Prepared(select(lane).where(lane.c.lane == bindparam("of_lane")).with_for_update())


def allowance(connection: Connection, name: str, now: datetime, wanted: int) -> Allowance:
    """How many messages of the lane may leave now, at most ``wanted``; the lane is locked until the end.

    The generic cell rate algorithm: one row and one instant, shared by all processes. Unused rate is kept for a second,
    which is how often a lane is asked at the least, and for the message that it has begun to bring.
    """
    row = next(iter(_OF_LANE(connection, {"of_lane": name})), None)
    if row is None or (row.rate_per_s is None and not row.paused):
        return Allowance(name, wanted)
    if row.paused:
        return Allowance(name, 0)
    earliest = now - _BURST - _time_for(1, row.rate_per_s)
    since = max(row.spent_until or earliest, earliest)
    saved = int((now - since).total_seconds() * row.rate_per_s + _SLACK)
    return Allowance(name, max(0, min(wanted, saved)), row.rate_per_s, since)


def spend(connection: Connection, allowed: Allowance, messages: int) -> None:
    """Count messages as gone."""
    if messages and allowed.rate_per_s and allowed.unspent_since:
        spent = allowed.unspent_since + _time_for(messages, allowed.rate_per_s)
        connection.execute(update(lane).where(lane.c.lane == allowed.lane).values(spent_until=spent))


def set_lane(connection: Connection, name: str, *, rate_per_s: float | None, paused: bool) -> None:
    """Set how fast a lane goes (None: as fast as the carrier takes them), and whether it goes at all."""
    row = insert_or(connection, lane).values(lane=name, rate_per_s=rate_per_s, paused=paused)
    connection.execute(
        row.on_conflict_do_update(index_elements=["lane"], set_={"rate_per_s": rate_per_s, "paused": paused})
    )


_FIRST = select(func.min(job.c.fair_tag)).where(job.c.lane == bindparam("of_lane"), job.c.parked_until.is_(None))


def newcomers_turns(connection: Connection, names: Collection[str], now: datetime) -> dict[str, int]:
    """The turn (microseconds since 1970) at which a newcomer joins each lane.

    It is now, or the turn of the first message waiting where the lane lags behind the clock: a newcomer shares with
    those who wait, and does not queue up behind them.
    """
    clock = turn_at(now)
    first = {name: connection.scalar(_FIRST, {"of_lane": name}) for name in names}
    return {name: clock if turn is None else min(turn, clock) for name, turn in first.items()}


def turn_at(instant: datetime) -> int:
    """An instant as a turn: microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def _time_for(messages: int, rate_per_s: float) -> timedelta:
    return timedelta(seconds=messages / rate_per_s)
