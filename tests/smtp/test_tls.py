"""The conversation under TLS (RFC 3207, RFC 8314)."""

from tests.smtp.callers import PASSWORD, House, base64_of


async def test_starttls_goes_on_under_tls_and_forgets_what_was_said_in_clear(house: House) -> None:
    caller = await house.caller()
    await caller.say(b"AUTH PLAIN " + base64_of(f"\0staff\0{PASSWORD}"))
    assert await caller.say(b"STARTTLS") == ["220 2.0.0 Ready to start TLS"]
    await caller.writer.start_tls(house.client_tls, server_hostname="localhost")
    assert (await caller.say(b"MAIL FROM:<a@b.test>"))[0][:9] == "503 5.5.1"
    (offered,) = await caller.say(b"EHLO client.test")
    assert "AUTH PLAIN LOGIN" in offered
    assert "STARTTLS" not in offered
    assert await caller.mail() == "250 2.0.0 queued as 1"
    session, _, _ = house.reception.seen[0]
    assert (session.peer.encrypted, session.proof) == (True, None)
    assert (await caller.say(b"STARTTLS"))[0][:9] == "503 5.5.1"


async def test_a_command_sent_ahead_of_the_handshake_is_never_obeyed(house: House) -> None:
    """What an attacker puts in clear behind STARTTLS would otherwise be taken for the client's own words."""
    caller = await house.caller()
    caller.send(b"STARTTLS", b"EHLO attacker.test", b"NOOP")
    await caller.reply()
    await caller.writer.start_tls(house.client_tls, server_hostname="localhost")
    assert (await caller.say(b"MAIL FROM:<a@b.test>"))[0][:9] == "503 5.5.1"


async def test_a_handshake_that_fails_ends_that_session_alone(house: House) -> None:
    caller = await house.caller()
    await caller.say(b"STARTTLS")
    caller.send(b"this is no client hello at all")
    await caller.rest()
    other = await house.caller()
    assert await other.mail() == "250 2.0.0 queued as 1"


async def test_the_submissions_door_speaks_tls_from_the_first_byte_and_offers_login(house: House) -> None:
    caller = await house.call(house.submissions, house.client_tls)
    offered = await caller.greet()
    assert "AUTH PLAIN LOGIN" in offered
    assert "STARTTLS" not in offered
    assert (await caller.say(b"AUTH PLAIN " + base64_of(f"\0staff\0{PASSWORD}")))[0][:3] == "235"
    assert await caller.mail() == "250 2.0.0 queued as 1"
