"""What would become of a message, and what it would cost: asked of the very functions that send it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.billing.caps import left_of
from gateway.billing.counter import agreements
from gateway.billing.funds import Funds
from gateway.billing.lots import open_lots
from gateway.sms.judgement import answer_to, judge
from gateway.sms.numbers import Number
from gateway.sms.policy import Composed, Rules
from gateway.sms.request import SmsRequest, Submission
from plans.lots import COUNTER, Draw, draw

_NO_MESSAGE = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What ``submit`` would answer now, and why."""

    answer: Submission  # state, reason, parts, units, held_until; its message_id means nothing
    number: Number | None  # None where the recipient is no number
    composed: Composed | None  # alphabet, parts with their text, replacements, STOP mention; None where it is refused
    draws: tuple[Draw, ...]  # what would be taken from which lot, or go on the counter
    credit_left: int  # units with which a message of this origin could still be paid afterwards


def preview(connection: Connection, now: datetime, rules: Rules, request: SmsRequest) -> Preview:
    """Judge, compose and price a request as ``submit`` would, and change nothing.

    Whether its key was seen before is not asked: a preview is about the message, not about who hands it in again.
    """
    (judged,) = judge(connection, now, rules, {_NO_MESSAGE: request})
    payer_id = judged.client.payer_id
    lots = open_lots(connection, {payer_id}, now)
    credit = sum(lot.units_left for lot in lots[payer_id] if draw([lot], 1, now, request.origin))
    caps = left_of(connection, {request.account_id} - {payer_id})
    credit = min(credit, caps.get(request.account_id, credit))
    funds = Funds(lots, agreements(connection, {payer_id}, now), caps)
    composed = judged.composed
    draws = funds.take(payer_id, request.account_id, composed.units, now, request.origin) if composed else None
    return Preview(
        answer=answer_to(judged, paid=draws is not None),
        number=judged.number,
        composed=composed,
        draws=draws or (),
        credit_left=credit - sum(each.units for each in draws or () if each.lot_id != COUNTER),
    )
