"""How much of the machine the outside world may hold at once: connections and bytes of mail on their way in."""

import math
from collections import Counter
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Bytes of all mails being received or stored at one time: what a thousand connections cannot exceed together.
MAIL_MEMORY_BYTES = 256_000_000

#: A mail that comes more slowly than this, after a first allowance, holds a place that others need.
SLOWEST_BYTES_PER_S = 100
#: A mail that goes on for so many times the size limit is not read to its end.
MOST_TIMES_TOO_BIG = 10

HOUR_S = 3600.0


def mail_deadline(now: float, since: float, come: int, pause_s: float) -> float:
    """When a mail has made us wait too long, ``come`` bytes of which have come ``since`` then, the last ``now``."""
    return min(now, since + come / SLOWEST_BYTES_PER_S) + pause_s


@lru_cache(maxsize=4096)
def address_of(host: str) -> Address | None:
    """The IP address of a peer name; an IPv4 address seen through an IPv6 socket is IPv4. None for a Unix socket."""
    if not host:
        return None
    address = ip_address(host.partition("%")[0])
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


@lru_cache(maxsize=4096)
def network_of(address: Address) -> Network:
    """The /24 or /64 that one party usually holds whole."""
    return ip_network((address, 24 if address.version == 4 else 64), strict=False)


def is_front(address: Address | None, fronts: tuple[str, ...]) -> bool:
    """Whether the peer is one of the trusted fronts (CIDR); a Unix socket is guarded by its file permissions."""
    return address is None or any(address in ip_network(front) for front in fronts)


class Connections:
    """Counts open connections, in total and by network; loopback and Unix sockets count in total only."""

    def __init__(self, most: int, most_per_network: int) -> None:
        self._most = most
        self._most_per_network = most_per_network
        self._total = 0
        self._by_network: Counter[Network] = Counter()

    def enter(self, address: Address | None) -> bool:
        """Count one more connection; False, and nothing counted, when there are too many."""
        if self._total >= self._most:
            return False
        if address is not None and not address.is_loopback:
            network = network_of(address)
            if self._by_network[network] >= self._most_per_network:
                return False
            self._by_network[network] += 1
        self._total += 1
        return True

    def leave(self, address: Address | None) -> None:
        """Count one connection less."""
        self._total -= 1
        if address is not None and not address.is_loopback:
            network = network_of(address)
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]  # or every network ever seen would be kept


class Place:
    """One connection's place among the open ones, from the moment when it is there until it is gone."""

    __slots__ = ("_address", "_connections", "held")

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._address: Address | None = None
        self.held = False

    def take(self, address: Address | None) -> bool:
        """Have a place, if there is one; whether it is held."""
        if not self.held:
            self._address = address
            self.held = self._connections.enter(address)
        return self.held

    def give_back(self) -> None:
        """Have none any more."""
        if self.held:
            self.held = False
            self._connections.leave(self._address)


class RoleMail:
    """Counts the mail of an hour to postmaster and abuse: anybody may write to them, and a flood would fill the disk.

    The hour begins with its first mail. Loopback and who has no address count in total only.
    """

    def __init__(self, most: int, most_per_network: int) -> None:
        self._most = most
        self._most_per_network = most_per_network
        self._ends = -math.inf
        self._total = 0
        self._by_network: Counter[Network] = Counter()  # no more of them than mails

    def take(self, address: Address | None, now: float) -> bool:
        """Count one more mail at ``now``, in seconds; False, and nothing counted, when there were too many."""
        if now >= self._ends:
            self._ends, self._total = now + HOUR_S, 0
            self._by_network.clear()
        network = None if address is None or address.is_loopback else network_of(address)
        if self._total >= self._most or (network and self._by_network[network] >= self._most_per_network):
            return False
        self._total += 1
        if network:
            self._by_network[network] += 1
        return True


class MailMemory:
    """The bytes of mails on their way in, over all sessions."""

    def __init__(self, most: int = MAIL_MEMORY_BYTES) -> None:
        self.left = most


class Claim:
    """One session's share of the memory, for the mail that it is taking."""

    __slots__ = ("_memory", "size")

    def __init__(self, memory: MailMemory) -> None:
        self._memory = memory
        self.size = 0  # bytes

    def grow(self, size: int) -> bool:
        """Have ``size`` bytes from now on; False, and nothing changed, when too much is under way."""
        if size - self.size > self._memory.left:
            return False
        self._memory.left -= size - self.size
        self.size = size
        return True

    def give_back(self) -> None:
        """Have nothing any more."""
        self._memory.left += self.size
        self.size = 0
