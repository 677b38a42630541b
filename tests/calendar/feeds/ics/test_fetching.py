"""Fetching is bounded in time and size, follows no lead to a private machine, and shows a login to its site alone."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import trustme

from gateway.calendar.feeds.ics.addresses import Gate
from gateway.calendar.feeds.ics.fetching import Answer, Ask, Fetcher
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault
from tests.calendar.feeds.ics.web_server import Asked, Script, WebServer, answer, web_server


async def here(host: str, port: int) -> Sequence[str]:
    """Every name is this machine."""
    del host, port
    return ["127.0.0.1"]


@asynccontextmanager
async def fetching(script: Script, timeout_s: float = 5.0) -> AsyncIterator[tuple[WebServer, Fetcher]]:
    async with web_server(script) as server:
        gate = Gate({f"{name}:{server.port}" for name in ("127.0.0.1", "a.example", "dav.a.example")}, here)
        async with Fetcher(gate, timeout_s=timeout_s, most_bytes=1_000) as fetcher:
            yield server, fetcher


async def fetched(script: Script) -> Answer:
    async with fetching(script) as (server, fetcher):
        return await fetcher.fetch(Ask("GET", f"http://127.0.0.1:{server.port}/me.ics"))


async def refusal(script: Script, timeout_s: float = 5.0) -> FeedError:
    async with fetching(script, timeout_s) as (server, fetcher):
        with pytest.raises(FeedError) as caught:
            await fetcher.fetch(Ask("GET", f"http://127.0.0.1:{server.port}/me.ics"))
    return caught.value


async def test_what_the_server_says_comes_back() -> None:
    told = await fetched(lambda _asked: answer(b"text", ETag='"1"'))
    assert (told.status, told.headers["etag"], told.body) == (200, '"1"', b"text")


@pytest.mark.parametrize(
    ("status", "fault", "permanent"),
    [
        ("401 Unauthorized", FeedFault.CREDENTIALS_WRONG, True),
        ("403 Forbidden", FeedFault.UNAVAILABLE, False),
        ("404 Not Found", FeedFault.CALENDAR_GONE, True),
        ("410 Gone", FeedFault.CALENDAR_GONE, True),
        ("408 Request Timeout", FeedFault.UNAVAILABLE, False),
        ("429 Too Many Requests", FeedFault.THROTTLED, False),
        ("503 Service Unavailable", FeedFault.UNAVAILABLE, False),
    ],
)
async def test_a_status_is_a_fault_that_says_whether_to_try_again(
    status: str, fault: FeedFault, *, permanent: bool
) -> None:
    error = await refusal(lambda _asked: answer(status=status))
    assert (error.fault, error.permanent, error.detail) == (fault, permanent, status[:3])


async def test_a_login_that_is_forbidden_is_a_wrong_one() -> None:
    async with fetching(lambda _asked: answer(status="403 Forbidden")) as (server, fetcher):
        with pytest.raises(FeedError, match="credentials_wrong"):
            await fetcher.fetch(Ask("GET", f"http://127.0.0.1:{server.port}/", login=("me", "secret")))


@pytest.mark.parametrize(
    ("value", "wait"), [("120", timedelta(minutes=2)), ("9" * 30, timedelta(days=1)), ("soon", None)]
)
async def test_a_server_may_say_how_long_to_wait(value: str, wait: timedelta | None) -> None:
    error = await refusal(lambda _asked: answer(status="429 Slow Down", Retry_After=value))
    assert error.retry_after == wait


@pytest.mark.parametrize(
    "too_much",
    [
        answer(b"x" * 1_001),
        b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 100_000,
        answer(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"),
    ],
)
async def test_more_than_a_calendar_holds_is_refused_however_it_is_packed(too_much: bytes) -> None:
    assert (await refusal(lambda _asked: too_much)).fault is FeedFault.TOO_LARGE


@pytest.mark.parametrize("said", [None, b"HTTP/1.1 nonsense\r\n\r\n"])
async def test_a_server_that_breaks_off_or_babbles_is_unavailable(said: bytes | None) -> None:
    assert (await refusal(lambda _asked: said)).fault is FeedFault.UNAVAILABLE


async def test_a_server_that_drips_is_left_in_time() -> None:
    error = await refusal(lambda _asked: b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", timeout_s=0.2)
    assert error.fault is FeedFault.UNAVAILABLE


async def test_nobody_listening_is_unavailable() -> None:
    async with fetching(lambda _asked: None) as (server, fetcher):
        gone = server.port
    async with Fetcher(Gate({f"127.0.0.1:{gone}"}, here)) as fetcher:
        with pytest.raises(FeedError, match="unavailable"):
            await fetcher.fetch(Ask("GET", f"http://127.0.0.1:{gone}/"))


async def test_of_the_machines_of_a_name_the_next_is_asked_where_one_cannot_be_reached() -> None:
    """A name with an IPv6 address, too, is no reason to fail on a network without it."""

    async def two(host: str, port: int) -> Sequence[str]:
        del host, port
        return ["::1", "127.0.0.1"]

    async with (
        web_server(lambda _asked: answer(b"text")) as server,
        Fetcher(Gate({f"a.example:{server.port}"}, two)) as fetcher,
    ):
        told = await fetcher.fetch(Ask("GET", f"http://a.example:{server.port}/"))
    assert told.body == b"text"


async def test_nothing_that_a_server_said_to_one_client_is_shown_for_another() -> None:
    """The cookie of a session would open the calendars of whoever signed in before."""
    said = answer(Set_Cookie="session=alice; Path=/")
    async with fetching(lambda _asked: said) as (server, fetcher):
        for user in ("alice", "bob"):
            await fetcher.fetch(Ask("GET", f"http://a.example:{server.port}/", login=(user, "secret")))
    assert ["cookie" in each.headers for each in server.asked] == [False, False]


async def test_redirects_are_followed_and_end() -> None:
    told = await fetched(
        lambda asked: answer(b"there") if asked.path == "/new" else answer(status="302 Found", Location="/new")
    )
    assert (told.body, told.url.endswith("/new")) == (b"there", True)
    assert (await refusal(lambda _asked: answer(status="302 Found", Location="/me.ics"))).detail == "redirects"
    assert (await fetched(lambda _asked: answer(status="302 Found"))).status == 302


@pytest.mark.parametrize(
    "location", ["https://127.0.0.1:1/", "http://169.254.169.254/", "file:///etc/passwd", "https:"]
)
async def test_a_redirect_to_a_private_machine_is_refused(location: str) -> None:
    error = await refusal(lambda _asked: answer(status="301 Moved", Location=location))
    assert error.fault is FeedFault.ADDRESS_REFUSED


@pytest.mark.parametrize(("host", "shown"), [("dav.a.example", True), ("127.0.0.1", False)])
async def test_a_login_goes_along_to_a_subdomain_and_to_no_stranger(host: str, *, shown: bool) -> None:
    def script(asked: Asked) -> bytes:
        port = asked.headers["host"].rpartition(":")[2]
        return answer() if asked.path == "/2" else answer(status="307 Over There", Location=f"http://{host}:{port}/2")

    async with fetching(script) as (server, fetcher):
        await fetcher.fetch(Ask("GET", f"http://a.example:{server.port}/1", login=("me", "secret")))
    assert ["authorization" in each.headers for each in server.asked] == [True, shown]


async def test_the_certificate_must_be_that_of_the_name() -> None:
    authority, wrong = trustme.CA(), trustme.CA()
    trusted, tls = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(trusted)
    authority.issue_cert("a.example").configure_cert(tls)
    async with web_server(lambda _asked: answer(b"sealed", Connection="keep-alive"), tls) as server:
        gate = Gate({f"{name}:{server.port}" for name in ("a.example", "b.example")}, here)
        async with Fetcher(gate, trusted=trusted) as fetcher:
            told = await fetcher.fetch(Ask("GET", f"https://a.example:{server.port}/"))
            with pytest.raises(FeedError, match="unavailable"):
                await fetcher.fetch(Ask("GET", f"https://b.example:{server.port}/"))
    wrong.configure_trust(strange := ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    async with web_server(lambda _asked: answer(), tls) as server, Fetcher(gate, trusted=strange) as fetcher:
        with pytest.raises(FeedError):
            await fetcher.fetch(Ask("GET", f"https://a.example:{server.port}/"))
    assert told.body == b"sealed"
    await asyncio.sleep(0)
