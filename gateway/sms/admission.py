"""What can be said of a recipient before there is a text: for many recipients at once, in four reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.accounts.authorisations import opened_for
from gateway.accounts.recognition import RecognisedSender
from gateway.billing.lots import spendable
from gateway.sms.facts import Client, SenderDay, client_of, opted_out, sent_today
from gateway.sms.numbers import Number, NumberProblem, parse
from gateway.sms.policy import Record, Request, Rules, admission, compose
from plans.words import LotKind, MessageClass, Reason


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
    asked = _understood(connection, now, rules, questions)
    stopped = opted_out(
        connection,
        {(each.client.account_id, each.number.e164) for each in asked if isinstance(each.number, Number)},
    )
    sent = sent_today(connection, {each.day for each in asked if each.question.asker.sender.daily_cap is not None})
    credit = spendable(connection, {each.client.payer_id for each in asked}, now, frozenset(LotKind))
    return [_answer(each, rules, stopped, sent, credit) for each in asked]


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    client: Client
    number: Number | NumberProblem
    day: SenderDay


def _understood(connection: Connection, now: datetime, rules: Rules, questions: Sequence[Question]) -> list[_Asked]:
    opened = opened_for(connection, [each.asker.client for each in questions])
    asked = []
    for each in questions:
        account = each.asker.client
        client = client_of(account, account.state, opened[account.account_id])
        number = parse(each.recipient, account.country, sandbox=rules.sandbox)
        asked.append(_Asked(each, client, number, SenderDay.of(client, each.asker.sender.sender_id, now)))
    return asked


def _answer(
    each: _Asked,
    rules: Rules,
    stopped: set[tuple[int, str]],
    sent: Mapping[SenderDay, int],
    credit: Mapping[int, int],
) -> Number | Reason:
    question, client, number = each.question, each.client, each.number
    if isinstance(number, NumberProblem):
        return number.reason
    record = Record(
        opted_out=(client.account_id, number.e164) in stopped,
        sent_today=sent.get(each.day, 0) + question.promised,
        daily_cap=question.asker.sender.daily_cap,
    )
    if reason := admission(number, client.standing, record, rules):
        return reason
    if credit[client.payer_id] < question.promised + _least_price(question, client, number, rules):
        return Reason.NO_CREDIT
    return number


def _least_price(question: Question, client: Client, number: Number, rules: Rules) -> int:
    """What the shortest message to this number costs, in units."""
    sender = question.asker.sender
    shortest = Request(number, question.message_class or sender.default_class, "", sender.encoding, sender.max_parts)
    return compose(shortest, client.standing, rules).units
