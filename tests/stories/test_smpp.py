"""The whole service bound to an SMSC that we did not write: what leaves, what comes back, and what goes wrong."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.accounts.words import Notify
from gateway.app.routing import carriers
from gateway.app.service import running
from gateway.settings import Settings
from gateway.sms.reports import MessageLine
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import Reason
from tests.clock import StoppedClock
from tests.peers.node import Node
from tests.peers.smsc.peer import SmscPeer, running_smsc
from tests.service_process import free_port
from tests.stories.gateway import Gateway, Sender
from tests.waiting import eventually

PHONE = "+33612345612"  # delivers, at the SMSC on this machine
_TIMING = {"first_pause_s": 0.05, "longest_pause_s": 0.05, "throttled_s": 0.05}

Begin = Callable[..., Awaitable[Gateway]]
Serve = Callable[..., Awaitable[SmscPeer]]


@pytest.fixture
async def serve(node: Node) -> AsyncIterator[Serve]:
    """Starts an SMSC with options."""
    async with contextlib.AsyncExitStack() as stack:

        async def served(**options: Any) -> SmscPeer:
            return await stack.enter_async_context(running_smsc(node, options))

        yield served


@pytest.fixture
async def begin(serve: Serve, settings: Settings, clock: StoppedClock, tmp_path: Path) -> AsyncIterator[Begin]:
    """Starts the service with one carrier, an SMSC at ``port``."""
    del serve  # it ends after the service
    password = tmp_path / "password"
    password.write_text("secret")
    async with contextlib.AsyncExitStack() as stack:

        async def begun(port: int) -> Gateway:
            at = {"kind": "smpp", "host": "127.0.0.1", "port": port, "system_id": "gateway", "source": "36111"}
            table = {**at, "password_file": str(password), "timing": _TIMING}
            with_carrier = replace(settings, carriers={"north": table})
            service = await stack.enter_async_context(running(with_carrier, clock=clock))
            return Gateway(service, with_carrier, clock)

        yield begun


async def bound(smsc: SmscPeer, gateway: Gateway) -> Sender:
    """A client, once the link is up."""
    await smsc.saw("bind")
    return await gateway.client("alice", notify=Notify.ALL, max_parts=10)


async def all_become(gateway: Gateway, wanted: MessageState, count: int = 1) -> list[MessageLine]:
    """All messages, once there are as many and each has come to that state."""

    async def look() -> list[MessageLine]:
        found = await gateway.messages()
        return found if len(found) == count and {each.state for each in found} == {wanted} else []

    return await eventually(look)


async def carrier_refs(gateway: Gateway) -> dict[str, str]:
    """What the carrier calls each message, by recipient."""
    row = message.c
    names = select(row.recipient, row.carrier_ref)
    rows = await gateway.running.engine.read(lambda connection: connection.execute(names).all())
    return {row.recipient: row.carrier_ref for row in rows}


@pytest.mark.parametrize(
    ("text", "coding", "parts"),
    [
        ("Prix : 5 € [net] {à payer}", 0, 1),
        ("Ça va être prêt à Noël", 8, 1),
        ("À demain 😀", 8, 1),
        ("0123456789" * 40, 0, 3),
        ("é" * 152 + "€" * 100, 0, 3),
        ("ç" * 66 + "😀" * 20, 8, 2),
    ],
)
async def test_a_mail_is_read_by_the_smsc_as_it_was_written_and_its_receipt_comes_back_in_the_thread(
    serve: Serve, begin: Begin, text: str, coding: int, parts: int
) -> None:
    smsc = await serve()
    gateway = await begin(smsc.port)
    alice = await bound(smsc, gateway)
    assert await alice.send(text, PHONE, subject="RDV", message_id="<1@alice.example>") == {}
    letter = await gateway.letter(alice.address)
    assert (letter["In-Reply-To"], letter["References"]) == ("<1@alice.example>", "<1@alice.example>")
    assert f"{PHONE}: delivered" in letter.get_content()
    pdus = [each["pdu"] for each in smsc.seen("submit_sm")]
    assert "".join(each["short_message"]["message"] for each in pdus) == text
    assert {(each["data_coding"], each["destination_addr"], each["source_addr"]) for each in pdus} == {
        (coding, PHONE[1:], "36111")
    }
    heads = [(udh[-4:-2], udh[-2:]) for each in pdus for udh in each["short_message"]["udh"]]
    assert heads == ([] if parts == 1 else [(f"{parts:02x}", f"{number:02x}") for number in range(1, parts + 1)])
    assert len(pdus) == parts
    assert await gateway.discrepancies() == []


async def test_an_answer_arrives_in_the_thread_and_answering_it_sends_an_sms_to_that_phone(
    serve: Serve, begin: Begin
) -> None:
    smsc = await serve()
    gateway = await begin(smsc.port)
    alice = await bound(smsc, gateway)
    await alice.send("Rendez-vous demain à 10h.", PHONE, subject="RDV", message_id="<1@alice.example>")
    await all_become(gateway, MessageState.DELIVERED)
    said = {"source_addr": PHONE[1:], "destination_addr": "36111", "short_message": "Plutôt 11h ?"}
    smsc.tell("deliver", pdu=said)
    letter = await gateway.letter_saying(alice.address, "Plutôt 11h ?")
    assert letter["In-Reply-To"] == "<1@alice.example>"
    address = parseaddr(letter["Reply-To"])[1].partition("@")[0]
    assert await alice.send("Entendu, 11h.", address, message_id="<2@alice.example>") == {}
    _, answer = await smsc.saw("submit_sm", 2)
    assert (answer["pdu"]["destination_addr"], answer["pdu"]["short_message"]["message"]) == (
        PHONE[1:],
        "Entendu, 11h.",
    )
    await all_become(gateway, MessageState.DELIVERED, 2)
    assert await gateway.discrepancies() == []


async def test_under_a_storm_of_throttling_every_sms_arrives_once_and_is_charged_once(
    serve: Serve, begin: Begin
) -> None:
    smsc = await serve(window=3, delayMs=5)
    gateway = await begin(smsc.port)
    alice = await bound(smsc, gateway)
    await alice.send("Bonjour", *(f"+336123456{number}" for number in range(10, 40)))
    messages = await all_become(gateway, MessageState.DELIVERED, 30)
    assert {each.reason for each in messages} == {None}
    assert len(smsc.seen("submit_sm")) > 30  # some were too many at once
    assert await gateway.units_left(alice) == 70
    assert await gateway.discrepancies() == []


async def test_what_finds_no_link_waits_and_leaves_when_the_smsc_is_back(
    node: Node, begin: Begin, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    gateway = await begin(port)
    async with running_smsc(node, {"port": port}) as smsc:
        alice = await bound(smsc, gateway)
        await alice.send("Bonjour", PHONE)
        await all_become(gateway, MessageState.DELIVERED)
        caplog.clear()

    async def is_down() -> bool:
        return "carrier north is down" in caplog.text

    async def waits() -> bool:
        return (await gateway.messages())[-1].reason is Reason.CARRIER_UNAVAILABLE

    await eventually(is_down)  # what is written to a link that dies is in doubt
    await alice.send("Bonsoir", PHONE)
    await eventually(waits)
    async with running_smsc(node, {"port": port, "ids": "padded"}) as smsc:  # no name of its first life comes again
        await smsc.saw("bind")

        async def has_left() -> bool:
            clock.set(clock.now() + timedelta(seconds=5))
            return bool(smsc.seen("submit_sm"))

        await eventually(has_left)
        await all_become(gateway, MessageState.DELIVERED, 2)
        assert len(smsc.seen("submit_sm")) == 1
    assert await gateway.discrepancies() == []


async def test_a_wrong_password_is_logged_shown_and_not_tried_again_and_again(
    serve: Serve, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    smsc = await serve(password="another")
    gateway = await begin(smsc.port)
    with caplog.at_level(logging.ERROR):
        alice = await bound(smsc, gateway)
        await alice.send("Bonjour", *(f"+336123456{number}" for number in range(10, 16)))

        async def is_left_alone() -> bool:
            engine, now = gateway.running.engine, gateway.clock.now()
            shown = await engine.read(lambda connection: list(carriers(connection, now, gateway.settings)))
            (north,) = (each for each in shown if each["carrier"] == "north")
            links = [(each["state"], each["last_failure"]) for each in north["links"]]
            left_alone = (north["well"], north["queued"], north["bound"]) == (False, 6, "0 of 1")
            return left_alone and links == [("refused", "bind 0x0000000E")]

        await eventually(is_left_alone)
    assert "carrier north refuses our account with 0x0000000E" in caplog.text
    assert len(smsc.seen("bind")) == 1
    assert {each.state for each in await gateway.messages()} == {MessageState.QUEUED}


async def test_a_receipt_that_comes_before_its_answer_counts(serve: Serve, begin: Begin) -> None:
    smsc = await serve(receipts="early")
    gateway = await begin(smsc.port)
    alice = await bound(smsc, gateway)
    await alice.send("Bonjour", PHONE)
    await all_become(gateway, MessageState.DELIVERED)
    assert f"{PHONE}: delivered" in (await gateway.letter(alice.address)).get_content()


async def test_a_receipt_that_comes_a_day_late_still_tells_the_client(
    serve: Serve, begin: Begin, clock: StoppedClock
) -> None:
    smsc = await serve(receipts="asked")
    gateway = await begin(smsc.port)
    alice = await bound(smsc, gateway)
    await alice.send("Bonjour", PHONE)
    await all_become(gateway, MessageState.SUBMITTED)
    clock.set(clock.now() + timedelta(days=1))
    smsc.tell("receipts")
    await all_become(gateway, MessageState.DELIVERED)
    assert f"{PHONE}: delivered" in (await gateway.letter(alice.address)).get_content()


async def test_answers_in_any_order_are_given_to_their_own_messages(serve: Serve, begin: Begin) -> None:
    smsc = await serve()
    gateway = await begin(smsc.port)
    alice = await bound(smsc, gateway)
    await alice.send("Bonjour", *(f"+3361234{number}98" for number in range(10, 15)))
    asked = [f"+{each['pdu']['destination_addr']}" for each in await smsc.saw("submit_sm", 5)]
    smsc.tell("answer")  # the last first
    await all_become(gateway, MessageState.DELIVERED, 5)
    assert await carrier_refs(gateway) == {to: str(number) for number, to in enumerate(reversed(asked), start=1)}


async def test_of_a_long_answer_with_a_lost_part_the_client_reads_the_rest_and_which_is_missing(
    serve: Serve, begin: Begin, clock: StoppedClock
) -> None:
    smsc = await serve()
    gateway = await begin(smsc.port)
    alice = await bound(smsc, gateway)
    await alice.send("Bonjour", PHONE)
    await all_become(gateway, MessageState.DELIVERED)
    for number in range(1, 26):
        if number != 7:
            body = f"<{number}>".encode().hex()
            pdu = {"source_addr": PHONE[1:], "destination_addr": "36111", "esm_class": 0x40, "data_coding": 3}
            smsc.tell("deliver", pdu=pdu, udh=f"0500032a19{number:02x}", body=body)
    await smsc.saw("deliver_sm_resp", 25)  # and that of the receipt
    clock.set(clock.now() + timedelta(days=1))
    letter = await gateway.letter_saying(alice.address, "<25>")
    assert "<6>[part 7 missing]<8>" in letter.get_content()
    assert "Parts of this SMS never came." in letter.get_content()
