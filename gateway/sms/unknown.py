"""What an operator decides about a message of which nobody knows whether it left."""

from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from gateway.engine.database import Stamp
from gateway.sms.endings import Ending, OpenMessage, end
from gateway.sms.policy import Rules
from gateway.sms.tables import job, message
from gateway.sms.words import MessageState
from plans.words import Reason


def send_again(connection: Connection, stamp: Stamp, message_id: int) -> bool:
    """Queue it once more, marked as sent twice; False where it is not in doubt, or is being handed over just now."""
    found = _in_doubt(connection, message_id)
    if found is None:
        return False
    ours = (job.c.account_id == found.account_id, job.c.message_id == message_id, job.c.claimed_by.is_(None))
    freed = update(job).where(*ours).values(parked_until=None, attempts=0, park_reason=None)
    if not connection.execute(freed).rowcount:
        return False
    these = (message.c.account_id == found.account_id, message.c.message_id == message_id)
    connection.execute(
        update(message).where(*these).values(state=MessageState.QUEUED, reason=None, resent=True, held_until=stamp.now)
    )
    return True


def give_up(connection: Connection, stamp: Stamp, rules: Rules, message_id: int) -> bool:
    """End it as not sent, refunded as the rules say; False where it is not in doubt, or is being handed over just now.

    Taking the job away decides, as in ``cancel``. Who was to get it again has not been told yet.
    """
    found = _in_doubt(connection, message_id)
    if found is None:
        return False
    ours = (job.c.account_id == found.account_id, job.c.message_id == message_id, job.c.claimed_by.is_(None))
    if not connection.execute(delete(job).where(*ours)).rowcount:
        return False
    told = found.resent or found.message_class not in rules.doubt.resend
    ending = Ending(OpenMessage(*found[:6]), MessageState.FAILED, Reason.CARRIER_SILENT, told=told)
    end(connection, stamp, rules, [ending])
    return True


def _in_doubt(connection: Connection, message_id: int) -> Row[*tuple[Any, ...]] | None:
    row = message.c
    return connection.execute(
        select(row.account_id, row.message_id, row.payer_id, row.origin, row.origin_id, row.notify)
        .add_columns(row.resent, row.message_class)
        .where(row.message_id == message_id, row.state == MessageState.UNKNOWN)
    ).one_or_none()
