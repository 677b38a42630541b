"""The one door: every SMS, whoever asks, passes policy, price, charge and queue here, in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert

from gateway.billing.charges import Bill, Charge, charge
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.sms.facts import SenderDay
from gateway.sms.intake import Key, first_answers, key_of, take_in
from gateway.sms.judgement import Judged, judge
from gateway.sms.lanes import lane_of
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.policy import Hold, Refuse, Rules
from gateway.sms.request import SmsRequest, Submission
from gateway.sms.tables import daily_count, job, message
from gateway.sms.words import MessageState, News
from plans.words import Reason


def submit(connection: Connection, stamp: Stamp, rules: Rules, requests: Sequence[SmsRequest]) -> list[Submission]:
    """Take requests in; one answer each, in order.

    A request whose key was seen before gets its first answer and changes nothing. Every other one becomes a message,
    sent or refused, so that nothing vanishes; one that may be sent is charged and queued here and now.
    """
    fresh = take_in(connection, stamp, requests)
    by_id = {fresh[key]: request for request in requests if (key := key_of(request)) in fresh}
    judged = judge(connection, stamp.now, rules, by_id)
    bill = charge(connection, stamp, [_price(each) for each in judged if each.composed])
    settled = {each.message_id: _settle(each, bill) for each in judged}
    _store(connection, [_row(stamp, rules, each, settled[each.message_id], bill) for each in judged])
    _queue(connection, rules, judged, settled, bill)
    _count(connection, stamp, judged, settled)
    enter_notices(connection, stamp, [*_refusals_and_holds(judged, settled), *_low_credit(judged, bill)])
    first = first_answers(connection, {key_of(request) for request in requests} - fresh.keys())
    return _answers(requests, fresh, settled, first)


def _price(each: Judged) -> Charge:
    assert each.composed is not None  # noqa: S101 - for the type checker; the caller asked for priced ones
    return Charge(each.client.payer_id, each.message_id, each.composed.units, each.request.origin)


def _settle(each: Judged, bill: Bill) -> Submission:
    """What is answered, now that the money has spoken too."""
    composed, parts = each.composed, 0
    if composed is None:
        reason = each.verdict.reason if isinstance(each.verdict, Refuse) else None
        return Submission(each.message_id, MessageState.REJECTED, reason, parts, 0, None)
    parts = len(composed.encoded.parts)
    if each.message_id not in bill.charged:
        return Submission(each.message_id, MessageState.REJECTED, Reason.NO_CREDIT, parts, 0, None)
    if isinstance(each.verdict, Hold):
        until, why = each.verdict.until, each.verdict.reason
        return Submission(each.message_id, MessageState.HELD, why, parts, composed.units, until)
    return Submission(each.message_id, MessageState.QUEUED, None, parts, composed.units, None)


def _store(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(message), rows)


def _row(stamp: Stamp, rules: Rules, each: Judged, answer: Submission, bill: Bill) -> dict[str, Any]:
    request, encoded = each.request, each.composed.encoded if each.composed else None
    charged = bill.charged.get(each.message_id)
    return {
        "account_id": request.account_id,
        "message_id": each.message_id,
        "payer_id": each.client.payer_id,
        "origin": request.origin,
        "origin_id": request.origin_id,
        "sender_id": request.sender_id,
        "message_class": request.message_class,
        "state": answer.state,
        "reason": answer.reason,
        "recipient": each.number.e164 if each.number else request.recipient[:20],
        "destination": each.number.destination if each.number else None,
        "display": request.display,
        "body": encoded.text if encoded else request.text,
        "alphabet": encoded.alphabet if encoded else None,
        "parts": answer.parts,
        "units": answer.units,
        "lot_ids": [draw.lot_id for draw in charged.draws] if charged else [],
        "notify": request.notify,
        "held_until": answer.held_until,
        "carrier": rules.carrier if charged else None,
        "created_at": stamp.now,
        "finished_at": stamp.now if answer.state is MessageState.REJECTED else None,
    }


def _queue(
    connection: Connection, rules: Rules, judged: Sequence[Judged], settled: Mapping[int, Submission], bill: Bill
) -> None:
    rows = [
        {
            "account_id": each.request.account_id,
            "message_id": each.message_id,
            "lane": lane_of(rules.carrier, each.request.message_class),
            "fair_tag": bill.charged[each.message_id].fair_tag,
            "parked_until": settled[each.message_id].held_until,
        }
        for each in judged
        if each.message_id in bill.charged
    ]
    if rows:
        connection.execute(insert(job), rows)


def _count(connection: Connection, stamp: Stamp, judged: Sequence[Judged], settled: Mapping[int, Submission]) -> None:
    accepted = Counter(
        SenderDay.of(each.client, each.request.sender_id, stamp.now)
        for each in judged
        if each.request.sender_id and settled[each.message_id].state is not MessageState.REJECTED
    )
    rows = [
        {"account_id": day.account_id, "sender_id": day.sender_id, "day": day.day, "messages": messages}
        for day, messages in sorted(accepted.items(), key=lambda item: (item[0].account_id, item[0].sender_id))
    ]
    if rows:
        counted = insert_or(connection, daily_count)
        connection.execute(
            counted.on_conflict_do_update(
                index_elements=["account_id", "sender_id", "day"],
                set_={"messages": daily_count.c.messages + counted.excluded.messages},
            ),
            rows,
        )


_NEWS = {MessageState.REJECTED: News.REFUSED, MessageState.HELD: News.HELD}


def _refusals_and_holds(judged: Sequence[Judged], settled: Mapping[int, Submission]) -> list[Notice]:
    told = []
    for each in judged:
        answer, request = settled[each.message_id], each.request
        news = _NEWS.get(answer.state)
        if news and wants(request.notify, news):
            told.append(
                Notice(request.account_id, request.origin, request.origin_id, news, answer.reason, each.message_id)
            )
    return told


def _low_credit(judged: Sequence[Judged], bill: Bill) -> list[Notice]:
    """One notice where these very messages took a balance below its mark, to whoever sent the last of them."""
    last = {each.client.payer_id: each for each in judged if each.message_id in bill.charged}
    return [
        Notice(each.request.account_id, each.request.origin, each.request.origin_id, News.LOW_CREDIT)
        for payer_id, each in last.items()
        for before, after in [bill.balances[payer_id]]
        if after < each.client.low_credit_units <= before
    ]


def _answers(
    requests: Sequence[SmsRequest],
    fresh: Mapping[Key, int],
    settled: Mapping[int, Submission],
    first: Mapping[Key, Submission],
) -> list[Submission]:
    answered: set[Key] = set()
    answers = []
    for request in requests:
        key = key_of(request)
        answer = settled[fresh[key]] if key in fresh else first[key]
        answers.append(replace(answer, replayed=True) if key in answered else answer)
        answered.add(key)
    return answers
