"""How a message ends without being delivered: its state, its refund, and the news of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from gateway.accounts.words import Notify
from gateway.billing.refunds import Refund, refund
from gateway.engine.database import Stamp
from gateway.sms.changes import GIVEN, Change, of
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.policy import Rules
from gateway.sms.words import MessageState, News
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
    """How it ends: ``state`` is FAILED or CANCELLED."""

    message: OpenMessage
    state: MessageState
    reason: Reason
    carrier_code: str | None = None
    told: bool = False  # whoever wants to know has been told


_END = Change(state=GIVEN, reason=GIVEN, carrier_code=GIVEN, finished_at=GIVEN)


def end(connection: Connection, stamp: Stamp, rules: Rules, endings: Sequence[Ending]) -> None:
    """Record the end of messages that no carrier answered for, refund what is due, tell whoever wants to know."""
    if not endings:
        return
    _END(connection, [_ended(each, stamp) for each in endings])
    refund(
        connection,
        stamp,
        [
            Refund(each.message.payer_id, each.message.message_id, each.reason, each.message.account_id)
            for each in endings
            if is_refunded(each.reason, taken_by_carrier=False, silence_refunded=rules.credit.silence_refunded)
        ],
        rules.credit.refund_grace,
    )
    tell_failures(connection, stamp, [(each.message, each.reason) for each in endings if not each.told])


def tell_failures(connection: Connection, stamp: Stamp, failures: Sequence[tuple[OpenMessage, Reason]]) -> None:
    """Write down the news that messages did not go through, for those who want it."""
    enter_notices(
        connection,
        stamp,
        [
            Notice(each.account_id, each.origin, each.origin_id, News.FAILED, reason, each.message_id)
            for each, reason in failures
            if wants(each.notify, News.FAILED)
        ],
    )


def _ended(each: Ending, stamp: Stamp) -> dict[str, Any]:
    values = {"state": each.state, "reason": each.reason, "carrier_code": each.carrier_code, "finished_at": stamp.now}
    return of(each.message.account_id, each.message.message_id, **values)
