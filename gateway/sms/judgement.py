"""From a batch of requests to a verdict on each: the facts are read together, the policy judges one by one."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.sms.facts import Client, SenderDay, clients, opted_out, sent_today, voice_of
from gateway.sms.numbers import Line, Number, NumberProblem, parse
from gateway.sms.policy import Composed, Hold, Record, Refuse, Request, Rules, Terms, Verdict, decide, terms_of
from gateway.sms.repetition import Key, lately
from gateway.sms.request import LONGEST_TEXT, SmsRequest, Submission, storable
from gateway.sms.words import MessageState
from plans.words import MessageClass, Reason


class Judged(NamedTuple):
    """A request with the verdict on it."""

    message_id: int
    request: SmsRequest
    client: Client
    number: Number | None
    verdict: Verdict
    terms: Terms | None  # None where the recipient is no number
    composed: Composed | None  # text, parts and price, where it may be sent


def judge(connection: Connection, now: datetime, rules: Rules, requests: Mapping[int, SmsRequest]) -> list[Judged]:
    """Judge requests, by the id of the message to be; ``KeyError`` for an account that does not exist."""
    known = clients(connection, {request.account_id for request in requests.values()})
    numbers = _numbers(rules, requests, known)
    mobiles = {(requests[each].account_id, found.e164) for each, found in numbers.items() if isinstance(found, Number)}
    stopped = opted_out(connection, mobiles)
    days = _capped_days(requests, known, now)
    sent = Counter(sent_today(connection, set(days.values())))
    recent = lately(connection, now, _watched(requests, numbers))
    judged, terms = [], _TermsByKind(rules, now)
    for message_id, request in requests.items():
        client, number, day = known[request.account_id], numbers[message_id], days.get(message_id)
        if isinstance(number, NumberProblem):
            judged.append(Judged(message_id, request, client, None, Refuse(number.reason), None, None))
            continue
        silent = stopped.silence(request.account_id, number.e164, voice_of(request.origin, request.sender_id))
        key, pause = (request.account_id, number.e164), request.repeat_min
        said = recent.texts(key, pause) if pause else ()
        record = Record(silent, sent[day] if day else 0, request.daily_cap, said)
        asked = _asked(request, number)
        of_kind = terms.of(asked, client)
        verdict = decide(asked, record, of_kind, now)
        composed = None if isinstance(verdict, Refuse) else verdict.composed
        if day and composed:
            sent[day] += 1
        if recent.said and composed:
            recent.note(key, composed.encoded.text)
        judged.append(Judged(message_id, request, client, number, verdict, of_kind, composed))
    return judged


def _watched(
    requests: Mapping[int, SmsRequest], numbers: Mapping[int, Number | NumberProblem]
) -> Iterator[tuple[Key, int]]:
    """To whom nothing is to be said twice within so many minutes."""
    for message_id, request in requests.items():
        if request.repeat_min and isinstance(number := numbers[message_id], Number):
            yield (request.account_id, number.e164), request.repeat_min


def _numbers(
    rules: Rules, requests: Mapping[int, SmsRequest], known: Mapping[int, Client]
) -> dict[int, Number | NumberProblem]:
    """Whom each request is for, as its client writes numbers."""
    return {
        message_id: request.known
        or parse(request.recipient, known[request.account_id].standing.country, sandbox=rules.sandbox)
        for message_id, request in requests.items()
    }


def _capped_days(
    requests: Mapping[int, SmsRequest], known: Mapping[int, Client], now: datetime
) -> dict[int, SenderDay]:
    """The day by which each request counts whose sender may send so many a day."""
    return {
        message_id: SenderDay.of(known[request.account_id], request.sender_id, now)
        for message_id, request in requests.items()
        if request.daily_cap is not None
    }


@dataclass(frozen=True, slots=True)
class _TermsByKind:
    """The terms of a batch: a thousand messages of a client are judged by the same few."""

    rules: Rules
    now: datetime
    known: dict[tuple[int, str, Line, MessageClass, str | None], Terms] = field(default_factory=dict)

    def of(self, asked: Request, client: Client) -> Terms:
        number = asked.number
        kind = (client.account_id, number.destination, number.line, asked.message_class, asked.display)
        terms = self.known.get(kind)
        if terms is None:
            terms = self.known[kind] = terms_of(asked, client.standing, self.rules, self.now)
        return terms


def answer_to(each: Judged, *, paid: bool) -> Submission:
    """What is answered to a judged request, now that the money has spoken too."""
    verdict = each.verdict
    if isinstance(verdict, Refuse):
        return Submission(each.message_id, MessageState.REJECTED, verdict.reason, 0, 0, None)
    parts, units = len(verdict.composed.encoded.parts), verdict.composed.units
    if not paid:
        return Submission(each.message_id, MessageState.REJECTED, Reason.NO_CREDIT, parts, 0, None)
    if isinstance(verdict, Hold):
        return Submission(each.message_id, MessageState.HELD, verdict.reason, parts, units, verdict.until)
    return Submission(each.message_id, MessageState.QUEUED, None, parts, units, None)


def _asked(request: SmsRequest, number: Number) -> Request:
    text = storable(request.text, LONGEST_TEXT)
    return Request(number, request.message_class, text, request.encoding, request.max_parts, request.display)
