"""Which addresses are fetched at all: public ones under https, so that nobody reads our own network through us."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit, urlunsplit

from gateway.calendar.feeds.port import FeedError
from gateway.calendar.words import FeedFault

Address = IPv4Address | IPv6Address

#: All addresses of a host name, those that can be reached in front; ``OSError`` where it has none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

#: Ways to reach an IPv4 address through IPv6 (RFC 6052, RFC 3056, RFC 4380): what they hide may be private.
_TUNNELS = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
_SCHEMES = {"https": "https", "webcal": "https", "webcals": "https", "http": "http"}
_DEFAULT_PORT = {"https": 443, "http": 80}
_LONGEST = 2_000
_MOST_MACHINES = 4

#: Why an address is refused that is one.
NO_HTTPS = "no https"
NOT_PUBLIC = "no public address"


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be fetched, and the machines that were looked at: no second look-up may lead elsewhere."""

    url: str  # with the host by name
    host: str
    port: int
    machines: tuple[str, ...]  # its IP addresses, the one to try first in front


class Gate:
    """Lets addresses through."""

    def __init__(self, private: Collection[str] = (), resolve: Resolve | None = None) -> None:
        """``private``: "host:port" of servers of our own that may be asked all the same, over plain http too."""
        self._private = frozenset(private)
        self._resolve = resolve or resolve_by_system

    async def admit(self, url: str) -> Target:
        """Where to fetch ``url``; ``FeedError`` where it must not be."""
        parts = parts_of(url, self._private)
        host, port = parts.hostname or "", _port(parts)
        ours = f"{host}:{port}" in self._private
        try:
            machines = tuple(await self._resolve(host, port))
        except OSError:
            raise FeedError(FeedFault.UNAVAILABLE, "no such host") from None
        if not machines or not (ours or all(is_public(ip_address(each)) for each in machines)):
            raise FeedError(FeedFault.ADDRESS_REFUSED, NOT_PUBLIC)
        return Target(urlunsplit(parts), host, port, machines[:_MOST_MACHINES])


def is_public(address: Address) -> bool:
    """Whether the address is one of the public network, and leads to nothing else."""
    inner = getattr(address, "ipv4_mapped", None)
    if inner is not None:
        return is_public(inner)
    hidden = any(address in tunnel for tunnel in _TUNNELS if tunnel.version == address.version)
    return address.is_global and not address.is_multicast and not hidden


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Ask the resolver of the machine, which knows whether IPv6 leads anywhere (RFC 6724)."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def parts_of(url: str, private: Collection[str] = ()) -> SplitResult:
    """The address in its pieces, webcal read as https; ``FeedError`` for one that need not be looked up.

    User and password have no place in it, and without https only ``private`` servers are asked.
    """
    parts = _parts(url)
    if f"{parts.hostname}:{_port(parts)}" in private:
        return parts
    if parts.scheme != "https":
        raise FeedError(FeedFault.ADDRESS_REFUSED, NO_HTTPS)
    if _is_number_inside(parts.hostname or ""):
        raise FeedError(FeedFault.ADDRESS_REFUSED, NOT_PUBLIC)
    return parts


def _is_number_inside(host: str) -> bool:
    """Whether a host is written as the number of a machine that nobody reaches from outside."""
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False


def _port(parts: SplitResult) -> int:
    return parts.port or _DEFAULT_PORT[parts.scheme]


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        scheme = _SCHEMES[parts.scheme.lower()]
        sound = len(url) <= _LONGEST and parts.hostname and parts.username is None and parts.port != 0
    except (ValueError, KeyError):
        sound, scheme, parts = False, "", SplitResult("", "", "", "", "")
    if not sound:
        raise FeedError(FeedFault.ADDRESS_REFUSED, "no web address")
    return parts._replace(scheme=scheme, fragment="")
