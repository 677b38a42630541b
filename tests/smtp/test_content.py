"""What follows DATA: taken byte by byte as it was meant, or refused, and judged by whom it says it is from."""

import pytest

from plans.words import Reason
from tests.smtp.callers import House
from tests.smtp.conftest import Serve


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (b"..one dot\r\n...two\r\nno dot", b".one dot\r\n..two\r\nno dot\r\n"),
        (b".x", b"x\r\n"),
        (b"a\r\n", b"a\r\n\r\n"),
        (b"caf\xe9 \xe2\x82\xac", b"caf\xe9 \xe2\x82\xac\r\n"),
        (b"x" * 5000, b"x" * 5000 + b"\r\n"),
    ],
)
async def test_the_bytes_stored_are_the_bytes_meant(house: House, sent: bytes, stored: bytes) -> None:
    caller = await house.caller()
    await caller.mail(sent)
    assert house.reception.stored[0][1] == stored


async def test_an_empty_mail_is_a_mail(house: House) -> None:
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    await caller.say(b"DATA")
    assert await caller.say(b".") == ["250 2.0.0 queued as 1"]
    assert house.reception.stored[0][1] == b""


@pytest.mark.parametrize(
    "false_end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\r.\r\n"]
)
async def test_a_false_end_of_mail_ends_nothing_and_has_the_mail_refused(house: House, false_end: bytes) -> None:
    """A second mail hidden behind a line end that only some servers see (SMTP smuggling) is never taken."""
    caller = await house.caller()
    answer = await caller.mail(b"one" + false_end + b"MAIL FROM:<forged@client.test>")
    assert answer[:9] == "550 5.6.0"
    assert house.reception.stored == []
    assert await caller.mail() == "250 2.0.0 queued as 1"


async def test_a_mail_over_the_limit_is_read_to_its_end_and_refused(serve: Serve) -> None:
    house, _ = await serve(max_mail_bytes=1000)
    caller = await house.caller()
    assert (await caller.mail(b"x" * 3000))[:9] == "552 5.3.4"
    assert (await caller.mail(b"x" * 900))[:9] == "250 2.0.0"


async def test_a_mail_far_over_the_limit_is_cut_off(serve: Serve) -> None:
    house, _ = await serve(max_mail_bytes=1000)
    caller = await house.caller()
    assert (await caller.mail(b"x" * 20_000))[:9] == "552 5.3.4"
    assert await caller.rest() == b""


async def test_the_from_header_is_judged_only_for_senders_known_by_their_address_alone(house: House) -> None:
    caller = await house.caller()
    await caller.mail(b"From: Boss <BOSS@client.test>\r\n\r\nhello")
    assert house.reception.authors == []
    house.reception.by_address_alone = True
    await caller.mail(b"From: Boss <BOSS@client.test>\r\n\r\nhello")
    assert house.reception.authors == ["boss@client.test"]


async def test_a_from_header_that_is_not_registered_has_the_whole_mail_refused(house: House) -> None:
    house.reception.by_address_alone = True
    house.reception.unconfirmed = {"0612345678": Reason.SENDER_NOT_ALLOWED}
    caller = await house.caller()
    await caller.open_mail(b"0698765432", b"0612345678")
    await caller.say(b"DATA")
    assert await caller.say(b"From: x@y.test\r\n\r\nhello\r\n.") == ["550 5.7.1 <sender_not_allowed>"]
    assert house.reception.stored == []
