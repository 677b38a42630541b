"""Which addresses are fetched: the public ones under https, and no other however they are dressed up."""

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from gateway.calendar.feeds.ics.addresses import Gate, Target, is_public, resolve_by_system
from gateway.calendar.feeds.port import FeedError

NAMES = {
    "calendar.example": ["93.184.215.14"],
    "inside.example": ["10.0.0.7"],
    "both.example": ["93.184.215.14", "127.0.0.1"],
    "tunnel.example": ["64:ff9b::7f00:1"],
    "empty.example": [],
}


async def resolve(host: str, port: int) -> Sequence[str]:
    """The names above; numbers are their own address."""
    del port
    try:
        return [str(ip_address(host))]
    except ValueError:
        if host not in NAMES:
            raise OSError(host) from None
        return NAMES[host]


GATE = Gate(private={"127.0.0.1:5232"}, resolve=resolve)


async def test_a_public_address_is_fetched_from_the_machine_that_was_looked_at() -> None:
    assert await GATE.admit("webcal://calendar.example/me.ics?key=1#top") == Target(
        "https://calendar.example/me.ics?key=1", "calendar.example", 443, ("93.184.215.14",)
    )
    assert (await GATE.admit(" https://calendar.example:8443/ ")).port == 8443


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://calendar.example/",
            "ftp://calendar.example/",
            "file:///etc/passwd",
            "calendar.example",
            "",
            "https://",
        ),
        *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest"),
        *("https://inside.example/", "https://both.example/", "https://tunnel.example/", "https://empty.example/"),
        *("https://user:secret@calendar.example/", "https://calendar.example:0/", "https://calendar.example:x/"),
        *("http://127.0.0.1:5233/", "https://calendar.example/" + "a" * 2_000),
    ],
)
async def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(FeedError, match="address_refused"):
        await GATE.admit(url)


async def test_a_name_without_address_is_tried_again_later() -> None:
    with pytest.raises(FeedError) as caught:
        await GATE.admit("https://nowhere.example/")
    assert not caught.value.permanent


async def test_a_server_of_our_own_is_fetched_where_an_admin_said_so() -> None:
    assert (await GATE.admit("http://127.0.0.1:5232/me/")).machines == ("127.0.0.1",)


@pytest.mark.parametrize("text", ["2001:db8::1", "2002:7f00:1::", "fe80::1", "ff02::1", "224.0.0.1", "0.0.0.0", "::"])  # noqa: S104 - nothing is bound there
def test_addresses_that_are_nobodys_or_hide_another_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


async def test_the_system_knows_this_machine() -> None:
    assert "127.0.0.1" in await resolve_by_system("127.0.0.1", 443)
