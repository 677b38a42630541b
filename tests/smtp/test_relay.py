"""What the smart host answers decides whether a letter is tried again."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.settings import RelaySettings
from gateway.smtp.mailer import Letter, MailOutcome, NotSent, Refused, Sent
from gateway.smtp.relay import Relay

LETTER = Letter("alice@client.example", b"Subject: news\r\n\r\nDelivered.\r\n")


class Answers:
    """A smart host that answers as it is told, and counts its connections."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.connections = 0
        self.transports: list[asyncio.BaseTransport] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 2.1.0 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 2.1.5 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        return self.answers.get("data", "250 2.0.0 OK")


class Connection(SMTP):
    """One connection of the smart host, known to it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections += 1
        self.event_handler.transports.append(transport)
        super().connection_made(transport)


class Silent(asyncio.Protocol):
    """One connection that is never greeted; tells when the other side has left."""

    def __init__(self, left: asyncio.Event) -> None:
        self._left = left

    def connection_lost(self, _error: Exception | None) -> None:
        self._left.set()


@asynccontextmanager
async def relay_to(answers: Answers, security: str = "none", tls: ssl.SSLContext | None = None) -> AsyncIterator[Relay]:
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(answers, hostname="relay.example"), "127.0.0.1", 0, ssl=tls
    )
    settings = RelaySettings("127.0.0.1", server.sockets[0].getsockname()[1], security, timeout_s=10)
    relay = Relay(settings, None, "sms.example")
    try:
        yield relay
    finally:
        await relay.close()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"rcpt": "550 5.1.1 No such user"}, Refused("550")),
        ({"rcpt": "452 4.2.2 Mailbox full"}, NotSent("452")),
        ({"data": "554 5.6.0 No"}, Refused("554")),
        ({"data": "451 4.3.0 Later"}, NotSent("451")),
        ({"mail": "530 5.7.0 Authentication required"}, NotSent("530")),  # our configuration, which can be put right
        ({"mail": "451 4.3.0 Later"}, NotSent("451")),
    ],
)
async def test_only_a_refused_recipient_or_content_is_given_up(answers: dict[str, str], outcome: MailOutcome) -> None:
    async with relay_to(Answers(**answers)) as relay:
        assert await relay.send(LETTER) == outcome


async def test_after_a_refusal_the_next_letter_goes_out_on_the_same_connection() -> None:
    answers = Answers(rcpt="550 5.1.1 No such user")
    async with relay_to(answers) as relay:
        await relay.send(LETTER)
        answers.answers.clear()
        assert await relay.send(LETTER) == Sent()
    assert answers.connections == 1


async def test_a_connection_that_was_lost_is_opened_again() -> None:
    answers = Answers()
    async with relay_to(answers) as relay:
        await relay.send(LETTER)
        answers.transports[0].close()
        outcomes = [await relay.send(LETTER), await relay.send(LETTER)]
    assert outcomes[-1] == Sent()
    assert answers.connections == 2


async def test_a_relay_that_is_away_is_tried_again_later() -> None:
    async with relay_to(Answers()) as relay:
        pass
    assert await relay.send(LETTER) == NotSent("SMTPConnectError")


async def test_a_relay_that_says_nothing_is_given_up_within_the_time_out() -> None:
    left = asyncio.Event()
    server = await asyncio.get_running_loop().create_server(lambda: Silent(left), "127.0.0.1", 0)
    settings = RelaySettings("127.0.0.1", server.sockets[0].getsockname()[1], "none", timeout_s=0.2)
    outcome = await Relay(settings, None, "sms.example").send(LETTER)
    await left.wait()
    server.close()
    assert outcome == NotSent("TimeoutError")


async def test_an_address_that_the_relay_cannot_take_is_given_up() -> None:
    async with relay_to(Answers()) as relay:  # does not offer SMTPUTF8
        assert await relay.send(Letter("renée@client.example", LETTER.content)) == Refused("SMTPNotSupported")


async def test_a_relay_whose_certificate_nobody_vouches_for_gets_no_letter() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with relay_to(Answers(), "tls", context) as relay:
        assert isinstance(await relay.send(LETTER), NotSent)


async def test_a_relay_that_cannot_encrypt_gets_no_letter_where_that_is_asked_for() -> None:
    async with relay_to(Answers(), "starttls") as relay:
        assert await relay.send(LETTER) == NotSent("SMTPException")
