"""The LMTP conversation (RFC 2033)."""

import pytest

from gateway.engine.writer import StorageUnavailable
from gateway.smtp.reception import Dialect
from plans.words import Reason
from tests.smtp.callers import Caller, House
from tests.smtp.conftest import Serve


async def lmtp_caller(house: House) -> Caller:
    caller = await house.call(house.lmtp)
    await caller.greet(b"LHLO front.test")
    return caller


async def test_each_recipient_has_its_own_status_after_data(house: House) -> None:
    caller = await lmtp_caller(house)
    await caller.open_mail(b"0612345671", b"nobody", b"0612345672")
    await caller.say(b"DATA")
    caller.send(b"hello", b".")
    assert [await caller.reply(), await caller.reply()] == ["250 2.0.0 queued as 1"] * 2
    assert await caller.say(b"NOOP") == ["250 2.0.0 OK"]
    assert house.reception.stored[0][0].session.dialect is Dialect.LMTP


async def test_what_a_front_hands_over_for_postmaster_counts_in_the_total_alone(serve: Serve) -> None:
    house, _ = await serve(max_role_mails_per_hour=2, max_role_mails_per_network=1)
    caller = await lmtp_caller(house)
    answers = await caller.say(b"MAIL FROM:<>", *[b"RCPT TO:<postmaster>"] * 3)
    assert [answer[:3] for answer in answers] == ["250", "250", "250", "452"]


async def test_a_recipient_refused_after_data_does_not_cost_the_others_their_mail(house: House) -> None:
    house.reception.by_address_alone = True
    house.reception.unconfirmed = {"0612345671": Reason.SENDER_NOT_ALLOWED}
    caller = await lmtp_caller(house)
    await caller.open_mail(b"0612345671", b"0612345672")
    await caller.say(b"DATA")
    caller.send(b"From: x@y.test", b"", b"hello", b".")
    assert [await caller.reply(), await caller.reply()] == ["550 5.7.1 <sender_not_allowed>", "250 2.0.0 queued as 1"]
    assert [each.e164 for each in house.reception.stored[0][0].recipients] == ["0612345672"]


@pytest.mark.parametrize(
    ("content", "failure", "answer"),
    [
        (b"bare\nline feed", None, "550 5.6.0"),
        (b"hello", StorageUnavailable(), "451 4.3.0"),
        (b"hello", OSError("a bug"), "451 4.3.0"),
    ],
)
async def test_what_stops_the_whole_mail_is_told_for_each_recipient(
    house: House, content: bytes, failure: Exception | None, answer: str
) -> None:
    caller = await lmtp_caller(house)
    await caller.open_mail(b"0612345671", b"0612345672")
    await caller.say(b"DATA")
    house.reception.failure = failure
    caller.send(content, b".")
    assert [(await caller.reply())[:9] for _ in range(2)] == [answer, answer]


@pytest.mark.parametrize("line", [b"HELO x", b"EHLO x", b"STARTTLS", b"AUTH PLAIN"])
async def test_commands_of_smtp_alone_are_unknown(house: House, line: bytes) -> None:
    caller = await lmtp_caller(house)
    assert (await caller.say(line))[0][:9] == "500 5.5.2"


async def test_neither_tls_nor_login_is_offered_to_a_front(house: House) -> None:
    caller = await house.call(house.lmtp)
    offered = await caller.greet(b"LHLO front.test")
    assert "STARTTLS" not in offered
    assert "AUTH" not in offered


async def test_the_door_is_for_trusted_fronts_alone(serve: Serve) -> None:
    house, _ = await serve(lmtp_fronts=("192.0.2.1/32",))
    caller = await house.call(house.lmtp)
    assert (await caller.rest()).decode() == "554 5.7.1 This door is for trusted mail servers only\r\n"


async def test_without_a_recipient_there_is_no_mail(house: House) -> None:
    """503, as RFC 2033, 4.2 has it: a front counts as many answers after the mail as it has recipients."""
    caller = await lmtp_caller(house)
    await caller.open_mail(b"nobody")
    assert (await caller.say(b"DATA"))[0][:9] == "503 5.5.1"
