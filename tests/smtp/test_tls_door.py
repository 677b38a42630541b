"""The door under TLS: clients count from the moment when they connect, on both event loops."""

import contextlib
import os
import resource
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from gateway.settings import SmtpSettings
from gateway.smtp.limits import Connections, RoleMail, address_of
from gateway.smtp.office import Commits, Office
from gateway.smtp.protocol import SmtpSession
from gateway.smtp.replies import Refusals
from gateway.smtp.tls_door import TlsDoor
from tests.smtp.callers import FakeReception, House, worded
from tests.smtp.conftest import Serve
from tests.waiting import eventually


async def served_at_last(house: House) -> bool:
    """Whether a client that keeps trying gets in and is served, once."""

    async def served() -> bool:
        try:
            caller = await house.call(house.submissions, house.client_tls)
            await caller.greet()
            answer = await caller.mail()
        except (OSError, EOFError):
            return False
        return answer[:9] == "250 2.0.0"

    return await eventually(served)


async def test_clients_that_say_nothing_count_and_one_too_many_is_hung_up_on(serve: Serve) -> None:
    house, _ = await serve(max_connections=2)
    silent = [await house.call(house.submissions) for _ in range(2)]
    assert await (await house.call(house.submissions)).rest() == b""
    assert (await (await house.call()).rest())[:9] == b"421 4.7.0"  # one count for all doors
    await silent[0].hang_up()
    assert await served_at_last(house)


async def test_a_client_holds_one_place_before_and_after_the_handshake(serve: Serve) -> None:
    house, _ = await serve(max_connections=1)
    for _ in range(2):
        assert await served_at_last(house)
        assert await (await house.call(house.submissions)).rest() == b""
        await house.callers[-2].hang_up()


async def test_a_handshake_that_takes_too_long_is_ended_and_its_place_is_free(serve: Serve) -> None:
    house, _ = await serve(max_connections=1, command_timeout_s=0.3)
    silent = await house.call(house.submissions)
    silent.writer.write(b"\x16\x03\x01\x02\x00\x01")  # a hello begins like this
    assert await silent.rest() == b""
    assert await served_at_last(house)


async def test_what_is_no_handshake_ends_that_connection_alone(serve: Serve) -> None:
    house, _ = await serve(max_connections=1)
    caller = await house.call(house.submissions)
    caller.send(b"EHLO client.test")
    await caller.rest()
    assert await served_at_last(house)


async def test_a_handshake_does_not_hold_up_the_closing_of_the_house(serve: Serve) -> None:
    house, listener = await serve(max_connections=1)
    silent = await house.call(house.submissions)
    await (await house.call(house.submissions)).rest()  # by now the first is in
    assert await listener.drain(10)
    assert await silent.rest() == b""
    with pytest.raises(ConnectionRefusedError):
        await house.call(house.submissions)


async def test_a_network_has_its_share_of_the_handshakes_and_gets_it_back(server_context: ssl.SSLContext) -> None:
    connections = Connections(10, 1)
    office = _office(connections)
    with socket.create_server(("127.0.0.1", 0)) as listening, contextlib.ExitStack() as stack:
        door = TlsDoor(office, SmtpSession, listening, server_context)
        ends = []
        for host in ("192.0.2.1", "192.0.2.2", "198.51.100.1"):
            line, end = socket.socketpair()
            door.receive(line, host)
            ends.append(stack.enter_context(end))
        assert ends[1].recv(1) == b""
        office.guests.dismiss()  # before the handshakes have begun
        await office.guests.all_gone()
        assert [ends[0].recv(1), ends[2].recv(1)] == [b"", b""]
        assert connections.enter(address_of("192.0.2.3"))


async def test_a_machine_without_room_takes_the_client_when_there_is_some(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with _without_room(house, caplog):
        pass
    assert await served_at_last(house)


async def test_a_door_that_waits_for_room_can_be_closed(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    house, listener = await serve()
    async with _without_room(house, caplog):
        assert await listener.drain(10)


@asynccontextmanager
async def _without_room(house: House, caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """A client is at the door under TLS that found no room there, since this process could open no more files."""

    async def told() -> bool:
        return "no connection can be taken" in caplog.text

    with socket.socket() as client:
        with _no_more_files():
            client.connect(("127.0.0.1", house.submissions))  # the kernel answers; the loop might import something
            await eventually(told)
        yield


@contextmanager
def _no_more_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _office(connections: Connections) -> Office:
    reception = FakeReception()
    return Office(
        settings=SmtpSettings(),
        domain="sms.test",
        reception=reception,
        refusals=Refusals(worded),
        tls=None,
        connections=connections,
        role_mail=RoleMail(1, 1),
        commits=Commits(reception),
    )
