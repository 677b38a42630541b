"""Parts of one SMS that fare differently: what was taken is not sent again."""

import asyncio
from dataclasses import replace

import pytest

from gateway.sms.carriers.port import InDoubt, NotSent, Receipt, Taken
from gateway.sms.carriers.smpp.carrier import SmppCarrier
from gateway.sms.carriers.smpp.frames import Frame
from gateway.sms.carriers.smpp.link import LinkState
from gateway.sms.carriers.smpp.pdus import Address, ShortMessage
from gateway.sms.carriers.smpp.words import Command, Status, Tag
from gateway.sms.words import MessageState
from tests.clock import MONDAY_MORNING, StoppedClock
from tests.contracts.carrier import Kept
from tests.sms.carriers.smpp.smsc import Connection, Smsc, takes_all
from tests.sms.carriers.smpp.steps import STATUSES, TIMING, running, settings_for, sms, until

LONG = sms("a" * 400)  # three parts


def part(each: Frame) -> int:
    """Which part a submit_sm carries."""
    return ShortMessage.decode(each.body).body[5]


async def test_only_the_parts_that_are_missing_are_tried_again(smsc: Smsc) -> None:
    def hesitate(connection: Connection, each: Frame) -> None:
        again = len(connection.of(Command.SUBMIT_SM)) > 3
        connection.answer(each, 0 if again or part(each) != 2 else Status.SYSTEM_ERROR, f"part-{part(each)}")

    smsc.on_submit = hesitate
    async with running(settings_for(smsc.port), Kept()) as carrier:
        assert await carrier.send(LONG) == NotSent("0x00000008")
        assert await carrier.send(LONG) == Taken("part-1", ("part-2", "part-3"))
        sent = (await smsc.connected()).of(Command.SUBMIT_SM)
        assert [part(each) for each in sent] == [1, 2, 3, 2]
        assert sent[3].body == sent[1].body


async def test_a_state_that_is_wrong_there_binds_anew(smsc: Smsc) -> None:
    smsc.on_submit = lambda connection, each: connection.answer(each, Status.WRONG_BIND_STATE)
    async with running(settings_for(smsc.port), Kept()) as carrier:
        assert await carrier.send(sms("x")) == NotSent("0x00000004")
        smsc.on_submit = takes_all
        await smsc.bound(2)
        await until(lambda: carrier.health[0].state is LinkState.BOUND)
        assert isinstance(await carrier.send(sms("x")), Taken)


async def test_binding_anew_leaves_no_doubt_about_what_is_under_way(smsc: Smsc) -> None:
    async with running(settings_for(smsc.port), Kept()) as carrier:
        sending = [asyncio.create_task(carrier.send(sms("x", reference=str(number)))) for number in range(3)]
        connection = await smsc.bound()
        first, second, third = await connection.got(Command.SUBMIT_SM, 3)
        connection.answer(first, Status.WRONG_BIND_STATE)
        assert await sending[0] == NotSent("0x00000004")
        connection.answer(second, 0, "b")
        connection.answer(third, 0, "c")
        assert await asyncio.gather(*sending[1:]) == [Taken("b"), Taken("c")]
        await smsc.bound(2)


async def test_what_waits_for_a_link_that_breaks_goes_over_another(smsc: Smsc) -> None:
    settings = settings_for(smsc.port, timing=replace(TIMING, window=1), sessions=2)
    async with running(settings, Kept()) as carrier:
        first, second = await smsc.bound(1), await smsc.bound(2)
        await until(lambda: all(each.state is LinkState.BOUND for each in carrier.health))
        sending = [asyncio.create_task(carrier.send(sms("x", reference=str(number)))) for number in range(8)]
        await first.got(Command.SUBMIT_SM)
        (taken,) = await second.got(Command.SUBMIT_SM)
        smsc.on_submit = takes_all
        first.cut()
        second.answer(taken, 0, "b")
        outcomes = await asyncio.gather(*sending)
        assert [type(each) for each in outcomes].count(InDoubt) == 1
        assert [type(each) for each in outcomes].count(Taken) == 7


async def test_an_answer_without_a_name_is_still_a_yes(smsc: Smsc) -> None:
    smsc.on_submit = lambda connection, each: connection.send(Command.SUBMIT_SM_RESP, 0, each.sequence)
    async with running(settings_for(smsc.port), Kept()) as carrier:
        assert await carrier.send(sms("x", reference="23")) == Taken("?23/1")


async def test_a_late_refusal_changes_nothing(smsc: Smsc) -> None:
    async with running(settings_for(smsc.port, replace(TIMING, response_s=0.02)), Kept()) as carrier:
        assert await carrier.send(sms("x")) == InDoubt("timeout")
        connection = await smsc.connected()
        connection.answer(connection.of(Command.SUBMIT_SM)[0], Status.SYSTEM_ERROR)
        connection.send(Command.ENQUIRE_LINK, 0, 9)
        await connection.got(Command.ENQUIRE_LINK_RESP)
        assert carrier._memory.taken(sms("x").reference) == {}


def receipt(text: bytes, tlvs: dict[int, bytes] | None = None) -> bytes:
    """A delivery receipt as a deliver_sm."""
    return ShortMessage(
        Address(1, 1, "33639981234"), Address(5, 0, "ALICE"), text, esm_class=4, tlvs=tlvs or {}
    ).encode()


async def test_receipts_that_are_not_final_or_about_nothing_are_acknowledged_and_dropped(smsc: Smsc) -> None:
    kept = Kept()
    async with running(settings_for(smsc.port), kept):
        connection = await smsc.bound()
        for number, text in enumerate([b"id:1 stat:ENROUTE", b"stat:DELIVRD", b"id:1 stat:DELIVRD err:000"], start=1):
            connection.send(Command.DELIVER_SM, 0, number, receipt(text))
        answers = await connection.got(Command.DELIVER_SM_RESP, 3)
        assert [each.status for each in answers] == [0, 0, 0]
        assert kept.kept == [
            Receipt("1", MessageState.DELIVERED, "DELIVRD 000", MONDAY_MORNING, recipient="+33639981234")
        ]


@pytest.mark.parametrize(
    ("digits", "phone"),
    [("33639981234", "+33639981234"), ("+33639981234", "+33639981234"), ("0639981234", None), ("", None)],
)
async def test_a_receipt_names_the_phone_where_it_says_so(smsc: Smsc, digits: str, phone: str | None) -> None:
    kept = Kept()
    async with running(settings_for(smsc.port), kept):
        connection = await smsc.bound()
        each = ShortMessage(Address(1, 1, digits), Address(5, 0, "ALICE"), b"id:1 stat:DELIVRD", esm_class=4)
        connection.send(Command.DELIVER_SM, 0, 1, each.encode())
        await connection.got(Command.DELIVER_SM_RESP)
        assert [each.recipient for each in kept.kept] == [phone]


async def test_a_receipt_that_comes_twice_is_handed_in_twice(smsc: Smsc) -> None:
    """The inbox knows that it has it already; the carrier must not guess."""
    kept = Kept()
    async with running(settings_for(smsc.port), kept):
        connection = await smsc.bound()
        for number in (1, 2):
            connection.send(
                Command.DELIVER_SM, 0, number, receipt(b"", {Tag.RECEIPTED_MESSAGE_ID: b"1", Tag.MESSAGE_STATE: b"\2"})
            )
        await connection.got(Command.DELIVER_SM_RESP, 2)
        assert [each.carrier_ref for each in kept.kept] == ["1", "1"]


async def test_receipts_and_messages_that_come_while_closing_are_kept(smsc: Smsc) -> None:
    kept = Kept()
    async with running(settings_for(smsc.port), kept) as carrier:
        connection = await smsc.bound()

        def deliver_first(connection: Connection, each: Frame) -> None:
            connection.send(Command.DELIVER_SM, 0, 1, receipt(b"id:1 stat:DELIVRD"))
            connection.send(
                Command.DELIVER_SM, 0, 2, ShortMessage(Address(1, 1, "336"), Address(3, 0, "36000"), b"OUI").encode()
            )
            connection.answer(each, 0, "1")

        smsc.on_submit = deliver_first
        assert isinstance(await carrier.send(sms("x")), Taken)
        await carrier.close()
        assert [each.status for each in connection.of(Command.DELIVER_SM_RESP)] == [0, 0]
        assert ([each.carrier_ref for each in kept.kept], [each.text for each in kept.messages]) == (["1"], ["OUI"])


async def test_what_comes_before_the_first_bind_waits_for_it(smsc: Smsc) -> None:
    """Or every start with a full queue would begin with failures, and leave the carrier alone for half a minute."""
    smsc.on_submit = takes_all
    carrier = SmppCarrier(settings_for(smsc.port), STATUSES, StoppedClock())
    sending = asyncio.create_task(carrier.send(sms("x")))
    task = asyncio.create_task(carrier.run(Kept()))
    assert isinstance(await sending, Taken)
    await carrier.close()
    await task


async def test_what_comes_before_the_first_bind_is_told_when_that_fails() -> None:
    nobody_listens = 1
    carrier = SmppCarrier(settings_for(nobody_listens), STATUSES, StoppedClock())
    task = asyncio.create_task(carrier.run(Kept()))
    assert await carrier.send(sms("x")) == NotSent("link")
    await carrier.close()
    await task


async def test_where_no_link_is_ever_tried_it_is_not_waited_for_long(smsc: Smsc) -> None:
    carrier = SmppCarrier(settings_for(smsc.port, replace(TIMING, queue_s=0.01)), STATUSES, StoppedClock())
    assert await carrier.send(sms("x")) == NotSent("link")
