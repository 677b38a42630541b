"""A mail goes out over HTTP; its receipt, and what the phone answers, come back into the thread."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from gateway.accounts.words import Notify
from gateway.app.service import running
from gateway.settings import NoticeSettings, Settings, SmtpSettings, WebSettings
from gateway.sms.words import MessageState
from tests.clock import StoppedClock
from tests.peers.http_carriers.ovh import OvhPeer
from tests.peers.http_carriers.peer import Peer, deliver, serving
from tests.service_process import free_port
from tests.sms.carriers.http.steps import PATH_SECRET, Table, Tables, at, peer_of
from tests.stories.gateway import Gateway
from tests.waiting import eventually

PHONE = "+33612345678"

STEP = timedelta(seconds=1)

KINDS = ["twilio", "vonage", "smsfactor", "ovh", "http"]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """The table of each kind."""
    return Tables(tmp_path)


@asynccontextmanager
async def living(database_url: str, folder: Path, table: Table, peer: Peer) -> AsyncIterator[Gateway]:
    """A gateway with one carrier, and the peer that it speaks to."""
    port = free_port()
    async with serving(peer) as url:
        settings = Settings(
            data_dir=folder / "data",
            database_url=database_url,
            smtp=SmtpSettings(port=0),
            web=WebSettings(port=port, public_url=f"http://127.0.0.1:{port}"),
            notices=NoticeSettings(gather_s=0.0),
            carriers={"one": at(table, url)},
        )
        secret = f"/{PATH_SECRET}" if "path_secret_file" in table else ""
        peer.phone, peer.webhook = PHONE, f"http://127.0.0.1:{port}/webhooks/sms/one{secret}"
        clock = StoppedClock()
        async with running(settings, clock=clock) as service:
            yield Gateway(service, settings, clock)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_mail_its_receipt_an_answer_and_the_answer_to_that(
    kind: str, tables: Tables, database_url: str, tmp_path: Path
) -> None:
    peer = peer_of(kind, StoppedClock())
    table = {**tables.of(kind), "kind": kind}
    if kind == "ovh":
        table["poll_s"] = 1
    async with living(database_url, tmp_path, table, peer) as gateway:
        alice = await gateway.client("alice", units=100, notify=Notify.ALL)
        await alice.send("Rendez-vous demain à 10h.", PHONE, subject="RDV", message_id="<1@alice.example>")
        await eventually(lambda: taken(peer, 1))
        await answer_with(gateway, peer, peer.sent[0].ref)
        assert [each.state for each in await gateway.messages()] == [MessageState.DELIVERED]
        await gateway.letter_saying(alice.address, "delivered")

        await write(gateway, peer, "Je serai en retard")
        letter = await gateway.letter_saying(alice.address, "en retard")
        assert letter["In-Reply-To"] == "<1@alice.example>"

        reply_to = parseaddr(letter["Reply-To"])[1].partition("@")[0]
        thread = {"in_reply_to": letter["Message-ID"]}
        assert await alice.send("Pas de souci.", reply_to, message_id="<2@alice.example>", **thread) == {}
        await eventually(lambda: taken(peer, 2))
        assert [each.recipient for each in peer.sent] == [PHONE, PHONE]
        assert await gateway.units_left(alice) == 98
        assert await gateway.discrepancies() == []


async def taken(peer: Peer, count: int) -> bool:
    """Whether the peer has taken so many messages."""
    return len(peer.sent) >= count


async def answer_with(gateway: Gateway, peer: Peer, ref: str) -> None:
    """Have a message delivered, and wait until the gateway knows."""
    peer.deliver(ref)
    assert all(each == 204 for each in await peer.push_due())

    async def is_known() -> bool:
        gateway.clock.advance(STEP)  # type: ignore[attr-defined]  # the story's own clock
        return all(each.state is MessageState.DELIVERED for each in await gateway.messages())

    await eventually(is_known)


async def write(gateway: Gateway, peer: Any, text: str) -> None:
    """Have the phone write."""
    if isinstance(peer, OvhPeer):
        peer.write(text)
        gateway.clock.advance(STEP)  # type: ignore[attr-defined]  # the story's own clock
    else:
        assert await deliver(peer.inbound(text)) == 204
