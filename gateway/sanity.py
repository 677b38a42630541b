"""Settings that can be read and yet cannot work: each is named before anything starts, with what would do."""

import math
import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.settings import Settings

_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_DOMAIN_LENGTH = 255 - len("@") - 64  # RFC 5321, 4.5.3.1: what an address leaves, with the longest local part
_SECURITIES = ("none", "starttls", "tls")
_DATABASE = re.compile(r"(sqlite:///.+|postgres(ql)?(\+psycopg)?://.*)", re.DOTALL)


def problems(settings: "Settings") -> Iterator[str]:
    """Everything that cannot work, in words; nothing where all is well."""
    yield from _domain(settings.domain)
    yield from _database(settings.database_url)
    yield from _networks("smtp.lmtp_fronts", settings.smtp.lmtp_fronts)
    yield from _networks("web.trusted_proxies", settings.web.trusted_proxies)
    if settings.smtp.submissions_port is not None and settings.smtp.tls is None:
        yield "smtp.submissions_port needs a certificate: give [smtp.tls] its certificate and key, or take the port out"
    if settings.relay and settings.relay.security not in _SECURITIES:
        yield f"relay.security = {settings.relay.security!r} is none of {', '.join(_SECURITIES)}"
    yield from _postmaster(settings.notices.postmaster, settings.domain)
    yield from _kept_too_briefly(settings)
    for name, value, least in _amounts(settings):
        if value is not None and not least <= value < math.inf:  # NaN is not, either
            yield f"{name} = {value} cannot work; take {least} or more"


def _domain(name: str) -> Iterator[str]:
    if not name.isascii():
        yield f"domain = {name!r} is not ASCII, which mail servers need: write its other form, with xn--"
    elif len(name) > _DOMAIN_LENGTH or not all(map(_LABEL.fullmatch, name.split("."))):
        yield f"domain = {name!r} is no domain: write it like sms.example.com"


def _database(url: str | None) -> Iterator[str]:
    if url is not None and not _DATABASE.fullmatch(url):  # never shown: it may hold a password
        yield "database_url names no database that we know: write sqlite:///path/to/gateway.db or postgresql://user@host/name"


def _postmaster(address: str | None, our_domain: str) -> Iterator[str]:
    if address is None:
        return
    if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address):
        yield f"notices.postmaster = {address!r} is no mail address: write name@domain.example"
    elif address.lower().endswith(f"@{our_domain.lower()}"):
        yield f"notices.postmaster = {address!r} is an address of the gateway itself: name a mailbox elsewhere"


def _networks(name: str, values: tuple[str, ...]) -> Iterator[str]:
    for value in values:
        try:
            ip_network(value)
        except ValueError as error:
            yield f"{name}: {error}; write an address, or a network like 10.1.2.0/24"


def _kept_too_briefly(settings: "Settings") -> Iterator[str]:
    """What a phone said is needed as long as it can be answered."""
    answers = settings.answers
    for name, days in (("window_days", answers.window_days), ("address_days", answers.address_days)):
        if answers.keep_days < days:
            yield (
                f"answers.keep_days = {answers.keep_days} is below answers.{name} = {days}, and what a phone said is"
                f" needed for so long: raise keep_days, or lower {name}"
            )


def _amounts(settings: "Settings") -> Iterator[tuple[str, float | None, float]]:
    """Numbers with the least that makes sense of each."""
    smtp, notices, answers = settings.smtp, settings.notices, settings.answers
    yield "smtp.max_mail_bytes", smtp.max_mail_bytes, 65_536  # RFC 5321, 4.5.3.1.7 asks for 64 kB
    yield "smtp.max_recipients", smtp.max_recipients, 1
    yield "smtp.max_connections", smtp.max_connections, 1
    yield "smtp.max_connections_per_network", smtp.max_connections_per_network, 1
    yield "smtp.max_role_mails_per_hour", smtp.max_role_mails_per_hour, 1
    yield "smtp.max_role_mails_per_network", smtp.max_role_mails_per_network, 1
    yield "smtp.command_timeout_s", smtp.command_timeout_s, 0.1
    yield "smtp.data_timeout_s", smtp.data_timeout_s, 0.1
    yield "relay.timeout_s", settings.relay.timeout_s if settings.relay else None, 0.1
    yield "calendars.poll_min", settings.calendars.poll_min, 1
    yield "sandbox.receipt_delay_s", settings.sandbox.receipt_delay_s, 0
    yield "sandbox.rate_per_s", settings.sandbox.rate_per_s, 0.001
    yield "notices.max_per_hour", notices.max_per_hour, 1
    yield "notices.gather_s", notices.gather_s, 0
    yield "answers.window_days", answers.window_days, 1
    yield "answers.ambiguous_hours", answers.ambiguous_hours, 0
    yield "answers.part_patience_s", answers.part_patience_s, 1
    yield "answers.address_days", answers.address_days, 1
    yield "answers.link_days", answers.link_days, 1
    yield "in_doubt.grace_s", settings.in_doubt.grace_s, 0
