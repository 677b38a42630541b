"""The SMTP conversation: each command, what it may follow, and what it is answered (RFC 5321)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import ClassVar

from gateway.smtp import replies
from gateway.smtp.addresses import Misaddressed, RecipientAddress, RoleAddress, read_recipient
from gateway.smtp.author import header_from
from gateway.smtp.entrance import Entrance
from gateway.smtp.errand import Command, Errand, Outcome, Read
from gateway.smtp.input_buffer import Unread
from gateway.smtp.office import Office, note_incident, promise
from gateway.smtp.parameters import read_mail_parameters
from gateway.smtp.paths import Path, read_path
from gateway.smtp.reception import Admitted, Dialect, Envelope, Refusal
from plans.words import Reason

_UNREAD: Mapping[Unread, bytes] = {
    Unread.MAIL_TOO_BIG: replies.MAIL_TOO_BIG,
    Unread.NO_MEMORY: replies.STORAGE_FULL,
    Unread.MALFORMED: replies.MAIL_MALFORMED,
}

_AUTHOR_TO_CONFIRM = attrgetter("author_to_confirm")


@dataclass(slots=True)
class Transaction:
    """A mail between its MAIL command and its last byte."""

    mail_from: str
    smtp_utf8: bool
    named: int = 0  # recipients, whatever became of them
    recipients: list[Admitted] = field(default_factory=list)


class SmtpSession(Entrance):
    """A client that speaks SMTP."""

    __slots__ = ("_transaction",)

    dialect: ClassVar[Dialect] = Dialect.SMTP

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._transaction: Transaction | None = None

    def _in_mail(self) -> bool:
        return self._transaction is not None

    def _drop_mail(self) -> None:
        self._transaction = None

    def _greeting(self) -> bytes:
        return replies.greeting(self._office.domain, "ESMTP")

    # -- the mail

    def _begin_mail(self, argument: str) -> bytes:
        if not self._helo:
            return self._object(replies.SAY_HELLO_FIRST)
        if self._transaction is not None:
            return self._object(replies.MAIL_IN_MAIL)
        path = read_path(argument, "FROM:")
        return self._object(replies.SENDER_MALFORMED) if path is None else self._begin_from(path)

    def _begin_from(self, path: Path) -> bytes:
        parameters = read_mail_parameters(path.parameters, self._office.settings.max_mail_bytes)
        if isinstance(parameters, bytes):
            return self._object(parameters)
        if not path.raw.isascii() and not parameters.smtp_utf8:
            return self._object(replies.UTF8_NOT_ASKED)
        self._transaction = Transaction(path.raw, parameters.smtp_utf8)
        return replies.SENDER_OK

    def _add_recipient(self, argument: str) -> bytes | Errand:
        transaction = self._transaction
        if transaction is None:
            return self._object(replies.SAY_MAIL_FIRST)
        if transaction.named >= self._office.settings.max_recipients:
            return self._office.refusals(Reason.TOO_MANY_RECIPIENTS)
        transaction.named += 1
        recipient = self._recipient(argument, transaction)
        if isinstance(recipient, bytes):
            return recipient
        verdict = self._office.reception.admit(self._facts(), transaction.mail_from, recipient, transaction.recipients)
        if isinstance(verdict, (Admitted, Refusal)):  # a union would be made anew each time
            return self._admitted(transaction, verdict)
        return Errand(verdict, lambda outcome: self._admitted(transaction, outcome.result()))

    def _recipient(self, argument: str, transaction: Transaction) -> RecipientAddress | bytes:
        path = read_path(argument, "TO:")
        if path is None or not path.raw:
            return replies.RECIPIENT_MALFORMED
        if path.parameters:
            return replies.PARAMETER_UNKNOWN
        if not path.raw.isascii() and not transaction.smtp_utf8:
            return replies.UTF8_NOT_ASKED
        recipient = read_recipient(path, self._office.domain)
        if isinstance(recipient, Misaddressed):
            return self._office.refusals(recipient.reason, hint=recipient.hint)
        if isinstance(recipient, RoleAddress) and not self._may_write_to_roles():
            return self._office.refusals(Reason.ROLE_MAIL_LIMIT)
        return recipient

    def _may_write_to_roles(self) -> bool:
        """A client who is known may; of strangers, only so many."""
        stranger = None if self.dialect is Dialect.LMTP else self._address  # a front speaks for many
        return self._proof is not None or self._office.role_mail.take(stranger, self.loop.time())

    def _admitted(self, transaction: Transaction, verdict: Admitted | Refusal) -> bytes:
        if isinstance(verdict, Refusal):
            return self._office.refusals(*verdict)
        transaction.recipients.append(verdict)
        return replies.RECIPIENT_OK

    # -- its content

    def _take_mail(self, argument: str) -> bytes | Errand:
        transaction = self._transaction
        if argument:
            return self._object(replies.ARGUMENT_UNWANTED)
        if transaction is None:
            return self._object(replies.SAY_MAIL_FIRST)
        if not transaction.recipients:
            return replies.NO_RECIPIENTS
        self._transaction = None
        envelope = Envelope(self._facts(), transaction.mail_from, tuple(transaction.recipients), transaction.smtp_utf8)
        self._expect_mail(partial(self._receive, envelope))
        return replies.SEND_DATA

    def _receive(self, envelope: Envelope, raw: Read) -> bytes | Errand:
        """Keep what followed the 354, with one answer for each recipient."""
        recipients = len(envelope.recipients)
        if isinstance(raw, Unread):
            return self._tell([_UNREAD[raw]] * recipients)
        if any(map(_AUTHOR_TO_CONFIRM, envelope.recipients)):
            author = header_from(raw)
            if author != envelope.mail_from.lower():  # whom the recipients were admitted for
                return Errand(self._keep_confirmed(envelope, raw, author), partial(self._tell_all, recipients))
        self._keeping = True
        return Errand(self._office.commits.keep(envelope, raw), lambda kept: self._tell([promise(kept)] * recipients))

    def _tell_all(self, recipients: int, outcome: Outcome) -> bytes:
        try:
            answers = outcome.result()
        except Exception as error:  # noqa: BLE001 - each recipient is owed an answer, whatever breaks
            answers = [note_incident(error)] * recipients
        return self._tell(answers)

    async def _keep_confirmed(self, envelope: Envelope, raw: bytes, author: str | None) -> list[bytes]:
        """Keep the mail for those recipients whose account knows its author."""
        verdicts = self._together(await self._office.reception.confirm(envelope, author))
        confirmed = tuple(each for each, reason in zip(envelope.recipients, verdicts, strict=True) if reason is None)
        promised = await self._keep(envelope._replace(recipients=confirmed), raw) if confirmed else b""
        return [promised if reason is None else self._office.refusals(reason) for reason in verdicts]

    async def _keep(self, envelope: Envelope, raw: bytes) -> bytes:
        self._keeping = True
        kept = self._office.commits.keep(envelope, raw)
        await asyncio.wait([kept])
        return promise(kept)

    def _together(self, verdicts: Sequence[Reason | None]) -> Sequence[Reason | None]:
        """SMTP has one answer for the whole mail: one recipient refused now is all of them refused."""
        first = next((reason for reason in verdicts if reason is not None), None)
        return [first] * len(verdicts)

    def _tell(self, answers: list[bytes]) -> bytes:
        """The answers as the protocol tells them: SMTP says one, for all."""
        return answers[0]

    # -- the rest

    def _reset(self, argument: str) -> bytes:
        if argument:
            return self._object(replies.ARGUMENT_UNWANTED)
        self._transaction = None
        return replies.OK

    def _do_nothing(self, argument: str) -> bytes:
        del argument
        return replies.OK

    def _help(self, argument: str) -> bytes:
        del argument
        return replies.HELP

    def _verify(self, argument: str) -> bytes:
        return replies.NOT_VERIFIED if argument else self._object(replies.ARGUMENT_MISSING)

    def _expand(self, argument: str) -> bytes:
        del argument
        return self._object(replies.COMMAND_NOT_OFFERED)

    def _quit(self, argument: str) -> bytes:
        return self._object(replies.ARGUMENT_UNWANTED) if argument else self._leave(replies.BYE)

    commands: ClassVar[Mapping[bytes, Command]] = {
        b"HELO": Entrance.hello,
        b"EHLO": Entrance.extended_hello,
        b"STARTTLS": Entrance.start_tls,
        b"AUTH": Entrance.log_in,
        b"MAIL": _begin_mail,
        b"RCPT": _add_recipient,
        b"DATA": _take_mail,
        b"RSET": _reset,
        b"NOOP": _do_nothing,
        b"HELP": _help,
        b"VRFY": _verify,
        b"EXPN": _expand,
        b"QUIT": _quit,
    }
