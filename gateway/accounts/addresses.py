"""One spelling for mail addresses, domains and hosts, so that what is registered is found again."""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_DOMAIN_LENGTH = 255  # RFC 5321, 4.5.3.1.2

Network = IPv4Network | IPv6Network

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LOCAL_PART = re.compile(r"[^\s@<>,;:()\[\]\\\"\x00-\x1f\x7f\ud800-\udfff]{1,64}")


def domain(text: str) -> str | None:
    """The domain in lower case, international letters as A-labels; None where it is none or has a single label."""
    if len(text) > _DOMAIN_LENGTH:
        return None
    plain = text.rstrip(".").lower()
    try:
        plain = plain if plain.isascii() else plain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = plain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        return None
    return None if labels[-1][0].isdigit() else plain  # an IP address, and a mistyped one, is no domain


@lru_cache(maxsize=10_000)  # the same few senders ask for every recipient
def address(text: str) -> str | None:
    """The mail address in lower case with its domain as above; None where it is none."""
    local, at, host = text.rpartition("@")
    found = domain(host) if at and _LOCAL_PART.fullmatch(local) else None
    return f"{local.lower()}@{found}" if found else None


def network(text: str) -> Network | None:
    """The network of an IP address or a CIDR; None where it is neither."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=10_000)
def host(text: str) -> Network | None:
    """The network of one peer address; an IPv4 address written as IPv6 (``::ffff:…``) counts as IPv4."""
    try:
        found = ip_address(text.partition("%")[0])  # without the zone of a link-local address
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return ip_network(found)


def covers(wide: Network, narrow: Network) -> bool:
    """Whether ``narrow`` lies within ``wide``."""
    if isinstance(wide, IPv4Network):
        return isinstance(narrow, IPv4Network) and narrow.subnet_of(wide)
    return isinstance(narrow, IPv6Network) and narrow.subnet_of(wide)
