"""What can be said of a recipient before there is a text: for many recipients at once, in a few reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.accounts.authorisations import opened_for
from gateway.accounts.recognition import RecognisedSender
from gateway.billing.lots import spendable
from gateway.sms.facts import Client, SenderDay, Stops, client_of, opted_out, sent_today, voice_of
from gateway.sms.numbers import Number, NumberProblem, parse
from gateway.sms.policy import Record, Request, Rules, admission, compose, terms_of
from plans.words import LotKind, MessageClass, Origin, Reason


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a sender may write to a recipient."""

    asker: RecognisedSender
    recipient: str  # as written; read in the account's country
    message_class: MessageClass | None = None  # None takes the sender's own
    promised: int = 0  # how many other recipients of the same mail this sender was already promised


def admit(connection: Connection, now: datetime, rules: Rules, questions: Sequence[Question]) -> list[Number | Reason]:
    """One answer per question, in order: the number to write to, or why not.

    Only a look: nothing is counted or charged, and ``submit`` decides again. The credit must cover the least that
    this message can cost, and one unit for each that was promised.
    """
    asked = _understood(connection, rules, questions)
    stopped = opted_out(
        connection,
        {(each.client.account_id, each.number.e164) for each in asked if isinstance(each.number, Number)},
    )
    days = {
        each.sender_id: SenderDay.of(each.client, each.sender_id, now) for each in asked if each.daily_cap is not None
    }
    counted = sent_today(connection, set(days.values()))
    sent = {sender_id: counted.get(day, 0) for sender_id, day in days.items()}
    credit = spendable(connection, {each.client.payer_id for each in asked}, now, frozenset(LotKind))
    return [_answer(each, rules, stopped, sent.get(each.sender_id, 0), credit, now=now) for each in asked]


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    client: Client
    number: Number | NumberProblem

    @property
    def sender_id(self) -> int:
        return self.question.asker.sender.sender_id

    @property
    def daily_cap(self) -> int | None:
        return self.question.asker.sender.daily_cap


def _understood(connection: Connection, rules: Rules, questions: Sequence[Question]) -> list[_Asked]:
    numbers = [parse(each.recipient, each.asker.client.country, sandbox=rules.sandbox) for each in questions]
    accounts = {each.asker.client.account_id: each.asker.client for each in questions}
    abroad = {
        each.asker.client.account_id
        for each, number in zip(questions, numbers, strict=True)
        if isinstance(number, Number) and number.destination != each.asker.client.country
    }
    opened = opened_for(connection, [accounts[each] for each in abroad]) if abroad else {}
    clients = {
        account_id: client_of(account, account.state, opened.get(account_id, {}))
        for account_id, account in accounts.items()
    }
    return [
        _Asked(each, clients[each.asker.client.account_id], number)
        for each, number in zip(questions, numbers, strict=True)
    ]


def _answer(
    each: _Asked,
    rules: Rules,
    stopped: Stops,
    sent: int,
    credit: Mapping[int, int],
    *,
    now: datetime,
) -> Number | Reason:
    question, client, number = each.question, each.client, each.number
    if isinstance(number, NumberProblem):
        return number.reason
    record = Record(
        opted_out=stopped.silence(client.account_id, number.e164, voice_of(Origin.EMAIL, each.sender_id)),
        sent_today=sent + question.promised,
        daily_cap=each.daily_cap,
    )
    shortest = _shortest(question, number)
    terms = terms_of(shortest, client.standing, rules, now)
    if reason := admission(record, terms) or terms.unfit:
        return reason
    if credit[client.payer_id] < question.promised + compose(shortest, terms).units:
        return Reason.NO_CREDIT
    return number


def _shortest(question: Question, number: Number) -> Request:
    """The message to this number that costs the least."""
    sender = question.asker.sender
    message_class = question.message_class or sender.default_class
    return Request(number, message_class, "", sender.encoding, sender.max_parts, sender.display)
