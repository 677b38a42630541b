"""What every carrier over HTTP can be told: how long to wait, how much at once, who may deliver."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from gateway.sms.carriers.http.deliveries import Guard
from gateway.sms.carriers.keys import number, optional_secret, refuse_impatience
from plans.checked import RuleError, Section


@dataclass(frozen=True, slots=True)
class Timing:
    """How long is waited for what, in seconds, and how much goes at once."""

    window: int = 10  # requests without an answer, each on a connection of its own
    connect_s: float = 5.0  # TCP, and TLS again
    response_s: float = 20.0
    queue_s: float = 10.0  # for room in the window
    drain_s: float = 20.0  # for answers that are due at the end


@dataclass(frozen=True, slots=True)
class Terms:
    """What does not depend on the provider."""

    name: str
    timing: Timing = field(default_factory=Timing)
    tries_for: timedelta = timedelta(days=2)  # how long the provider tries where it is not told
    guard: Guard = field(default_factory=Guard)


#: The keys of ``terms_from``.
COMMON = frozenset({"timing", "tries_for_h", "path_secret_file", "addresses"})

#: What can be the last part of an address as it is, and is not guessed.
_PATH_SECRET = re.compile(r"[A-Za-z0-9_-]{16,}")

_TIMING: Mapping[str, Callable[[Section, str], Any]] = {
    "window": partial(Section.count, least=1),
    **dict.fromkeys(("connect_s", "response_s", "queue_s", "drain_s"), number),
}


def terms_from(name: str, section: Section) -> Terms:
    """Read the keys in ``COMMON``; ``RuleError`` names one that is impossible."""
    given: dict[str, Any] = {}
    if "timing" in section.values:
        table = section.section("timing")
        table.only(_TIMING)
        timing = Timing(**{key: read(table, key) for key, read in _TIMING.items() if key in table.values})
        steps = {"2 x connect_s": 2 * timing.connect_s, "response_s": timing.response_s}
        refuse_impatience(table, queue_s=timing.queue_s, **steps)
        given["timing"] = timing
    if "tries_for_h" in section.values:
        given["tries_for"] = timedelta(hours=section.count("tries_for_h", least=1))
    return Terms(name=name, guard=_guard(section), **given)


def address(section: Section, key: str, default: str | None = None) -> str:
    """The address of an interface, without a slash at its end; ``RuleError`` for what is none.

    A secret never travels in clear text, but to this machine: a bridge or a test may stand there.
    """
    url = default if default is not None and key not in section.values else section.text(key)
    try:
        parts = urlsplit(url)
        named, _ = parts.hostname, parts.port
    except ValueError:
        raise RuleError(f"{section.name(key)} is no address") from None
    if parts.scheme not in {"http", "https"} or not named or not url.isascii() or not url.isprintable():
        raise RuleError(f"{section.name(key)} must begin with https:// and a name")
    return url.rstrip("/")


def _guard(section: Section) -> Guard:
    networks = []
    for each in section.texts("addresses") if "addresses" in section.values else ():
        try:
            networks.append(ip_network(each))
        except ValueError:
            raise RuleError(f"{section.name('addresses')}: {each} is no IP address or network") from None
    secret = optional_secret(section, "path_secret_file")
    if secret is not None and not _PATH_SECRET.fullmatch(secret):
        raise RuleError(f"{section.name('path_secret_file')} must hold at least 16 letters, digits, - or _")
    return Guard(secret, tuple(networks))
