"""Doors that open, limits that hold, timers that run out, and a house that closes without losing a mail."""

import asyncio
import re
import smtplib
import socket
import ssl
import stat
from pathlib import Path

import pytest
import trustme
import uvloop

from gateway.settings import Settings, SmtpSettings, TlsSettings
from gateway.smtp.input_buffer import LINE_BYTES
from gateway.smtp.limits import Connections, RoleMail, address_of
from gateway.smtp.listener import Doors, bind_doors, serve_smtp, server_tls
from tests.smtp.callers import PASSWORD, Caller, FakeReception, House, worded
from tests.smtp.conftest import Serve


async def test_draining_sends_idle_clients_away_and_opens_to_nobody(serve: Serve) -> None:
    house, listener = await serve()
    idle = await house.caller()
    assert await listener.drain(10)
    assert await idle.rest() == b"421 4.3.2 Service is stopping, please try again soon\r\n"
    with pytest.raises(ConnectionRefusedError):
        await house.call()


async def test_draining_waits_for_a_mail_being_stored_and_answers_it(serve: Serve) -> None:
    house, listener = await serve()
    house.reception.storing.clear()
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"hello", b".")
    await house.reception.at_the_disk.wait()
    draining = asyncio.create_task(listener.drain(10))
    await caller.reply()
    house.reception.storing.set()
    assert await draining
    assert [await caller.reply(), (await caller.reply())[:9]] == ["250 2.0.0 queued as 1", "421 4.3.2"]


async def test_draining_lets_a_mail_on_its_way_in_arrive(serve: Serve) -> None:
    house, listener = await serve()
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    await caller.say(b"DATA")
    caller.send(b"half of it")
    draining = asyncio.create_task(listener.drain(10))
    caller.send(b"and the rest", b".")
    assert await caller.reply() == "250 2.0.0 queued as 1"
    assert await draining


async def test_draining_cuts_the_lines_when_its_time_is_up(serve: Serve) -> None:
    house, listener = await serve()
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    await caller.say(b"DATA")
    assert not await listener.drain(0.05)
    assert house.reception.stored == []


async def test_draining_never_gives_up_a_mail_at_the_disk(serve: Serve) -> None:
    """Its client may have gone unanswered, but what was begun is stored before the database closes."""
    house, listener = await serve()
    house.reception.storing.clear()
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"hello", b".")
    await house.reception.at_the_disk.wait()
    draining = asyncio.create_task(listener.drain(0.05))
    await caller.rest()
    assert not draining.done()
    house.reception.storing.set()
    assert not await draining
    assert len(house.reception.stored) == 1


# -- patience


async def test_an_idle_client_is_told_when_it_is_hung_up_on(serve: Serve) -> None:
    house, _ = await serve(command_timeout_s=0.1)
    caller = await house.caller()
    assert await caller.rest() == b"421 4.4.2 Waited too long, closing the connection\r\n"


async def test_a_command_that_trickles_in_has_no_more_time_than_another(serve: Serve) -> None:
    house, _ = await serve(command_timeout_s=0.3)
    caller = await house.caller()

    async def trickle() -> None:
        while True:
            caller.writer.write(b"x")
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    assert (await caller.rest())[:9] == b"421 4.4.2"
    trickling.cancel()


async def test_a_mail_that_stops_coming_is_hung_up_on(serve: Serve) -> None:
    house, _ = await serve(data_timeout_s=0.1)
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"hello")
    assert (await caller.rest()).split(b"\r\n")[1][:9] == b"421 4.4.2"


async def test_a_slow_mail_that_keeps_coming_is_taken(serve: Serve) -> None:
    """It takes longer than the pause that is allowed between two blocks, and longer than a command may take."""
    house, _ = await serve(command_timeout_s=0.2, data_timeout_s=0.2)
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    await caller.say(b"DATA")
    for _ in range(10):
        caller.send(b"x" * 70)
        await asyncio.sleep(0.05)
    assert (await caller.say(b"."))[0] == "250 2.0.0 queued as 1"


async def test_a_mail_that_comes_a_byte_at_a_time_is_hung_up_on(serve: Serve) -> None:
    """Or one client could hold a place for ever."""
    house, _ = await serve(data_timeout_s=0.2)
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    await caller.say(b"DATA")

    async def trickle() -> None:
        while True:
            caller.writer.write(b"x")
            await asyncio.sleep(0.05)

    trickling = asyncio.create_task(trickle())
    assert (await caller.rest())[:9] == b"421 4.4.2"
    trickling.cancel()


async def test_the_time_that_we_take_ourselves_is_not_the_client_s(serve: Serve) -> None:
    house, _ = await serve(command_timeout_s=0.1, data_timeout_s=0.1)
    house.reception.storing.clear()
    caller = await house.caller()
    await caller.open_mail(b"0612345678")
    caller.send(b"DATA", b"hello", b".")
    await house.reception.at_the_disk.wait()
    await asyncio.sleep(0.3)
    house.reception.storing.set()
    assert (await caller.rest()).split(b"\r\n")[1] == b"250 2.0.0 queued as 1"


# -- limits


async def test_a_connection_too_many_is_told_so(serve: Serve) -> None:
    house, _ = await serve(max_connections=2)
    first, _ = await house.caller(), await house.caller()
    third = await house.call()
    assert await third.rest() == b"421 4.7.0 Too many connections, please try again later\r\n"
    await first.say(b"QUIT")
    await first.rest()
    assert (await (await house.call()).reply())[:3] == "220"


def test_a_network_has_its_share_of_the_connections_and_gets_it_back() -> None:
    connections = Connections(10, 2)
    one, two, three = (address_of(f"192.0.2.{last}") for last in (1, 2, 3))
    assert [connections.enter(one), connections.enter(two), connections.enter(three)] == [True, True, False]
    assert connections.enter(address_of("198.51.100.1"))
    connections.leave(one)
    assert connections.enter(three)


def test_an_ipv6_network_is_a_64_and_a_mapped_address_is_ipv4() -> None:
    connections = Connections(10, 1)
    assert connections.enter(address_of("2001:db8::1"))
    assert not connections.enter(address_of("2001:db8::ffff:1"))
    assert connections.enter(address_of("2001:db8:0:1::1"))
    assert address_of("::ffff:192.0.2.1") == address_of("192.0.2.1")


def test_this_machine_counts_in_the_total_only() -> None:
    connections = Connections(2, 0)
    assert [connections.enter(address_of("127.0.0.1")), connections.enter(None)] == [True, True]
    assert not connections.enter(address_of("::1"))


def test_strangers_write_so_much_to_postmaster_in_an_hour_and_no_network_writes_all_of_it() -> None:
    role_mail = RoleMail(3, 2)
    one, two, three = (address_of(f"192.0.2.{last}") for last in (1, 2, 3))
    assert [role_mail.take(each, 0) for each in (one, two, three)] == [True, True, False]
    other = address_of("198.51.100.1")
    assert [role_mail.take(other, 10), role_mail.take(other, 3599.9)] == [True, False]
    assert [role_mail.take(each, 3600) for each in (one, two, three, other)] == [True, True, False, True]


def test_mail_to_postmaster_from_this_machine_or_a_front_counts_in_the_total_only() -> None:
    role_mail = RoleMail(3, 1)
    here = address_of("127.0.0.1")
    assert [role_mail.take(each, 0) for each in (here, here, None, None)] == [True, True, True, False]


# -- doors


async def test_the_unix_door_is_open_to_owner_and_group_alone(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    for _ in range(2):  # the second finds the file that the first left behind
        settings = Settings(domain="sms.test", smtp=SmtpSettings(port=0, lmtp_socket=path))
        doors = bind_doors(settings.smtp)
        listener = await serve_smtp(settings, FakeReception(), worded, doors)
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        caller = Caller(*await asyncio.open_unix_connection(str(path)))
        assert "LIMITS" in await caller.greet(b"LHLO front.test")
        await listener.drain(10)
        await caller.hang_up()


async def test_a_submissions_door_without_a_certificate_is_refused() -> None:
    settings = Settings(smtp=SmtpSettings(port=0, submissions_port=0))
    doors = bind_doors(settings.smtp)
    with pytest.raises(ValueError, match="certificate"):
        await serve_smtp(settings, FakeReception(), worded, doors)
    for door in (*doors.smtp, *doors.submissions):
        door.close()


async def test_without_a_certificate_starttls_is_neither_offered_nor_done() -> None:
    settings = Settings(domain="sms.test", smtp=SmtpSettings(port=0))
    doors = bind_doors(settings.smtp)
    listener = await serve_smtp(settings, FakeReception(), worded, doors)
    caller = await Caller.at(doors.smtp[0].getsockname()[1])
    assert "STARTTLS" not in await caller.greet()
    assert (await caller.say(b"STARTTLS"))[0][:9] == "502 5.5.1"
    await listener.drain(10)
    await caller.hang_up()


async def test_python_s_own_client_logs_in_and_sends(house: House) -> None:
    def send() -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", house.smtp, timeout=10) as client:
            client.login("staff", PASSWORD)
            return client.sendmail("staff@client.test", ["0612345678@sms.test", "nobody@sms.test"], "hello")

    refused = await asyncio.to_thread(send)
    assert refused == {"nobody@sms.test": (550, b"5.1.3 <number_invalid>")}
    assert len(house.reception.stored) == 1


def test_tls_is_started_on_uvloop_too(server_context: ssl.SSLContext, client_context: ssl.SSLContext) -> None:
    async def visit() -> list[str]:
        settings = Settings(domain="sms.test", smtp=SmtpSettings(port=0))
        doors = bind_doors(settings.smtp)
        listener = await serve_smtp(settings, FakeReception(), worded, doors, server_context)
        caller = await Caller.at(doors.smtp[0].getsockname()[1])
        await caller.greet()
        await caller.say(b"STARTTLS")
        await caller.writer.start_tls(client_context, server_hostname="localhost")
        answers = [*await caller.say(b"MAIL FROM:<a@b.test>", b"EHLO again.test"), await caller.mail()]
        await caller.hang_up()
        await listener.drain(10)
        return [answer[:9] for answer in answers]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(visit()) == ["503 5.5.1", "250-sms.t", "250 2.0.0"]


def test_the_same_listener_runs_on_uvloop() -> None:
    """The event loop of production; half-closing is where the two loops differ most."""

    async def visit() -> tuple[bytes, int]:
        settings = Settings(domain="sms.test", smtp=SmtpSettings(port=0))
        reception = FakeReception()
        doors: Doors = bind_doors(settings.smtp)
        listener = await serve_smtp(settings, reception, worded, doors)
        caller = await Caller.at(doors.smtp[0].getsockname()[1])
        await caller.greet()
        await caller.open_mail(b"0612345678")
        caller.send(b"DATA", b"x" * (5 * LINE_BYTES), b".", b"NOOP")
        caller.writer.write_eof()
        answers = await caller.rest()
        await caller.hang_up()
        await listener.drain(10)
        return answers, len(reception.stored)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answers, stored = runner.run(visit())
    assert (answers.split(b"\r\n")[1:], stored) == ([b"250 2.0.0 queued as 1", b"250 2.0.0 OK", b""], 1)


def test_the_certificate_is_read_from_the_files_that_the_settings_name(authority: trustme.CA, tmp_path: Path) -> None:
    issued = authority.issue_cert("localhost")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    assert server_tls(TlsSettings(certificate, key)).verify_mode is ssl.CERT_NONE
    other, nowhere = tmp_path / "other.pem", tmp_path / "nowhere.pem"
    authority.issue_cert("localhost").private_key_pem.write_to_path(other)
    for pair, why in (
        ((nowhere, key), f"No such file or directory: '{nowhere}'"),
        ((certificate, nowhere), f"No such file or directory: '{nowhere}'"),
        ((certificate, other), f"is not the key of this certificate: '{other} with {certificate}'"),
        ((key, key), "no certificate and key in PEM"),
    ):
        with pytest.raises(OSError, match=re.escape(why)):
            server_tls(TlsSettings(*pair))


def test_a_socket_that_cannot_be_made_says_which(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere" / "lmtp.sock", tmp_path / ("long" * 50)):
        with pytest.raises(OSError, match=re.escape(str(path))):
            bind_doors(SmtpSettings(port=0, lmtp_socket=path))


async def test_a_door_that_is_taken_says_so(house: House) -> None:
    with pytest.raises(OSError, match="in use"):
        bind_doors(SmtpSettings(port=house.smtp))


def test_ports_are_bound_where_the_settings_say() -> None:
    doors = bind_doors(SmtpSettings(host="127.0.0.1", port=0))
    (door,) = doors.smtp
    assert (door.family, door.getsockname()[0]) == (socket.AF_INET, "127.0.0.1")
    assert (doors.submissions, doors.lmtp) == ((), ())
    door.close()
