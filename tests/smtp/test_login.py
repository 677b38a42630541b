"""How a client proves who it is (RFC 4954)."""

import pytest

from gateway.engine.writer import StorageUnavailable
from tests.smtp.callers import PASSWORD, House, base64_of


@pytest.mark.parametrize("mechanism", [b"PLAIN", b"plain", b"Plain"])
async def test_a_login_in_one_line_proves_the_sender(house: House, mechanism: bytes) -> None:
    caller = await house.caller()
    answers = await caller.say(b"AUTH " + mechanism + b" " + base64_of(f"\0staff\0{PASSWORD}"))
    assert answers == ["235 2.7.0 Authentication successful"]
    await caller.open_mail(b"0612345678")
    proof = house.reception.seen[0][0].proof
    assert proof is not None
    assert (proof.account_id, proof.login) == (7, "staff")


async def test_plain_may_wait_to_be_asked(house: House) -> None:
    caller = await house.caller()
    answers = await caller.say(b"AUTH PLAIN", base64_of(f"\0staff\0{PASSWORD}"))
    assert answers == ["334 ", "235 2.7.0 Authentication successful"]


async def test_login_asks_for_both_in_turn(house: House) -> None:
    caller = await house.caller()
    answers = await caller.say(b"AUTH login", base64_of("staff"), base64_of(PASSWORD))
    assert answers == ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 2.7.0 Authentication successful"]


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ([b"AUTH"], "504 5.5.4"),
        ([b"AUTH CRAM-MD5"], "504 5.5.4"),
        ([b"AUTH PLAIN ?"], "501 5.5.2"),
        ([b"AUTH PLAIN =", b"NOOP"], "250 2.0.0"),
        ([b"AUTH PLAIN " + base64_of("no parts")], "501 5.5.2"),
        ([b"AUTH PLAIN", b"*"], "501 5.7.0"),
        ([b"AUTH LOGIN", b"*"], "501 5.7.0"),
        ([b"AUTH LOGIN", b"\xff\xfe"], "501 5.5.2"),
        ([b"AUTH LOGIN", b"x" * 20_000], "500 5.5.2"),
        ([b"MAIL FROM:<a@b.test>", b"AUTH PLAIN"], "503 5.5.1"),
    ],
)
async def test_a_login_that_goes_astray_is_answered_and_the_session_goes_on(
    house: House, lines: list[bytes], answer: str
) -> None:
    caller = await house.caller()
    assert (await caller.say(*lines))[-1][:9] == answer
    assert await caller.say(b"NOOP") == ["250 2.0.0 OK"]


async def test_while_the_database_is_away_nobody_is_told_that_the_password_is_wrong(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """454, so that the client tries again (RFC 4954, 6); the engine logs the outage, and no session does."""
    house.reception.failure = StorageUnavailable()
    caller = await house.caller()
    answers = await caller.say(
        b"AUTH PLAIN " + base64_of(f"\0staff\0{PASSWORD}"),
        b"MAIL FROM:<staff@client.test>",
        b"RCPT TO:<0612345678@sms.test>",
    )
    assert [answer[:9] for answer in answers] == ["454 4.7.0", "250 2.1.0", "451 4.3.0"]
    assert caplog.messages == []


async def test_the_third_wrong_password_ends_the_session(house: House) -> None:
    caller = await house.caller()
    wrong = b"AUTH PLAIN " + base64_of("\0staff\0wrong")
    assert [answer[:9] for answer in await caller.say(wrong, wrong, wrong)] == ["535 5.7.8", "535 5.7.8", "421 4.7.0"]
    assert await caller.rest() == b""


async def test_nobody_logs_in_twice(house: House) -> None:
    caller = await house.caller()
    login = b"AUTH PLAIN " + base64_of(f"\0staff\0{PASSWORD}")
    assert [answer[:9] for answer in await caller.say(login, login)] == ["235 2.7.0", "503 5.5.1"]
