"""Clients that mean harm: each is answered or hung up on, none hangs, memory stays bounded, and others are served."""

import asyncio
import re
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.smtp.connection import MOST_ERRORS
from tests.smtp.callers import House
from tests.smtp.conftest import Serve


async def still_serves(house: House) -> bool:
    caller = await house.caller()
    return (await caller.mail())[:9] == "250 2.0.0"


async def test_five_thousand_recipients_are_each_answered(house: House) -> None:
    caller = await house.caller()
    await caller.say(b"MAIL FROM:<staff@client.test>")
    answers = await caller.say(*(b"RCPT TO:<06%08d@sms.test>" % number for number in range(5000)))
    assert [answer[:3] for answer in answers] == ["250"] * 1000 + ["452"] * 4000
    assert await still_serves(house)


async def test_a_command_of_two_megabytes_is_refused_and_not_held(house: House) -> None:
    caller = await house.caller()
    tracemalloc.start()
    for _ in range(32):
        caller.writer.write(b"x" * 65_536)
        await caller.writer.drain()
    assert (await caller.say(b""))[0][:9] == "500 5.5.2"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_500_000  # the client's own buffers among it
    assert await caller.mail() == "250 2.0.0 queued as 1"


async def test_a_mail_line_of_two_megabytes_is_a_mail(house: House) -> None:
    """Real senders break the rule of 998 characters; only the size of the whole counts."""
    caller = await house.caller()
    assert (await caller.mail(b"x" * 2_000_000))[:9] == "250 2.0.0"


async def test_a_header_of_a_megabyte_is_a_mail(house: House) -> None:
    caller = await house.caller()
    house.reception.by_address_alone = True
    assert (await caller.mail(b"X: " + b"y\r\n " * 300_000))[:9] == "250 2.0.0"
    assert house.reception.authors == [None]


async def test_sixty_clients_that_stop_half_way_do_not_keep_the_next_from_being_served(house: House) -> None:
    for step in range(60):
        caller = await house.caller()
        await caller.open_mail(b"0612345678")
        caller.send(b"DATA", b"half a mail")
        if step % 3 == 0:
            caller.writer.write_eof()
        elif step % 3 == 1:
            caller.writer.transport.abort()
    assert await still_serves(house)


async def test_a_client_that_knows_no_command_is_hung_up_on(house: House) -> None:
    """A browser made to speak to us (cross-protocol attack) gets no further than this."""
    caller = await house.caller()
    answers = await caller.say(*[b"GET / HTTP/1.1"] * (MOST_ERRORS + 1))
    assert [answer[:9] for answer in answers] == ["500 5.5.2"] * MOST_ERRORS + ["421 4.7.0"]
    assert await caller.rest() == b""


async def test_a_client_that_reads_nothing_is_not_worked_for(serve: Serve) -> None:
    """Its replies would fill our memory: reading stops, then the line is cut."""
    house, _ = await serve(command_timeout_s=0.5)
    caller = await house.caller()
    caller.reader._transport.pause_reading()  # type: ignore[attr-defined]  # it is a stream's

    async def flood() -> None:
        while True:
            caller.writer.write(b"HELP\r\n" * 10_000)
            await caller.writer.drain()

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(flood(), 30)
    assert await still_serves(house)


async def test_a_bare_line_feed_ends_a_command_that_is_not_obeyed(house: House) -> None:
    caller = await house.caller()
    caller.writer.write(b"NOOP\nNOOP\r\n")
    assert [(await caller.reply())[:9] for _ in range(2)] == ["500 5.5.2", "250 2.0.0"]


async def test_a_long_pipelined_batch_leaves_others_their_turn(house: House) -> None:
    hog, other = await house.caller(), await house.caller()
    hog.send(*[b"NOOP"] * 20_000)
    assert await other.say(b"NOOP") == ["250 2.0.0 OK"]
    assert [(await hog.reply())[:3] for _ in range(20_000)] == ["250"] * 20_000


WORDS = st.sampled_from(
    [b"MAIL FROM:<a@b.test>", b"RCPT TO:<0612345678@sms.test>", b"EHLO x", b"RSET", b"NOOP", b"VRFY x", b"HELP", b"\0"]
)
NOISE = st.binary(max_size=60).filter(lambda noise: b"\n" not in noise)
#: QUIT, DATA and AUTH change what a line is; they have their own tests.
OTHERS = re.compile(rb"\s*(quit|data|auth|starttls)", re.IGNORECASE)


@given(lines=st.lists((WORDS | NOISE).filter(lambda line: not OTHERS.match(line)), max_size=MOST_ERRORS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bytes_get_one_reply_for_each_line(house: House, lines: list[bytes]) -> None:
    """In order, with both codes, none with the text of an exception, and the server lives."""
    caller = await house.caller()
    answers = await caller.say(*lines, b"NOOP")
    assert all(re.match(r"[245]\d\d[ -]([245]\.\d+\.\d+ |sms\.test)", answer) for answer in answers)
    assert answers[-1] == "250 2.0.0 OK"
    await caller.hang_up()
    house.callers.remove(caller)


def holds_no_end(noise: bytes) -> bool:
    return b"\r\n.\r\n" not in b"\r\n" + noise + b"\r\n"


@given(
    noise=(st.binary(max_size=2000) | st.lists(st.sampled_from([b"a", b".", b"\r\n"])).map(b"".join)).filter(
        holds_no_end
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bytes_as_a_mail_are_stored_as_meant_or_refused(house: House, noise: bytes) -> None:
    house.reception.stored.clear()
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", noise, b".", b"QUIT")
    codes = [line[:9] for line in (await caller.rest()).split(b"\r\n")[1:]]
    if re.search(rb"\0|\r(?!\n)|(?<!\r)\n", noise + b"\r\n"):
        assert (codes, house.reception.stored) == ([b"550 5.6.0", b"221 2.0.0", b""], [])
    else:
        assert codes == [b"250 2.0.0", b"221 2.0.0", b""]
        assert house.reception.stored[0][1] == re.sub(rb"(?m)(^|(?<=\r\n))\.", b"", noise + b"\r\n")
    await caller.hang_up()
    house.callers.remove(caller)


async def test_what_a_client_sends_after_it_was_cut_off_is_not_read(serve: Serve) -> None:
    house, _ = await serve(max_mail_bytes=1000)
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    await caller.say(b"DATA")
    for _ in range(40):
        caller.writer.write(b"x" * 1000)
    caller.send(b"", b".", b"NOOP")
    assert (await caller.reply())[:9] == "552 5.3.4"
    assert await still_serves(house)


async def test_a_client_that_reads_late_gets_all_its_replies(house: House) -> None:
    caller, other = await house.caller(), await house.caller()
    caller.send(*[b"HELP"] * 200_000)
    await other.say(b"NOOP")
    replies = 0
    while replies < 200_000:
        replies += (await asyncio.wait_for(caller.reader.read(65_536), 10)).count(b"\n")
    assert replies == 200_000
    assert await caller.say(b"NOOP") == ["250 2.0.0 OK"]
