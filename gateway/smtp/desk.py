"""The reception over the database: what the listener asks is answered from accounts, credit and opt-outs."""

import asyncio
from collections.abc import Awaitable, Sequence
from itertools import accumulate
from time import monotonic
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.accounts import passwords, recognition
from gateway.accounts.recognition import RecognisedSender
from gateway.engine.database import Engine
from gateway.sms import admission
from gateway.sms.numbers import Number
from gateway.sms.policy import Rules
from gateway.smtp.addresses import NumberAddress, RecipientAddress, ReplyAddress
from gateway.smtp.automatic import automatic_sender
from gateway.smtp.reception import Admitted, Asker, Envelope, Peer, Proof, Refusal, SessionFacts
from gateway.smtp.reply_addresses import ReplyAddresses
from gateway.smtp.spool import NO_ACCOUNT, Spool
from plans.words import Reason


class _Asked(NamedTuple):
    """One recipient of one mail, as the unit of work gets it."""

    asker: Asker
    mail_from: str
    recipient: NumberAddress
    promised: int  # recipients of the same mail, before this one

    @property
    def sender(self) -> recognition.Question:
        return _question(self.asker, self.mail_from, self.recipient)


#: For so long an answer about a recipient may be given again: a burst asks the same over and over. What is said at RCPT
#: is a look ahead in any case; ``submit`` decides on what is true then.
LATELY_S = 0.2
_MOST_KEPT = 10_000


class Desk:
    """Answers the listener. Each question of many sessions shares one read with those that wait beside it."""

    def __init__(self, engine: Engine, rules: Rules, reply_addresses: ReplyAddresses) -> None:
        self._engine = engine
        self._spool = Spool(engine)
        self._rules = rules
        self._reply_addresses = reply_addresses
        self.expect_more = engine.expect_more
        self._lately: dict[_Asked, tuple[float, Admitted | Refusal]] = {}  # with the moment until which it holds

    async def authenticate(self, login: str, password: str, peer: Peer) -> Proof | None:
        """Check an app password."""
        del peer
        found = await self._engine.read(lambda connection: passwords.verify(connection, login, password))
        return Proof(found[0], login) if found else None

    def admit(
        self, session: SessionFacts, mail_from: str, recipient: RecipientAddress, already: Sequence[Admitted]
    ) -> Admitted | Refusal | Awaitable[Admitted | Refusal]:
        """Decide on one recipient; a role address is open to everybody, a number only to a proven sender."""
        if isinstance(recipient, ReplyAddress):
            meant = self._meant_by(recipient)
            return self.admit(session, mail_from, meant, already) if meant else _NOT_OURS
        if not isinstance(recipient, NumberAddress):
            return Admitted(recipient, NO_ACCOUNT, None, None, None)
        promised = len([each for each in already if each.e164 is not None])
        asked = _Asked(session.asker, mail_from, recipient, promised)
        until, answer = self._lately.get(asked, _NEVER)
        if monotonic() < until:
            return answer
        return _AUTOMATIC if automatic_sender(mail_from) else self._engine.read_each(self._answer, asked)

    def _meant_by(self, address: ReplyAddress) -> NumberAddress | None:
        of = self._reply_addresses.read(address.tag, self._engine.clock.now())
        return NumberAddress(address.raw, of.phone, None, None, of.account_id) if of else None

    async def confirm(self, envelope: Envelope, author: str | None) -> Sequence[Reason | None]:
        """Whether the From header, too, belongs to a sender of the account that each recipient was admitted for."""
        asker = envelope.session.asker
        questions = [_question(asker, author or "", each.recipient) for each in envelope.recipients]
        answers = await self._engine.read_each(_recognise_all, questions)
        return [
            None if _confirms(each, answer) else Reason.SENDER_UNPROVEN
            for each, answer in zip(envelope.recipients, answers, strict=True)
        ]

    def store(self, envelope: Envelope, raw: bytes) -> "asyncio.Future[int]":
        """Put the mail on disk."""
        return self._spool.store(envelope, raw)

    def _answer(self, connection: Connection, asked: Sequence[_Asked]) -> list[Admitted | Refusal]:
        """A unit for many recipients at once: what several sessions ask alike is answered once."""
        distinct = list(dict.fromkeys(asked))
        answers = dict(zip(distinct, self._decide(connection, distinct), strict=True))
        if len(self._lately) > _MOST_KEPT:
            self._lately.clear()
        until = monotonic() + LATELY_S
        self._lately.update((each, (until, answer)) for each, answer in answers.items())
        return [answers[each] for each in asked]

    def _decide(self, connection: Connection, asked: Sequence[_Asked]) -> list[Admitted | Refusal]:
        """First who asks, then whether they may."""
        senders = [each.sender for each in asked]
        distinct = list(dict.fromkeys(senders))
        recognised = dict(zip(distinct, recognition.recognise(connection, distinct), strict=True))
        askers = [recognised[sender] for sender in senders]
        known = [(each, asker) for each, asker in zip(asked, askers, strict=True) if not isinstance(asker, Reason)]
        questions = [
            admission.Question(asker, each.recipient.number_text, each.recipient.message_class, each.promised)
            for each, asker in known
        ]
        numbers = iter(admission.admit(connection, self._engine.clock.now(), self._rules, questions))
        return [
            Refusal(asker) if isinstance(asker, Reason) else _admitted(each, asker, next(numbers))
            for each, asker in zip(asked, askers, strict=True)
        ]


_NOT_OURS, _AUTOMATIC = Refusal(Reason.REPLY_ADDRESS_INVALID), Refusal(Reason.AUTOMATIC_MAIL)
_NEVER = (0.0, Refusal(Reason.SENDER_UNKNOWN))


def _recognise_all(
    connection: Connection, asked: Sequence[Sequence[recognition.Question]]
) -> list[Sequence[RecognisedSender | Reason]]:
    """A unit for the authors of many mails at once, each asked for by all recipients of its mail."""
    answers = recognition.recognise(connection, [question for of_mail in asked for question in of_mail])
    ends = list(accumulate(map(len, asked)))
    return [answers[end - len(of_mail) : end] for end, of_mail in zip(ends, asked, strict=True)]


def _admitted(asked: _Asked, asker: RecognisedSender, number: Number | Reason) -> Admitted | Refusal:
    if isinstance(number, Reason):
        return Refusal(number, asker.client.language)
    return Admitted(
        asked.recipient,
        asker.client.account_id,
        asker.sender.sender_id,
        number.e164,
        asked.recipient.message_class,
        author_to_confirm=asked.asker.account_id is None and not asked.asker.vouched,
    )


def _question(asker: Asker, mail_from: str, recipient: RecipientAddress) -> recognition.Question:
    number = recipient if isinstance(recipient, NumberAddress) else None
    return recognition.Question(
        account_id=asker.account_id,
        peer_address=asker.peer_address,
        mail_from=mail_from,
        slug=number.account_slug if number else None,
        wanted_id=number.account_id if number else None,
        vouched=asker.vouched,
    )


def _confirms(admitted: Admitted, answer: RecognisedSender | Reason) -> bool:
    if not admitted.author_to_confirm:
        return True
    return isinstance(answer, RecognisedSender) and answer.client.account_id == admitted.account_id
