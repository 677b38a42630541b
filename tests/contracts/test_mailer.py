"""What every mailer promises: a letter that is sent is there, whole, for its recipient, with an empty return path."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from mailbox import Maildir
from pathlib import Path
from typing import Protocol

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.settings import RelaySettings
from gateway.smtp.maildir import Maildirs, folder_name
from gateway.smtp.mailer import Letter, Mailer, Sent
from gateway.smtp.relay import Relay

CONTENT = b"Subject: news\r\nAuto-Submitted: auto-replied\r\n\r\nDelivered.\r\n.\r\nFrom here on: nothing.\r\n"


class Setting(Protocol):
    """A mailer, and the view of its recipients."""

    mailer: Mailer

    def received(self, address: str) -> list[bytes]:
        """The letters of an address, line ends as CRLF."""
        ...


class Folders:
    """Maildirs, read as a mail client would."""

    def __init__(self, root: Path) -> None:
        self.mailer: Mailer = Maildirs(root)
        self._root = root

    def received(self, address: str) -> list[bytes]:
        box = Maildir(self._root / folder_name(address), create=False)
        return [box.get_bytes(key).replace(b"\n", b"\r\n") for key in sorted(box.keys())]


class SmartHost:
    """A relay, and the handler of the real SMTP server behind it."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.envelopes.append(envelope)
        return "250 2.0.0 OK"

    def connect(self, port: int) -> Relay:
        relay = Relay(RelaySettings("127.0.0.1", port, security="none", timeout_s=10), None, "sms.example")
        self.mailer: Mailer = relay
        return relay

    def received(self, address: str) -> list[bytes]:
        mine = [each for each in self.envelopes if each.rcpt_tos == [address]]
        assert all(each.mail_from == "<>" for each in mine)
        return [bytes(each.original_content or b"") for each in mine]


@asynccontextmanager
async def folders(root: Path) -> AsyncIterator[Setting]:
    yield Folders(root / "maildir")


@asynccontextmanager
async def smart_host(_root: Path) -> AsyncIterator[Setting]:
    setting = SmartHost()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(setting, hostname="relay.example", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    relay = setting.connect(server.sockets[0].getsockname()[1])
    yield setting
    await relay.close()
    server.close()
    await server.wait_closed()


@pytest.fixture(params=[folders, smart_host], ids=["maildir", "relay"])
async def setting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Setting]:
    async with request.param(tmp_path) as made:
        yield made


async def test_a_letter_that_was_sent_is_there_octet_for_octet(setting: Setting) -> None:
    assert await setting.mailer.send(Letter("alice@client.example", CONTENT)) == Sent()
    assert setting.received("alice@client.example") == [CONTENT]


async def test_each_letter_goes_to_its_own_recipient(setting: Setting) -> None:
    for address in ("alice@client.example", "bob@client.example"):
        await setting.mailer.send(Letter(address, CONTENT))
    assert [len(setting.received(f"{name}@client.example")) for name in ("alice", "bob")] == [1, 1]


async def test_many_letters_may_be_under_way_at_once(setting: Setting) -> None:
    letters = [Letter("alice@client.example", b"Subject: %d\r\n\r\n" % number) for number in range(20)]
    outcomes = await asyncio.gather(*map(setting.mailer.send, letters))
    assert outcomes == [Sent()] * 20
    assert sorted(setting.received("alice@client.example")) == sorted(letter.content for letter in letters)


async def test_an_address_beyond_ascii_is_reached(setting: Setting) -> None:
    assert await setting.mailer.send(Letter("renée@client.example", CONTENT)) == Sent()
    assert setting.received("renée@client.example") == [CONTENT]
