"""How a message ends without being delivered: its state, its refund, and the news of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, update

from gateway.accounts.words import Notify
from gateway.billing.refunds import Refund, refund
from gateway.engine.database import Stamp
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.policy import Rules
from gateway.sms.tables import message
from gateway.sms.words import FINAL, MessageState, News
from plans.refunds import is_refunded
from plans.words import Origin, Reason


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message under way, as far as its end is concerned."""

    account_id: int
    message_id: int
    payer_id: int
    origin: Origin
    origin_id: int
    notify: Notify


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ends: ``state`` is FAILED, CANCELLED or UNKNOWN."""

    message: OpenMessage
    state: MessageState
    reason: Reason
    carrier_code: str | None = None


_END = (
    update(message)
    .where(message.c.account_id == bindparam("of_account"), message.c.message_id == bindparam("of_message"))
    .values(
        state=bindparam("new_state"),
        reason=bindparam("why"),
        carrier_code=bindparam("raw_code"),
        finished_at=bindparam("done_at"),
    )
)


def end(connection: Connection, stamp: Stamp, rules: Rules, endings: Sequence[Ending]) -> None:
    """Record endings of messages that never reached the network, refund what is due, tell whoever wants to know."""
    if not endings:
        return
    connection.execute(
        _END,
        [
            {
                "of_account": each.message.account_id,
                "of_message": each.message.message_id,
                "new_state": each.state,
                "why": each.reason,
                "raw_code": each.carrier_code,
                "done_at": stamp.now if each.state in FINAL else None,
            }
            for each in endings
        ],
    )
    refund(
        connection,
        stamp,
        [
            Refund(each.message.payer_id, each.message.message_id, each.reason)
            for each in endings
            if is_refunded(each.reason, taken_by_carrier=False, silence_refunded=rules.credit.silence_refunded)
        ],
        rules.credit.refund_grace,
    )
    enter_notices(connection, stamp, [_notice(each) for each in endings if wants(each.message.notify, News.FAILED)])


def _notice(ending: Ending) -> Notice:
    told = ending.message
    return Notice(told.account_id, told.origin, told.origin_id, News.FAILED, ending.reason, told.message_id)
