"""Numbers that take no SMS any more: what is sent to them is paid for and never delivered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, exists, func, or_, select

from gateway.accounts import clients
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import Reason

MOST = 1_000  # lines of one list

#: After so many failures with no delivery since; one may be a phone that was off.
FAILURES = 2

#: A carrier who says this is believed at once.
_OUT_OF_USE = (Reason.NUMBER_INVALID, Reason.NUMBER_NOT_MOBILE)

#: The network took the message and gave up; any other failure says nothing about the number.
_UNDELIVERED = (Reason.NOT_DELIVERED, Reason.VALIDITY_EXPIRED)


@dataclass(frozen=True, slots=True)
class DeadNumber:
    """A number to which nothing was delivered lately."""

    to: str  # E.164
    failures: int  # since the last delivery, or ever
    since: datetime  # the first of them ended
    last_at: datetime
    reason: Reason  # of the last
    code: str | None  # the carrier's own, of the last


def listing(connection: Connection, *, account: str, failures: int = FAILURES) -> list[DeadNumber]:
    """The dead numbers of an account, the latest to fail first, at most ``MOST``.

    Dead is what a carrier called out of use, or failed ``failures`` times in the network; a delivery brings it back.
    """
    client = clients.find(connection, account)
    row, later = message.c, message.alias("later").c
    delivered_since = exists().where(
        later.recipient == row.recipient,
        later.message_id > row.message_id,
        later.account_id == client.account_id,
        later.state == MessageState.DELIVERED,
    )
    certain = func.max(case((row.reason.in_(_OUT_OF_USE), 1), else_=0))
    failed = (
        select(row.recipient, func.count().label("failures"), func.min(row.finished_at).label("since"))
        .add_columns(func.max(row.message_id).label("last_id"))
        .where(row.account_id == client.account_id, row.state.in_([MessageState.FAILED, MessageState.EXPIRED]))
        .where(row.reason.in_([*_OUT_OF_USE, *_UNDELIVERED]), ~delivered_since)
        .group_by(row.recipient)
        .having(or_(func.count() >= failures, certain == 1))
        .subquery("failed")
    )
    found = connection.execute(
        select(failed.c.recipient, failed.c.failures, failed.c.since, row.finished_at, row.reason, row.carrier_code)
        .join(failed, failed.c.last_id == row.message_id)
        .where(row.account_id == client.account_id)
        .order_by(row.message_id.desc())
        .limit(MOST)
    )
    return [DeadNumber(*each) for each in found]
