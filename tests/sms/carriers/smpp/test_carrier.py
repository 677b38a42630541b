"""The carrier against a peer that we did not write, which says itself what it read."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from gateway.sms.carriers.port import InDoubt, NotSent, Piece, Refused, Taken
from gateway.sms.carriers.smpp.carrier import SmppCarrier
from gateway.sms.carriers.smpp.link import LinkState
from gateway.sms.carriers.smpp.settings import Codings, Default, LongMessages, MessageIds, Mode
from gateway.sms.echo import echo_of
from gateway.sms.segments import cut
from gateway.sms.words import MessageState
from tests.clock import MONDAY_MORNING
from tests.contracts.carrier import A_MESSAGE, Kept
from tests.peers.node import Node
from tests.peers.smsc import peer as endings
from tests.peers.smsc.peer import SmscPeer, running_smsc
from tests.sms.carriers.smpp.steps import TIMING, running, settings_for, sms, until

Bound = Callable[..., AbstractAsyncContextManager[tuple[SmscPeer, SmppCarrier, Kept]]]


@pytest.fixture
def bound(node: Node) -> Bound:
    """A peer with these options, and a carrier with these settings bound to it."""

    @asynccontextmanager
    async def together(
        options: Mapping[str, Any] | None = None, **settings: Any
    ) -> AsyncIterator[tuple[SmscPeer, SmppCarrier, Kept]]:
        kept = Kept()
        async with (
            running_smsc(node, options or {}) as peer,
            running(settings_for(peer.port, **settings), kept) as carrier,
        ):
            yield peer, carrier, kept

    return together


TEXTS = [
    "Rendez-vous demain à 10h",
    "a" * 160,
    "a" * 161,
    "€" * 81,
    "a" * 152 + "€" + "b" * 10,
    "{[~]}|^\\" * 30,
    "ç" * 71,
    "中" * 66 + "😀" + "中" * 10,
    "😀" * 36,
    "Le rendez-vous est confirmé. " * 40,
]


@pytest.mark.parametrize("way", [LongMessages.UDH, LongMessages.SAR])
async def test_the_peer_reads_the_parts_that_were_charged(bound: Bound, way: LongMessages) -> None:
    sent = 0
    async with bound(long_messages=way) as (peer, carrier, _):
        for number, text in enumerate(TEXTS):
            message = sms(text, reference=str(number))
            taken = await carrier.send(message)
            assert isinstance(taken, Taken)
            read = [each["pdu"] for each in (await peer.saw("submit_sm", sent + message.parts))[sent:]]
            sent += message.parts
            assert [each["short_message"]["message"] for each in read] == list(cut(message.body, message.alphabet))
            assert len({taken.carrier_ref, *taken.more_refs}) == message.parts
            assert _numbered(read, way) == ([] if message.parts == 1 else _count(message.parts))
            assert all(each["registered_delivery"] == 1 for each in read)


def _numbered(read: list[dict[str, Any]], way: LongMessages) -> list[tuple[int, int]]:
    """How many parts each PDU says there are, and which it is."""
    if way is LongMessages.SAR:
        return [
            (each["sar_total_segments"], each["sar_segment_seqnum"]) for each in read if "sar_total_segments" in each
        ]
    elements = [bytes.fromhex(each["short_message"]["udh"][0]) for each in read if each["short_message"]["udh"]]
    return [(each[3], each[4]) for each in elements]


def _count(parts: int) -> list[tuple[int, int]]:
    return [(parts, number) for number in range(1, parts + 1)]


async def test_a_payload_is_read_whole(bound: Bound) -> None:
    async with bound(long_messages=LongMessages.PAYLOAD) as (peer, carrier, _):
        assert await carrier.send(sms("Bonjour à tous. " * 20)) == Taken("1")
        (seen,) = await peer.saw("submit_sm")
        assert seen["pdu"]["message_payload"]["message"] == "Bonjour à tous. " * 20


async def test_what_the_peer_is_told_beside_the_text(bound: Bound) -> None:
    async with bound(service_type="CMT", system_type="vma") as (peer, carrier, _):
        await carrier.send(A_MESSAGE._replace(useless_after=MONDAY_MORNING))
        (seen,) = await peer.saw("submit_sm")
        (bind,) = peer.seen("bind")
        pdu = seen["pdu"]
        assert (bind["command"], bind["system_id"], bind["system_type"], bind["version"]) == (
            "bind_transceiver",
            "user",
            "vma",
            0x34,
        )
        assert (pdu["source_addr_ton"], pdu["source_addr_npi"], pdu["source_addr"]) == (5, 0, "ALICE")
        assert (pdu["dest_addr_ton"], pdu["dest_addr_npi"], pdu["destination_addr"]) == (1, 1, "33639981234")
        assert (pdu["service_type"], pdu["validity_period"]) == ("CMT", "2026-11-23T09:00:00.000Z")


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, MessageIds.AS_IS),
        ({"ids": "hex", "receiptIds": "dec"}, MessageIds.DECIMAL_TO_HEX),
        ({"ids": "dec", "receiptIds": "hex"}, MessageIds.HEX_TO_DECIMAL),
        ({"ids": "dec", "receiptIds": "padded"}, MessageIds.STRIP_ZEROS),
        ({"tlvs": True}, MessageIds.AS_IS),
    ],
)
@pytest.mark.parametrize("when", ["now", "early"])
async def test_each_part_has_its_receipt_however_it_is_named(
    bound: Bound, options: dict[str, Any], ids: MessageIds, when: str
) -> None:
    """Also where the receipt comes before the answer that gives the part its name."""
    async with bound({**options, "receipts": when}, message_ids=ids) as (_, carrier, kept):
        answers = [await carrier.send(sms("a" * 1_700, reference=str(number))) for number in range(2)]
        named = [ref for each in answers if isinstance(each, Taken) for ref in (each.carrier_ref, *each.more_refs)]
        await until(lambda: len(kept.kept) == 24)
        assert sorted(each.carrier_ref for each in kept.kept) == sorted(named)
        assert {each.state for each in kept.kept} == {MessageState.DELIVERED}


@pytest.mark.parametrize(
    ("recipient", "state", "code"),
    [
        (endings.UNDELIVERED, MessageState.FAILED, "UNDELIV 011"),
        (endings.EXPIRED, MessageState.EXPIRED, "EXPIRED 027"),
    ],
)
async def test_bad_news_is_told_with_its_code(bound: Bound, recipient: str, state: MessageState, code: str) -> None:
    async with bound() as (_, carrier, kept):
        await carrier.send(sms("x", recipient))
        await until(lambda: kept.kept)
        assert [(each.state, each.code) for each in kept.kept] == [(state, code)]


async def test_a_status_for_good_is_a_refusal_and_any_other_is_tried_again(bound: Bound) -> None:
    async with bound() as (_, carrier, _):
        assert isinstance(await carrier.send(sms("x", endings.REFUSED)), Refused)
        assert await carrier.send(sms("x", endings.BROKEN)) == NotSent("0x00000008")


async def test_a_carrier_that_goes_on_throttling_costs_time_and_no_attempt(bound: Bound) -> None:
    async with bound(timing=replace(TIMING, queue_s=1.0)) as (peer, carrier, _):
        assert isinstance(await carrier.send(sms("x", endings.THROTTLED)), NotSent)
        assert len(await peer.saw("submit_sm", 2)) == 2


async def test_a_storm_of_throttling_is_weathered(bound: Bound) -> None:
    """The peer takes three at once, we would send ten: every message arrives once, none fails."""
    async with bound({"window": 3, "delayMs": 2}) as (peer, carrier, kept):
        answers = await asyncio.gather(*(carrier.send(sms("x", reference=str(number))) for number in range(60)))
        assert len({each.carrier_ref for each in answers if isinstance(each, Taken)}) == 60
        assert len(await peer.saw("submit_sm", 61)) > 60
        await until(lambda: len(kept.kept) == 60)


async def test_a_socket_that_is_cut_leaves_doubt_and_the_link_comes_back(bound: Bound) -> None:
    async with bound() as (peer, carrier, _):
        assert await carrier.send(sms("x", endings.CUT)) == InDoubt("link")
        await peer.saw("bind", 2)
        await until(lambda: carrier.health[0].state is LinkState.BOUND)
        assert isinstance(await carrier.send(A_MESSAGE), Taken)


async def test_silence_leaves_doubt(bound: Bound) -> None:
    async with bound(timing=replace(TIMING, response_s=0.05)) as (_, carrier, _):
        assert await carrier.send(sms("x", endings.SILENT)) == InDoubt("timeout")


async def test_a_late_answer_makes_sending_again_needless_and_its_receipt_known(bound: Bound) -> None:
    options = {"receipts": "asked"}
    async with bound(options, timing=replace(TIMING, response_s=0.05)) as (peer, carrier, kept):
        message = sms("x", endings.LATE)
        assert await carrier.send(message) == InDoubt("timeout")
        peer.tell("answer")
        await until(lambda: carrier._memory.taken(message.reference))
        assert await carrier.send(message) == Taken("1")
        assert len(peer.seen("submit_sm")) == 1
        peer.tell("receipts")
        await until(lambda: kept.kept)
        assert [(each.carrier_ref, each.reference) for each in kept.kept] == [("1", message.reference)]


async def test_an_echo_says_whose_receipt_it_is(bound: Bound) -> None:
    """The connection is lost with the answer; the receipt that comes over the next says whose it is."""
    async with bound({"tlvs": True, "receipts": "asked"}) as (peer, carrier, kept):
        message = sms("x", endings.LATE)
        sending = asyncio.create_task(carrier.send(message))
        await peer.saw("submit_sm")
        peer.tell("cut")
        assert await sending == InDoubt("link")
        await peer.saw("bind", 2)
        peer.tell("answer")  # the peer took it, and nobody heard
        peer.tell("receipts")
        await until(lambda: kept.kept)
        (receipt,) = kept.kept
        assert (receipt.recipient, receipt.echo) == (message.recipient, echo_of(message.reference, 1))


@pytest.mark.parametrize(("name", "why"), [("nobody", "0x0000000F"), ("busy", "0x0000000D"), ("user", "0x0000000E")])
async def test_an_account_that_is_refused_is_said_and_sends_nothing(
    bound: Bound, caplog: pytest.LogCaptureFixture, name: str, why: str
) -> None:
    async with bound({"password": "another"}, system_id=name) as (_, carrier, _):
        assert [(each.state, each.why) for each in carrier.health] == [(LinkState.REFUSED, f"bind {why}")]
        assert await carrier.send(A_MESSAGE) == NotSent("link")
        assert [each.levelno for each in caplog.records if each.levelno >= logging.ERROR] == [logging.ERROR]


async def test_what_people_send_is_handed_in(bound: Bound) -> None:
    async with bound() as (peer, _, kept):
        pdu = {"source_addr": "33699999999", "destination_addr": "36000", "short_message": "Arrêt: ça suffit"}
        peer.tell("deliver", pdu=pdu)
        await until(lambda: kept.messages)
        (message,) = kept.messages
        assert (message.sender, message.recipient, message.text) == ("33699999999", "36000", "Arrêt: ça suffit")
        assert (message.at, message.piece) == (MONDAY_MORNING, None)


async def test_the_peers_own_national_tables_are_read(bound: Bound) -> None:
    """By an alphabet and an extension of one language at once, for that is how the peer writes."""
    texts = {
        "06240101250101": "Şimdi değil, çağİr €",
        "03240102": "¿Está aquí? Sí",
        "06240103250103": "Não, amanhã às três",
    }
    async with bound() as (peer, _, kept):
        for header, text in texts.items():
            pdu = {"source_addr": "33699999999", "destination_addr": "36000", "short_message": text}
            peer.tell("deliver", pdu=pdu, udh=header)
        await until(lambda: len(kept.messages) == 3)
        assert sorted(each.text for each in kept.messages) == sorted(texts.values())


async def test_a_long_one_comes_in_its_pieces_whatever_the_order(bound: Bound) -> None:
    async with bound() as (peer, _, kept):
        for number in reversed(range(1, 26)):
            pdu = {"source_addr": "33699999999", "destination_addr": "36000", "short_message": f"part {number}"}
            peer.tell("deliver", pdu=pdu, udh=f"06080412341{9:x}{number:02x}")
        await until(lambda: len(kept.messages) == 25)
        pieces = {each.piece: each.text for each in kept.messages}
        assert pieces == {Piece(0x1234, 25, number): f"part {number}" for number in range(1, 26)}
        assert len({each.key for each in kept.messages}) == 25


async def test_what_was_not_kept_comes_again_under_the_same_name(node: Node) -> None:
    kept = Kept(failing=True)
    async with running_smsc(node, {}) as peer, running(settings_for(peer.port), kept):
        peer.tell("deliver", pdu={"source_addr": "33699999999", "destination_addr": "36000", "short_message": "OUI"})
        answers = await peer.saw("deliver_sm_resp", 2)
        assert [each["command_status"] for each in answers] == [0x64, 0]
        assert [each.text for each in kept.messages] == ["OUI"]


async def test_a_transmitter_and_a_receiver_share_the_work(bound: Bound) -> None:
    async with bound({"receipts": "now"}, mode=Mode.SEPARATE) as (peer, carrier, kept):
        assert isinstance(await carrier.send(A_MESSAGE), Taken)
        await until(lambda: kept.kept)
        assert sorted(each["command"] for each in peer.seen("bind")) == ["bind_receiver", "bind_transmitter"]


async def test_a_receiver_alone_sends_nothing(bound: Bound) -> None:
    async with bound(mode=Mode.RECEIVER) as (_, carrier, _):
        assert await carrier.send(A_MESSAGE) == NotSent("link")


async def test_several_sessions_have_several_windows(bound: Bound) -> None:
    options = {"delayMs": 20, "receipts": "none"}
    async with bound(options, sessions=3, timing=replace(TIMING, window=5)) as (peer, carrier, _):
        await asyncio.gather(*(carrier.send(sms("x", reference=str(number))) for number in range(60)))
        peer.tell("count")
        (counts,) = await peer.saw("count")
        assert (counts["submitted"], counts["mostInFlight"]) == (60, 15)


async def test_closing_leaves_nothing_in_doubt_and_loses_no_receipt(bound: Bound) -> None:
    async with bound({"delayMs": 30}, timing=replace(TIMING, window=50)) as (peer, carrier, kept):
        sending = [asyncio.create_task(carrier.send(sms("x", reference=str(number)))) for number in range(50)]
        await peer.saw("submit_sm", 50)
        await carrier.close()
        assert all(isinstance(each, Taken) for each in await asyncio.gather(*sending))
        await peer.saw("unbind")
        acknowledged = [each for each in peer.seen("deliver_sm_resp") if each["command_status"] == 0]
        assert 0 < len(acknowledged) <= len(kept.kept)
        assert await carrier.send(A_MESSAGE) == NotSent("link")
        assert [each.state for each in carrier.health] == [LinkState.CLOSED]


async def test_what_the_carriers_alphabet_cannot_say_is_refused(bound: Bound) -> None:
    async with bound(codings=Codings(default=Default.LATIN1)) as (_, carrier, _):
        assert isinstance(refused := await carrier.send(sms("€" * 80)), Refused)
        assert refused.code == "alphabet"
        assert isinstance(refused := await carrier.send(A_MESSAGE._replace(display="A" * 30)), Refused)
        assert refused.code == "field"


async def test_nothing_waits_to_be_fetched(bound: Bound) -> None:
    async with bound() as (_, carrier, kept):
        assert await carrier.collect(kept) == 0
