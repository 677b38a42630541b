"""Every STOP and START as a row, for the room that planned messages to that phone before it came."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from gateway.engine.database import Stamp
from gateway.engine.queue import Claim, Queue
from gateway.engine.topics import wake_after
from gateway.sms.tables import suppression_change

STOP_CHANGES = Queue(suppression_change, key="change_id", order="change_id")

#: Woken when somebody said STOP or START.
TOPIC = "suppression_change"


def enter(connection: Connection, stamp: Stamp, account_id: int, recipient: str) -> None:
    """Note that an account may write to a recipient (E.164) again, or no more."""
    row = {"account_id": account_id, "change_id": stamp.new_id(), "recipient": recipient}
    connection.execute(suppression_change.insert().values(row))
    wake_after(connection, TOPIC)


def claim_changes(
    connection: Connection, *, worker: int, now: datetime, lease: timedelta, limit: int
) -> tuple[list[Claim], set[tuple[int, str]]]:
    """Take what waits, the oldest first; the claims, and whom they are about: account and recipient."""
    claims = STOP_CHANGES.claim(connection, worker=worker, now=now, lease=lease, limit=limit)
    return claims, _about(connection, claims) if claims else set()


def _about(connection: Connection, claims: Sequence[Claim]) -> set[tuple[int, str]]:
    row = suppression_change.c
    found = select(row.account_id, row.recipient).where(
        row.account_id.in_({each.account_id for each in claims}), row.change_id.in_([each.row_id for each in claims])
    )
    return {(account_id, recipient) for account_id, recipient in connection.execute(found)}
