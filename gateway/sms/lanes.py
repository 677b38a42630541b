"""Queue lanes: how fast each may go, and whether it goes at all."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from gateway.sms.tables import lane
from plans.words import MessageClass

_BURST = timedelta(seconds=1)


def lane_of(carrier: str, message_class: MessageClass) -> str:
    """The queue lane of a message: a slow carrier or a closed class never blocks another."""
    return f"{carrier}:{message_class}"


def allowance(connection: Connection, name: str, now: datetime, wanted: int) -> int:
    """How many messages of the lane may leave now, at most ``wanted``; they are counted as gone.

    The generic cell rate algorithm with a burst of one second: one row and one instant, shared by all processes.
    """
    row = connection.execute(select(lane).where(lane.c.lane == name).with_for_update()).one_or_none()
    if row is None:
        return wanted
    if row.paused:
        return 0
    if row.rate_per_s is None:
        return wanted
    start = max(row.spent_until or now, now - _BURST)
    allowed = max(0, min(wanted, int((now - start).total_seconds() * row.rate_per_s)))
    spent = start + timedelta(seconds=allowed / row.rate_per_s)
    connection.execute(update(lane).where(lane.c.lane == name).values(spent_until=spent))
    return allowed
