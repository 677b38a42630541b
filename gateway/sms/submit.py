"""The one door: every SMS, whoever asks, passes policy, price, charge and queue here, in one transaction."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from gateway.billing.charges import Bill, Charge, Charged, charge
from gateway.engine.bulk import BulkInsert, Row
from gateway.engine.database import Stamp
from gateway.engine.topics import wake_after
from gateway.engine.upsert import insert_in
from gateway.sms.circuits import closed_to_messages
from gateway.sms.clicks import enter_links
from gateway.sms.facts import SenderDay
from gateway.sms.intake import Key, first_answers, key_of, take_in
from gateway.sms.jobs import TOPIC as QUEUED
from gateway.sms.judgement import Judged, answer_to, judge
from gateway.sms.lanes import lane_of, newcomers_turns, turn_at
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.policy import Rules
from gateway.sms.replaced import keep_replaced
from gateway.sms.request import SmsRequest, Submission, storable
from gateway.sms.routes import best_routes, drawn
from gateway.sms.tables import daily_count, job, message
from gateway.sms.transliteration import Replacement
from gateway.sms.words import MessageState, News
from plans.stop import StopMention

_KEPT_OF_REFUSED = 1_000  # characters of a text that was never sent


def submit(connection: Connection, stamp: Stamp, rules: Rules, requests: Sequence[SmsRequest]) -> list[Submission]:
    """Take requests in; one answer each, in order.

    A request whose key was seen before gets its first answer and changes nothing. Every other one becomes a message,
    sent or refused, so that nothing vanishes; one that may be sent is charged and queued here and now.
    """
    keys = list(map(key_of, requests))
    fresh = take_in(connection, stamp, keys)
    by_id = {fresh[key]: request for key, request in zip(keys, requests, strict=True) if key in fresh}
    judged = judge(connection, stamp.now, rules, by_id)
    carriers = _carriers(rules, judged, closed_to_messages(connection, stamp.now))
    bill = charge(connection, stamp, _prices(connection, stamp, carriers, judged))
    settled = [_settle(each, carriers.get(each.message_id), bill.charged.get(each.message_id)) for each in judged]
    _store(connection, stamp, settled)
    _queue(connection, stamp, settled)
    _enter_links(connection, stamp.now, rules, settled)
    keep_replaced(connection, _replaced(settled))
    _count(connection, stamp, settled)
    enter_notices(connection, stamp, [*_refusals_and_holds(settled), *_low_credit(settled, bill)])
    first = first_answers(connection, set(keys) - fresh.keys())
    return _answers(keys, fresh, {each.answer.message_id: each.answer for each in settled}, first)


class _Settled(NamedTuple):
    """A judged request and what is answered, now that the money has spoken too."""

    judged: Judged
    carrier: str | None  # None where it is refused
    charged: Charged | None
    answer: Submission

    @property
    def lane(self) -> str:
        """The queue lane, where it has a carrier."""
        return lane_of(self.carrier or "", self.judged.request.message_class)


def _carriers(rules: Rules, judged: Sequence[Judged], closed: Collection[str]) -> dict[int, str]:
    """Who takes each of those that may be sent: a carrier that is well, or the one to wait for where none is."""
    carriers = {}
    best = cache(lambda journey: best_routes(rules.routes, journey, closed) or best_routes(rules.routes, journey, ()))
    for each in judged:
        if each.composed and each.terms:
            carriers[each.message_id] = drawn(best(each.terms.journey), each.message_id) or ""
    return carriers


def _prices(
    connection: Connection, stamp: Stamp, carriers: Mapping[int, str], judged: Sequence[Judged]
) -> list[Charge]:
    """What is to be paid for those that may be sent, and from which turn on each may leave."""
    lanes = {
        each.message_id: lane_of(carriers[each.message_id], each.request.message_class)
        for each in judged
        if each.message_id in carriers
    }
    turns = newcomers_turns(connection, set(lanes.values()), stamp.now)
    return [
        Charge(
            each.client.payer_id,
            each.message_id,
            composed.units,
            each.request.origin,
            turns[lanes[each.message_id]],
            each.request.account_id,
            each.number.destination,
        )
        for each in judged
        if (composed := each.composed) and each.number
    ]


def _settle(each: Judged, carrier: str | None, charged: Charged | None) -> _Settled:
    return _Settled(each, carrier, charged, answer_to(each, paid=charged is not None))


def _store(connection: Connection, stamp: Stamp, settled: Sequence[_Settled]) -> None:
    _STORE(connection, [_message(stamp, each) for each in settled])


_row = message.c
_STORE = BulkInsert(
    *(_row.account_id, _row.message_id, _row.payer_id, _row.origin, _row.origin_id, _row.sender_id),
    *(_row.message_class, _row.state, _row.reason, _row.recipient, _row.destination, _row.display),
    *(_row.body, _row.alphabet, _row.parts, _row.units, _row.lot_ids, _row.notify, _row.held_until),
    *(_row.carrier, _row.resent, _row.useless_after, _row.created_at, _row.finished_at),
)


def _message(stamp: Stamp, each: _Settled) -> Row:
    judged, request, charged, answer = each.judged, each.judged.request, each.charged, each.answer
    composed = judged.composed
    encoded = composed.encoded if composed else None
    return (
        request.account_id,
        judged.message_id,
        judged.client.payer_id,
        request.origin,
        request.origin_id,
        request.sender_id,
        request.message_class,
        answer.state,
        answer.reason,
        judged.number.e164 if judged.number else storable(request.recipient, 20),
        judged.number.destination if judged.number else None,
        composed.display if composed else request.display,
        encoded.text if encoded else storable(request.text, _KEPT_OF_REFUSED),
        encoded.alphabet if encoded else None,
        answer.parts,
        answer.units,
        [draw.lot_id for draw in charged.draws] if charged else [],
        request.notify,
        answer.held_until,
        each.carrier if charged else None,
        False,  # sent twice
        request.useless_after,
        stamp.now,
        stamp.now if answer.state is MessageState.REJECTED else None,
    )


_QUEUE = BulkInsert(
    *(job.c.account_id, job.c.message_id, job.c.lane, job.c.fair_tag, job.c.parked_until),
    *(job.c.claim_epoch, job.c.attempts),
)


def _queue(connection: Connection, stamp: Stamp, settled: Sequence[_Settled]) -> None:
    rows = []
    for each in settled:
        if each.charged:
            turn, until = _turn(each.charged.turn, each.answer.held_until, stamp.now), each.answer.held_until
            rows.append((each.judged.request.account_id, each.judged.message_id, each.lane, turn, until, 0, 0))
    if rows:
        _QUEUE(connection, rows)
        wake_after(connection, QUEUED)


def _enter_links(connection: Connection, now: datetime, rules: Rules, settled: Sequence[_Settled]) -> None:
    """Remember the STOP links that leave with messages."""
    if rules.links:
        links = {
            (each.judged.request.account_id, each.judged.number.e164)
            for each in settled
            if each.charged and each.judged.number and each.judged.composed
            if each.judged.composed.stop is StopMention.LINK
        }
        enter_links(connection, now, rules.links, links)


def _turn(turn: int, held_until: datetime | None, now: datetime) -> int:
    """A message that is held takes its turn when it is let go: on Monday, Saturday's do not go before all others."""
    return turn if held_until is None else turn + turn_at(held_until) - turn_at(now)


def _replaced(settled: Sequence[_Settled]) -> Iterator[tuple[int, int, Sequence[Replacement]]]:
    """What is shown in place of what was written, message by message: seldom anything."""
    for each in settled:
        if each.charged and each.judged.composed and (replaced := each.judged.composed.encoded.replacements):
            yield each.judged.request.account_id, each.judged.message_id, replaced


def _count(connection: Connection, stamp: Stamp, settled: Sequence[_Settled]) -> None:
    """Count what was accepted by sender and day; in order, or two batches would lock each other."""
    counted = [each.judged for each in settled if each.judged.request.sender_id and each.charged]
    clients = {each.client.account_id: each.client for each in counted}
    by_sender = Counter((each.client.account_id, each.request.sender_id) for each in counted)
    accepted = {
        SenderDay.of(clients[account_id], sender_id, stamp.now): messages
        for (account_id, sender_id), messages in by_sender.items()
    }
    rows = [
        {"account_id": day.account_id, "sender_id": day.sender_id, "day": day.day, "messages": accepted[day]}
        for day in sorted(accepted)
    ]
    if rows:
        connection.execute(_count_up(connection.dialect.name), rows)


@cache
def _count_up(dialect: str) -> Any:
    row = insert_in(dialect, daily_count)
    return row.on_conflict_do_update(
        index_elements=["account_id", "sender_id", "day"],
        set_={"messages": daily_count.c.messages + row.excluded.messages},
    )


_NEWS = {MessageState.REJECTED: News.REFUSED, MessageState.HELD: News.HELD}


def _refusals_and_holds(settled: Sequence[_Settled]) -> Iterator[Notice]:
    for each in settled:
        request, answer = each.judged.request, each.answer
        news = _NEWS.get(answer.state)
        if news and wants(request.notify, news):
            yield Notice(request.account_id, request.origin, request.origin_id, news, answer.reason, answer.message_id)


def _low_credit(settled: Sequence[_Settled], bill: Bill) -> Iterator[Notice]:
    """One notice where these very messages took a balance below its mark, to whoever sent the last of them."""
    last = {each.judged.client.payer_id: each.judged for each in settled if each.charged}
    for payer_id, each in last.items():
        before, after = bill.balances[payer_id]
        if after < each.client.low_credit_units <= before:
            yield Notice(each.request.account_id, each.request.origin, each.request.origin_id, News.LOW_CREDIT)


def _answers(
    keys: Sequence[Key],
    fresh: Mapping[Key, int],
    settled: Mapping[int, Submission],
    first: Mapping[Key, Submission],
) -> list[Submission]:
    """In the order of the requests; a key that comes twice in one batch is a replay the second time."""
    answered: set[Key] = set()
    answers = []
    for key in keys:
        answer = settled[fresh[key]] if key in fresh else first[key]
        answers.append(answer._replace(replayed=True) if key in answered else answer)
        answered.add(key)
    return answers
