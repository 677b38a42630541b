"""Mail that means harm: each is answered or noticed, none hangs, memory stays bounded, and other mail flows on."""

import asyncio
import smtplib

import psutil
import pytest
from sqlalchemy import func, select

from gateway.smtp.tables import mail
from tests.smtp.callers import Caller
from tests.stories.gateway import Gateway, Sender
from tests.waiting import eventually

MEMORY_BYTES = 400_000_000  # all that a hostile mail may add to the service and its reading process, for a while


def _nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return opening + b"Content-Type: text/plain\r\n\r\nBonjour\r\n"


HOSTILE = {
    "two thousand nested multiparts": _nested(2_000),
    "a hundred thousand parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000,
    "a megabyte of headers": b"X-Long: y\r\n" * 95_000 + b"\r\nBonjour\r\n",
    "one header of a megabyte": b"X-Long: " + b"y\r\n " * 262_000 + b"\r\n\r\nBonjour\r\n",
    "seventy thousand encoded words": b"Subject: " + b"=?utf-8?q?a?=\r\n " * 70_000 + b"\r\n\r\nBonjour\r\n",
    "an unknown charset": b"Content-Type: text/plain; charset=x-klingon\r\n\r\nBonjour \xe9\r\n",
    "a charset that unpacks": b"Content-Type: text/plain; charset=zlib\r\n\r\nx\x9cK\x4c\x04\x02\r\n",
    "a line of two megabytes": b"\r\n" + b"x" * 2_000_000 + b"\r\n",
    "twenty thousand brackets in a header": b"To: " + b"(" * 20_000 + b"\r\n\r\nBonjour\r\n",
    "a hundred thousand nested divs": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"Bonjour\r\n",
    "a null character": b"\r\nBon\0jour\r\n",
    "a line ended by a bare line feed": b"\r\nBon\njour\r\n.\r\nQUIT\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_mail_is_answered_or_noticed_and_the_next_mail_flows_on(
    name: str, gateway: Gateway, alice: Sender
) -> None:
    before = _memory_bytes()
    raw = b"From: " + alice.address.encode() + b"\r\nMessage-ID: <hostile@alice.example>\r\n" + HOSTILE[name]
    taken = await _is_taken(alice, raw)
    await alice.send("Bonjour", "0639981234", message_id="<good@alice.example>")
    await eventually(lambda: _has_arrived(gateway))
    await gateway.at_rest()
    assert await _filed(gateway) == 1 + taken  # the good one, and the hostile one unless it was refused
    assert _memory_bytes() - before < MEMORY_BYTES
    assert await gateway.discrepancies() == []


async def test_good_mail_flows_on_while_every_hostile_mail_is_read(gateway: Gateway, alice: Sender) -> None:
    mallory = await gateway.client("mallory")
    header = b"From: " + mallory.address.encode() + b"\r\n"
    hostile = (mallory.send_raw(header + each, "0639981290") for each in HOSTILE.values())
    good = (alice.send(f"Bonjour {number}", "0639981234") for number in range(10))
    await asyncio.gather(*hostile, *good, return_exceptions=True)
    await gateway.at_rest()
    arrived = {text for number, text in await gateway.phone() if number == "+33639981234"}
    assert arrived == {f"Bonjour {number}" for number in range(10)}


async def test_more_recipients_than_the_credit_can_pay_are_each_answered(gateway: Gateway, alice: Sender) -> None:
    refused = await alice.send("Bonjour", *(f"063998{number:04}" for number in range(1_200)))
    await gateway.at_rest()
    assert len(refused) == 1_200 - 100
    assert await gateway.units_left(alice) >= 0
    assert await gateway.discrepancies() == []


async def test_clients_that_stop_half_way_leave_nothing_behind(gateway: Gateway, alice: Sender) -> None:
    """Half a mail is no mail, however the line ends."""
    for step in range(30):
        caller = await Caller.at(gateway.port)
        await caller.greet()
        await caller.say(b"MAIL FROM:<a@b.example>", b"RCPT TO:<postmaster@sms.localhost>", b"DATA")
        caller.send(b"Subject: half", b"", b"a mail")
        if step % 2:
            caller.writer.write_eof()
        else:
            caller.writer.transport.abort()
        await caller.hang_up()
    await alice.send("Bonjour", "0639981234")
    await eventually(gateway.phone)
    await gateway.at_rest()
    assert await gateway.letters("postmaster@sms.localhost") == []


async def _is_taken(sender: Sender, raw: bytes) -> bool:
    """Whether it was answered 250; the only other answer is a refusal for good."""
    try:
        await sender.send_raw(raw, "0639981290")
    except smtplib.SMTPDataError as refused:
        if 500 <= refused.smtp_code < 600:
            return False
        raise
    return True


async def _has_arrived(gateway: Gateway) -> bool:
    return ("+33639981234", "Bonjour") in await gateway.phone()


async def _filed(gateway: Gateway) -> int:
    return await gateway.running.engine.read(
        lambda connection: connection.scalar(select(func.count()).select_from(mail)) or 0
    )


def _memory_bytes() -> int:
    itself = psutil.Process()
    return sum(each.memory_info().rss for each in (itself, *itself.children(recursive=True)))
