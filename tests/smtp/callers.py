"""What the listener's tests stand on: a reception that remembers, and a client that speaks raw bytes."""

import asyncio
import base64
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.smtp.addresses import NumberAddress, RecipientAddress
from gateway.smtp.reception import Admitted, Envelope, Peer, Proof, Refusal, SessionFacts
from gateway.wording import Language
from plans.words import MessageClass, Reason

PASSWORD = "open sesame"


def worded(reason: Reason, language: Language) -> str:
    """The words of a refusal, for those whom only its reason concerns."""
    del language
    return f"<{reason}>"


def base64_of(text: str) -> bytes:
    """A text as AUTH has it."""
    return base64.b64encode(text.encode())


@dataclass
class FakeReception:
    """Says yes to all but what a test forbids, and keeps in memory what it is given.

    ``refused`` maps a number as written to the reason that refuses it; ``unconfirmed`` maps it to the reason given
    after DATA. ``storing`` is cleared to hold mails at the disk. ``failure`` is raised by the next calls.
    """

    refused: dict[str, Reason] = field(default_factory=dict)
    unconfirmed: dict[str, Reason] = field(default_factory=dict)
    stored: list[tuple[Envelope, bytes]] = field(default_factory=list)
    seen: list[tuple[SessionFacts, str, RecipientAddress]] = field(default_factory=list)
    authors: list[str | None] = field(default_factory=list)
    failure: Exception | None = None
    by_address_alone: bool = False
    storing: asyncio.Event = field(default_factory=asyncio.Event)
    at_the_disk: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.storing.set()

    def expect_more(self) -> None:
        """Nothing waits for company here."""

    async def authenticate(self, login: str, password: str, peer: Peer) -> Proof | None:
        """One password opens, for anybody."""
        del peer
        self._fail()
        return Proof(7, login) if password == PASSWORD else None

    async def admit(
        self, session: SessionFacts, mail_from: str, recipient: RecipientAddress, already: Sequence[Admitted]
    ) -> Admitted | Refusal:
        """Admit what is not ``refused``."""
        del already
        self._fail()
        self.seen.append((session, mail_from, recipient))
        if not isinstance(recipient, NumberAddress):
            return Admitted(recipient, 0, None, None, None)
        if recipient.number_text in self.refused:
            return Refusal(self.refused[recipient.number_text])
        return Admitted(recipient, 7, 1, recipient.number_text, MessageClass.ALERT, self.by_address_alone)

    async def confirm(self, envelope: Envelope, author: str | None) -> Sequence[Reason | None]:
        """Confirm what is not ``unconfirmed``."""
        self.authors.append(author)
        return [self.unconfirmed.get(each.e164 or "") for each in envelope.recipients]

    def store(self, envelope: Envelope, raw: bytes) -> asyncio.Future[int]:
        """Keep the mail once ``storing`` is set."""
        return asyncio.ensure_future(self._store(envelope, raw))

    async def _store(self, envelope: Envelope, raw: bytes) -> int:
        self.at_the_disk.set()
        await self.storing.wait()
        self._fail()
        self.stored.append((envelope, raw))
        return len(self.stored)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class Caller:
    """A client on a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def at(cls, port: int, tls: ssl.SSLContext | None = None) -> "Caller":
        """Call at a port; the greeting is not read yet."""
        name = "localhost" if tls else None
        return cls(*await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name))

    def send(self, *lines: bytes) -> None:
        """Send lines, each with its CRLF, in one piece."""
        self.writer.write(b"".join(line + b"\r\n" for line in lines))

    async def reply(self) -> str:
        """The next reply, its lines joined by a line feed, without their ends; empty when the server hung up."""
        lines = []
        while line := (await asyncio.wait_for(self.reader.readline(), 10)).decode("ascii"):
            lines.append(line.removesuffix("\r\n"))
            if line[3:4] == " ":
                break
        return "\n".join(lines)

    async def say(self, *lines: bytes) -> list[str]:
        """Send lines together and read as many replies."""
        self.send(*lines)
        return [await self.reply() for _ in lines]

    async def greet(self, hello: bytes = b"EHLO client.test") -> str:
        """Read the greeting and say hello; what the server answers."""
        await self.reply()
        (answer,) = await self.say(hello)
        return answer

    async def open_mail(self, *numbers: bytes) -> list[str]:
        """Name a sender and recipients."""
        return await self.say(
            b"MAIL FROM:<staff@client.test>", *(b"RCPT TO:<" + number + b"@sms.test>" for number in numbers)
        )

    async def mail(self, content: bytes = b"Subject: x\r\n\r\nhello") -> str:
        """Send a whole mail to one number; the answer after the dot."""
        await self.open_mail(b"0612345678")
        await self.say(b"DATA")
        (answer,) = await self.say(content + b"\r\n.")
        return answer

    async def rest(self) -> bytes:
        """All that the server still sends, up to its hanging up."""
        return await asyncio.wait_for(self.reader.read(), 10)

    async def hang_up(self) -> None:
        """Close the line from this side."""
        self.writer.close()
        await asyncio.wait_for(asyncio.gather(self.writer.wait_closed(), return_exceptions=True), 10)


@dataclass
class House:
    """A listener that is served for a test."""

    reception: FakeReception
    smtp: int
    submissions: int
    lmtp: int
    client_tls: ssl.SSLContext
    callers: list[Caller] = field(default_factory=list)

    async def call(self, port: int | None = None, tls: ssl.SSLContext | None = None) -> Caller:
        """Call at a door, SMTP by default."""
        caller = await Caller.at(port or self.smtp, tls)
        self.callers.append(caller)
        return caller

    async def caller(self) -> Caller:
        """Call at the SMTP door and say hello."""
        caller = await self.call()
        await caller.greet()
        return caller
