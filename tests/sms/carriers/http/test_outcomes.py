"""Whatever befalls a request, the outcome says honestly whether the message may have left."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import pytest

from gateway.sms.carriers.http.carrier import HttpCarrier
from gateway.sms.carriers.http.dialect import HttpRequest
from gateway.sms.carriers.http.exchange import Exchange, NotWritten, Unanswered
from gateway.sms.carriers.http.settings import Timing
from gateway.sms.carriers.port import InDoubt, NotSent, Outcome, Taken
from tests.clock import StoppedClock
from tests.contracts.carrier import A_MESSAGE, Kept
from tests.peers.http_carriers.peer import THROTTLED, UNPAID, Peer
from tests.peers.http_carriers.twilio import TwilioPeer
from tests.sms.carriers.http.steps import PATIENT, Account, Tables, connected
from tests.waiting import eventually


@pytest.fixture
async def account(tables: Tables, clock: StoppedClock) -> AsyncIterator[Account[TwilioPeer]]:
    """A carrier, and a peer that accidents can befall."""
    async with connected("twilio", TwilioPeer(clock), tables.twilio(), clock) as made:
        yield made


async def befallen(account: Account[TwilioPeer], **accident: Any) -> Outcome:
    """The outcome of an SMS that something befalls on its way."""
    account.peer.accidents.plan(accident)
    return await account.carrier.send(A_MESSAGE)


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "cut_within"])
async def test_what_was_written_and_never_answered_is_in_doubt(account: Account[TwilioPeer], kind: str) -> None:
    assert await befallen(account, kind=kind) == InDoubt("cut")


async def test_what_was_not_answered_in_time_is_in_doubt(tables: Tables, clock: StoppedClock) -> None:
    timing = {**PATIENT, "response_s": 0.2}
    async with connected("twilio", TwilioPeer(clock), tables.twilio() | {"timing": timing}, clock) as account:
        assert await befallen(account, kind="hold") == InDoubt("timeout")
        account.peer.accidents.release()


async def test_nothing_left_where_nobody_listens(tables: Tables, clock: StoppedClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    table = tables.twilio() | {"api": url}
    async with connected("twilio", TwilioPeer(clock), table, clock) as account:
        assert await account.carrier.send(A_MESSAGE) == NotSent("connect")


async def test_a_server_that_fails_may_have_taken_the_message(account: Account[TwilioPeer]) -> None:
    assert await befallen(account, kind="502") == InDoubt("502")


async def test_being_asked_to_slow_down_uses_no_attempt_up(account: Account[TwilioPeer]) -> None:
    throttled = await account.carrier.send(A_MESSAGE._replace(recipient=THROTTLED))
    assert throttled == NotSent("20429", retry_after_s=7.0, throttled=True)
    elsewhere = await befallen(account, kind="429", retry_after="30")
    assert elsewhere == NotSent("429", retry_after_s=30.0, throttled=True)


async def test_trouble_with_the_account_is_no_fault_of_the_message_and_is_told_once(
    account: Account[TwilioPeer], caplog: pytest.LogCaptureFixture
) -> None:
    unpaid = A_MESSAGE._replace(recipient=UNPAID)
    assert [await account.carrier.send(unpaid) for _ in range(2)] == [NotSent("20003")] * 2
    assert [each.getMessage() for each in caplog.records] == ["carrier one wants nothing of this account: 20003"]
    assert isinstance(await account.carrier.send(A_MESSAGE), Taken)
    await account.carrier.send(unpaid)
    assert len(caplog.records) == 2


async def test_no_log_holds_a_number_a_text_or_a_secret(
    account: Account[TwilioPeer], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    await account.carrier.send(A_MESSAGE)
    await account.carrier.send(A_MESSAGE._replace(recipient=UNPAID))
    told = "".join(each.getMessage() for each in caplog.records if each.name.startswith(("gateway", "http")))
    assert not any(each in told for each in (A_MESSAGE.recipient[1:], A_MESSAGE.body, "auth-token"))


async def test_as_many_requests_are_under_way_as_the_window_has_places(tables: Tables, clock: StoppedClock) -> None:
    timing = {**PATIENT, "window": 2, "queue_s": 0.1}
    async with connected("twilio", TwilioPeer(clock), tables.twilio() | {"timing": timing}, clock) as account:
        account.peer.accidents.plan({"kind": "hold", "times": 2})
        held = [asyncio.create_task(account.carrier.send(A_MESSAGE)) for _ in range(2)]
        await until_under_way(account.peer, 2)
        assert await account.carrier.send(A_MESSAGE) == NotSent("window", throttled=True)
        account.peer.accidents.release()
        assert all(isinstance(each, Taken) for each in await asyncio.gather(*held))
        assert account.peer.accidents.most_under_way == 2


async def test_at_the_end_answers_that_are_due_are_waited_for_and_nothing_more_is_asked(
    account: Account[TwilioPeer],
) -> None:
    account.peer.accidents.plan({"kind": "hold"})
    due = asyncio.create_task(account.carrier.send(A_MESSAGE))
    await until_under_way(account.peer, 1)
    closing = asyncio.create_task(account.carrier.close())
    account.peer.accidents.release()
    assert isinstance(await due, Taken)
    await closing


async def test_who_does_not_answer_in_time_is_cut_off_at_the_end() -> None:
    asked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()

    async with served_by(serve) as url:
        exchange = Exchange(Timing(window=1, response_s=5, drain_s=0.1))
        waiting = asyncio.create_task(exchange.ask(HttpRequest("GET", url, {})))
        await asked.wait()
        await exchange.close()
        assert await waiting == Unanswered("cut")
        assert await exchange.ask(HttpRequest("GET", url, {})) == NotWritten("closed")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000,  # more than anybody has to say
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + b"x" * 65_536 + b"\r\n" * 40,
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    ],
)
async def test_an_answer_that_is_none_leaves_the_message_in_doubt(said: bytes) -> None:
    async with saying(said) as url:
        exchange = Exchange(Timing(window=1, response_s=5))
        assert isinstance(await exchange.ask(HttpRequest("POST", url, {})), Unanswered)
        await exchange.close()


async def test_an_answer_that_drips_is_not_waited_for(clock: StoppedClock) -> None:
    async with dripping() as url:
        exchange = Exchange(Timing(window=1, connect_s=0.1, response_s=0.2))
        assert await exchange.ask(HttpRequest("POST", url, {})) == Unanswered("timeout")
        await exchange.close()


async def test_it_has_no_link_and_nothing_to_fetch(account: Account[TwilioPeer]) -> None:
    assert isinstance(account.carrier, HttpCarrier)
    await account.carrier.run(Kept())
    assert await account.carrier.collect(Kept()) == 0
    assert account.carrier.validity.days == 2


async def until_under_way(peer: Peer, count: int) -> None:
    """Wait until so many requests have reached the peer."""

    async def there() -> bool:
        return peer.accidents.under_way >= count

    await eventually(there)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served_by(serve: Serve) -> AsyncIterator[str]:
    """A server that is no web server; every connection is closed with the block."""
    under_way: list[asyncio.Task[None]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        under_way.append(asyncio.create_task(accept(reader, writer)))

    server = await asyncio.start_server(remember, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for each in under_way:
            each.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await server.wait_closed()


def saying(answer: bytes) -> AbstractAsyncContextManager[str]:
    """A server that says something, or nothing until the client goes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        if not answer:
            await reader.read()

    return served_by(serve)


def dripping() -> AbstractAsyncContextManager[str]:
    """A server whose answer never ends, a byte at a time."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    return served_by(serve)
