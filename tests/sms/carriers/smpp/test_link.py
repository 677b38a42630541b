"""A link is bound again when it breaks, waits longer each time, and ends without leaving anything in doubt."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from gateway.sms.carriers.smpp.link import Health, Link, LinkState, Nature, back_off, context
from gateway.sms.carriers.smpp.pdus import Address, Bind
from gateway.sms.carriers.smpp.session import Answered, Hooks, NotWritten, Unanswered
from gateway.sms.carriers.smpp.settings import SmppSettings, Timing, Tls
from gateway.sms.carriers.smpp.words import Command
from tests.sms.carriers.smpp.smsc import Connection, Smsc, playing_smsc, takes_all
from tests.waiting import eventually

TIMING = Timing(connect_s=5, drain_s=5)


class Naps:
    """Sleeps that last until the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._wake = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._wake.acquire()

    def wake(self) -> None:
        self._wake.release()

    async def got(self, count: int) -> list[float]:
        async def enough() -> bool:
            return len(self.asked) >= count

        await eventually(enough)
        return self.asked


def link_to(port: int, naps: Naps, **changes: object) -> Link:
    settings = SmppSettings("smpp", "127.0.0.1", port, "user", "secret", system_type="x", timing=TIMING)
    settings = replace(settings, **changes)  # type: ignore[arg-type]  # each test names its own
    hooks = Hooks(lambda _session, _frame: None, lambda _context, _answer: None)
    nature = Nature(naps.sleep, lambda: 1.0)
    return Link(settings, Command.BIND_TRANSCEIVER, hooks, throttling={0x58}, refusing={0x0E}, nature=nature)


@asynccontextmanager
async def running(link: Link) -> AsyncIterator[Link]:
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await link.close()


async def until(link: Link, state: LinkState) -> None:
    async def so() -> bool:
        return link.health.state is state

    await eventually(so)


async def test_it_says_who_we_are_and_is_bound(smsc: Smsc) -> None:
    async with running(link_to(smsc.port, Naps(), range=Address(1, 1, "^336"))) as link:
        await until(link, LinkState.BOUND)
        (bind,) = (await smsc.bound()).received
        assert Bind.decode(bind.body) == Bind("user", "secret", "x", 0x34, Address(1, 1, "^336"))
        assert (link.submits, link.room, link.health) == (True, 10, Health(LinkState.BOUND))


async def test_before_it_is_bound_nothing_is_sent(smsc: Smsc) -> None:
    link = link_to(smsc.port, Naps())
    assert await link.submit(b"", 1) == NotWritten("link")
    assert (link.submits, link.room, link.health.state) == (False, 0, LinkState.CONNECTING)
    link.rebind("nothing to end")


async def test_it_reports_its_window_and_what_was_the_matter_last(smsc: Smsc) -> None:
    naps = Naps()
    link = link_to(smsc.port, naps)
    assert (link.report.state, link.report.failure, link.report.window) == ("connecting", "", 0)
    async with running(link):
        (await smsc.bound()).cut()
        await until(link, LinkState.DOWN)
        down = link.report
        assert (down.bind, down.why, down.failure, down.taken) == ("bind_transceiver", down.failure, down.why, 0)
        naps.wake()
        await smsc.bound(2)
        await until(link, LinkState.BOUND)
        told = link.report
        assert (told.state, told.why, told.failure, told.window) == ("bound", "", down.failure, 10)
        assert 0 <= told.for_s <= told.failed_s


async def test_a_link_that_breaks_is_bound_again_after_a_pause(smsc: Smsc) -> None:
    naps = Naps()
    async with running(link_to(smsc.port, naps)) as link:
        (await smsc.bound()).cut()
        assert await naps.got(1) == [1.0]
        assert link.health.state is LinkState.DOWN
        naps.wake()
        await smsc.bound(2)
        await until(link, LinkState.BOUND)


async def test_a_host_that_is_no_name_is_down_like_any_other() -> None:
    naps = Naps()
    async with running(link_to(1, naps, host="a..b")) as link:
        await naps.got(1)
        assert link.health == Health(LinkState.DOWN, "UnicodeError")


async def test_nobody_there_is_tried_again_and_again_ever_more_slowly() -> None:
    naps = Naps()
    async with running(link_to(1, naps)) as link:
        for count in range(1, 9):
            await naps.got(count)
            naps.wake()
        assert (await naps.got(8))[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
        assert link.health.state in {LinkState.DOWN, LinkState.CONNECTING}


async def test_a_wrong_password_is_said_aloud_and_tried_again_only_much_later(
    smsc: Smsc, caplog: pytest.LogCaptureFixture
) -> None:
    smsc.bind_status = 0x0E
    naps = Naps()
    async with running(link_to(smsc.port, naps)) as link:
        assert await naps.got(1) == [900.0]
        assert link.health == Health(LinkState.REFUSED, "bind 0x0000000E")
        (alert,) = [each for each in caplog.records if each.levelno == logging.ERROR]
        assert alert.getMessage() == "carrier smpp refuses our account with 0x0000000E"
        smsc.bind_status = 0
        naps.wake()
        await until(link, LinkState.BOUND)


async def test_another_status_of_a_bind_is_soon_tried_again(smsc: Smsc) -> None:
    smsc.bind_status = 0x08
    naps = Naps()
    async with running(link_to(smsc.port, naps)) as link:
        assert await naps.got(1) == [1.0]
        assert link.health == Health(LinkState.DOWN, "bind 0x00000008")


async def test_a_peer_that_never_answers_a_bind_is_given_up(smsc: Smsc) -> None:
    smsc.bind_status = None
    naps = Naps()
    async with running(link_to(smsc.port, naps, timing=replace(TIMING, connect_s=0.05))) as link:
        assert await naps.got(1) == [1.0]
        assert link.health == Health(LinkState.DOWN, "TimeoutError")


async def test_a_peer_that_hangs_up_instead_of_binding_is_tried_again(smsc: Smsc) -> None:
    smsc.bind_status = None
    naps = Naps()
    async with running(link_to(smsc.port, naps)) as link:
        (await smsc.bound()).cut()
        assert await naps.got(1) == [1.0]
        assert link.health == Health(LinkState.DOWN, "ConnectionError")


async def test_a_closing_link_waits_for_its_answers_and_says_good_bye(smsc: Smsc) -> None:
    async with running(link_to(smsc.port, Naps())) as link:
        await until(link, LinkState.BOUND)
        connection = await smsc.bound()
        under_way = asyncio.create_task(link.submit(b"", 5))
        (request,) = await connection.got(Command.SUBMIT_SM)
        draining = asyncio.create_task(link.drain())
        await asyncio.sleep(0)
        assert (link.submits, await link.submit(b"", 5)) == (False, NotWritten("window"))
        connection.answer(request, 0, "7")
        await draining
        assert await under_way == Answered(0, b"7\0")
        await link.close()
        assert len(connection.of(Command.UNBIND)) == 1


async def test_a_peer_that_never_answers_does_not_keep_it_from_closing(smsc: Smsc) -> None:
    smsc.mute.add(Command.UNBIND)
    async with running(link_to(smsc.port, Naps(), timing=replace(TIMING, drain_s=0.02))) as link:
        await until(link, LinkState.BOUND)
        under_way = asyncio.create_task(link.submit(b"", 5))
        await (await smsc.bound()).got(Command.SUBMIT_SM)
        await link.drain()
        await link.close()
        assert isinstance(await under_way, Unanswered)


async def test_a_link_can_be_made_to_bind_anew(smsc: Smsc) -> None:
    naps = Naps()
    async with running(link_to(smsc.port, naps)) as link:
        await until(link, LinkState.BOUND)
        link.rebind("status 0x00000004")
        await naps.got(1)
        assert link.health == Health(LinkState.DOWN, "status 0x00000004")


async def test_cancelled_it_is_closed_and_leaves_no_connection(smsc: Smsc) -> None:
    async with running(link_to(smsc.port, Naps())) as link:
        await until(link, LinkState.BOUND)
    assert link.health.state is LinkState.CLOSED

    async def gone() -> bool:
        return smsc.connections[0].ended

    await eventually(gone)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_pauses_grow_and_are_spread_and_end_at_a_minute(failures: int, chance: float) -> None:
    pause = back_off(failures, 1.0, 60.0, chance)
    assert 0.5 <= pause <= 60.0
    assert pause >= min(2.0 ** min(failures, 20), 60.0) / 2


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    """A certificate authority of the test's own."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    ca.issue_cert("client.test").private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    return ca


@asynccontextmanager
async def tls_smsc(smsc: Smsc, authority: trustme.CA) -> AsyncIterator[int]:
    """The SMSC once more behind TLS; it wants to see a certificate."""
    secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("smsc.test").configure_cert(secured)
    authority.configure_trust(secured)
    secured.verify_mode = ssl.CERT_REQUIRED
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(smsc), "127.0.0.1", 0, ssl=secured)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def test_tls_checks_the_name_and_shows_our_certificate(smsc: Smsc, authority: trustme.CA, tmp_path: Path) -> None:
    smsc.on_submit = takes_all
    tls = Tls(ca=tmp_path / "ca.pem", certificate=tmp_path / "client.pem", server_name="smsc.test")
    async with tls_smsc(smsc, authority) as port, running(link_to(port, Naps(), tls=tls)) as link:
        await until(link, LinkState.BOUND)
        assert await link.submit(b"", 5) == Answered(0, b"2\0")


def test_it_runs_on_the_loop_of_the_service_too(authority: trustme.CA, tmp_path: Path) -> None:
    tls = Tls(ca=tmp_path / "ca.pem", certificate=tmp_path / "client.pem", server_name="smsc.test")

    async def play() -> None:
        async with playing_smsc() as smsc, tls_smsc(smsc, authority) as port:
            smsc.on_submit = takes_all
            for place, changes in ((smsc.port, {}), (port, {"tls": tls})):
                async with running(link_to(place, Naps(), **changes)) as link:
                    await until(link, LinkState.BOUND)
                    assert await link.submit(b"", 5) == Answered(0, b"2\0")
                    await link.drain()
                    await link.close()

    uvloop.run(play())


@pytest.mark.parametrize("server_name", ["other.test", None])
async def test_tls_with_another_name_is_not_bound(
    smsc: Smsc, authority: trustme.CA, tmp_path: Path, server_name: str | None
) -> None:
    naps = Naps()
    tls = Tls(ca=tmp_path / "ca.pem", certificate=tmp_path / "client.pem", server_name=server_name)
    async with tls_smsc(smsc, authority) as port, running(link_to(port, naps, tls=tls)) as link:
        await naps.got(1)
        assert link.health == Health(LinkState.DOWN, "SSLCertVerificationError")


def test_without_an_authority_of_its_own_the_machine_is_trusted() -> None:
    made = context(Tls())
    assert (made.verify_mode, made.check_hostname) == (ssl.CERT_REQUIRED, True)
