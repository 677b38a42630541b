"""Mail put into the spool without a listener, and a mailer that does what a test says."""

from collections.abc import Sequence
from ipaddress import IPv4Address

from gateway.engine.database import Engine
from gateway.smtp.addresses import NumberAddress, Role, RoleAddress
from gateway.smtp.mailer import Letter, MailOutcome, Sent
from gateway.smtp.reception import Admitted, Dialect, Envelope, Peer, Proof, SessionFacts
from gateway.smtp.spool import NO_ACCOUNT, Spool
from tests.cast import Member


def mail(text: str = "See you at 10", message_id: str = "<1@clinic.example>", headers: str = "") -> bytes:
    """A plain mail as it comes off the wire."""
    head = f"From: staff@alice.example\r\nSubject: Hello\r\nMessage-ID: {message_id}\r\n{headers}"
    return f"{head}\r\n{text}\r\n".encode()


async def spooled(engine: Engine, member: Member, raw: bytes, *numbers: str) -> int:
    """Store a mail of a member to E.164 numbers, or to ``re-tag=number``, which answers a phone; its id."""
    session = SessionFacts(
        Peer(IPv4Address("127.0.0.1"), encrypted=False), Proof(member.account_id, "login"), Dialect.SMTP, "test"
    )
    recipients = tuple(
        Admitted(NumberAddress(raw, number, None, None), member.account_id, member.sender.sender_id, number, None)
        for each in numbers
        for raw, _, number in [each.rpartition("=") if "=" in each else (each, "", each)]
    )
    return await Spool(engine).store(Envelope(session, member.sender.value, recipients, smtp_utf8=False), raw)


async def spooled_for_postmaster(engine: Engine, raw: bytes) -> int:
    """Store a mail that a stranger wrote to postmaster; its id."""
    session = SessionFacts(Peer(IPv4Address("127.0.0.1"), encrypted=False), None, Dialect.SMTP, "test")
    role = Admitted(RoleAddress("postmaster@sms.localhost", Role.POSTMASTER), NO_ACCOUNT, None, None, None)
    return await Spool(engine).store(Envelope(session, "x@y.example", (role,), smtp_utf8=False), raw)


class ScriptedMailer:
    """A mailer that answers as told, then takes everything; what it took is in ``letters``."""

    def __init__(self, *answers: MailOutcome) -> None:
        self._answers = list(answers)
        self.letters: list[Letter] = []
        self.tried: list[Letter] = []  # those that did not leave, too

    async def send(self, letter: Letter) -> MailOutcome:
        """Give the next answer."""
        self.tried.append(letter)
        outcome = self._answers.pop(0) if self._answers else Sent()
        if isinstance(outcome, Sent):
            self.letters.append(letter)
        return outcome

    async def close(self) -> None:
        """Nothing is kept open."""

    def told(self) -> Sequence[str]:
        """Whom it wrote to, in order."""
        return [letter.envelope_to for letter in self.letters]
