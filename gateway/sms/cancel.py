"""Taking a message back that has not left yet."""

from sqlalchemy import Connection, delete, select

from gateway.engine.database import Stamp
from gateway.sms.endings import Ending, OpenMessage, end
from gateway.sms.policy import Rules
from gateway.sms.tables import job, message
from gateway.sms.words import MessageState
from plans.words import Reason

_WAITING = (MessageState.QUEUED, MessageState.HELD)


def cancel(connection: Connection, stamp: Stamp, rules: Rules, message_id: int) -> bool:
    """Cancel a message that is queued or held and refund it; False where it has left, is leaving, or has ended.

    Taking the job away decides: whoever claims it at the same moment finds nothing to claim, or has it already.
    """
    row = message.c
    found = connection.execute(
        select(row.account_id, row.message_id, row.payer_id, row.origin, row.origin_id, row.notify).where(
            row.message_id == message_id, row.state.in_(_WAITING)
        )
    ).one_or_none()
    if found is None:
        return False
    unclaimed = delete(job).where(
        job.c.account_id == found.account_id, job.c.message_id == message_id, job.c.claimed_by.is_(None)
    )
    if not connection.execute(unclaimed).rowcount:
        return False
    end(connection, stamp, rules, [Ending(OpenMessage(*found), MessageState.CANCELLED, Reason.CANCELLED)])
    return True
