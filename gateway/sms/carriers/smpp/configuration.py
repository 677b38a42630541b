"""The settings of an SMPP carrier out of its table in the configuration."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from gateway.settings import config_file
from gateway.sms.carriers.keys import number, refuse_impatience, secret, word
from gateway.sms.carriers.smpp.link import context
from gateway.sms.carriers.smpp.outgoing import source_of
from gateway.sms.carriers.smpp.pdus import NO_ADDRESS, Address, Bind, ShortMessage
from gateway.sms.carriers.smpp.settings import (
    Codings,
    Default,
    LongMessages,
    MessageIds,
    Mode,
    SmppSettings,
    Timing,
    Tls,
    Validity,
)
from gateway.sms.carriers.smpp.statuses import Statuses, read_statuses
from plans.checked import RuleError, Section

T = TypeVar("T")

Reader = Callable[[Section, str], Any]


def smpp_settings_from(name: str, section: Section) -> SmppSettings:
    """Read ``[carriers.<name>]``; ``RuleError`` names a key that is missing, unknown or impossible.

    The password stands in a file of its own, ``password_file``. ``source`` is the sender that is shown where a message
    brings none; ``timing``, ``codings`` and ``tls`` are tables.
    """
    section.only({*_NEEDED, *_READERS, "password_file", "tries_for_h"})
    given = _given(section, _READERS)
    needed = {key: read(section, key) for key, read in _NEEDED.items()}
    if "tries_for_h" in section.values:
        given["tries_for"] = timedelta(hours=section.count("tries_for_h", least=1))
    settings = SmppSettings(
        name=name,
        password=secret(section, "password_file"),
        **needed,
        **given,
    )
    _check_timing(section, settings.timing)
    if settings.tls:
        _check_tls(section.section("tls"), settings.tls)
    _check(section, settings)
    return settings


def statuses_of(name: str) -> Statuses:
    """What the command_status numbers of a carrier mean."""
    return read_statuses(config_file("smpp_status.toml"), name)


def _given(section: Section, readers: Mapping[str, Reader]) -> dict[str, Any]:
    return {key: read(section, key) for key, read in readers.items() if key in section.values}


def _table(kind: Callable[..., T], readers: Mapping[str, Reader], section: Section, key: str) -> T:
    table = section.section(key)
    table.only(readers)
    return kind(**_given(table, readers))


def _port(section: Section, key: str) -> int:
    port = section.count(key, least=1)
    if port > 65_535:
        raise RuleError(f"{section.name(key)} = {port} is no port; take one from 1 to 65535")
    return port


def _octet(section: Section, key: str) -> int:
    if (value := section.count(key, least=0)) > 0xFF:
        raise RuleError(f"{section.name(key)} must be a number from 0 to 255")
    return value


def _text(section: Section, key: str) -> str:
    return section.text(key) if section.values[key] != "" else ""


_COUNT: Reader = partial(Section.count, least=1)

_TIMES = ("throttled_s", "connect_s", "enquire_link_s", "response_s", "queue_s", "drain_s")
_PAUSES = ("first_pause_s", "longest_pause_s", "refused_pause_s")

_TIMING: Mapping[str, Reader] = {"window": _COUNT, **dict.fromkeys(("rate_per_s", *_TIMES, *_PAUSES), number)}

_CODINGS: Mapping[str, Reader] = {"default": partial(word, Default), "latin1": _octet, "ucs2": _octet, "gsm": _octet}

_TLS: Mapping[str, Reader] = {
    **dict.fromkeys(("ca", "certificate", "key"), lambda section, key: Path(section.text(key))),
    "server_name": Section.text,
}

_NEEDED: Mapping[str, Reader] = {"host": Section.text, "port": _port, "system_id": Section.text}

_READERS: Mapping[str, Reader] = {
    "system_type": _text,
    "service_type": _text,
    "mode": partial(word, Mode),
    "sessions": _COUNT,
    "source": lambda section, key: source_of(section.text(key), NO_ADDRESS),
    "range": lambda section, key: Address(0, 0, section.text(key)),
    "long_messages": partial(word, LongMessages),
    "message_ids": partial(word, MessageIds),
    "validity": partial(word, Validity),
    "user_message_reference": Section.flag,
    "timing": partial(_table, Timing, _TIMING),
    "codings": partial(_table, Codings, _CODINGS),
    "tls": partial(_table, Tls, _TLS),
}


def _check_timing(section: Section, timing: Timing) -> None:
    """Times that contradict each other."""
    table = Section({}, section.name("timing"))
    refuse_impatience(table, queue_s=timing.queue_s, response_s=timing.response_s)
    if timing.first_pause_s > timing.longest_pause_s:
        raise RuleError(
            f"{table.name('first_pause_s')} is above longest_pause_s, {timing.longest_pause_s:g} s: lower the one, "
            "or raise the other"
        )


def _check_tls(section: Section, tls: Tls) -> None:
    """A file that cannot be used is said now, and not by a link that never comes up."""
    for name, path in (("ca", tls.ca), ("certificate", tls.certificate), ("key", tls.key)):
        try:
            if path:
                path.read_bytes()
        except OSError as error:
            raise RuleError(f"{section.name(name)} cannot be read: {error.strerror}") from None
    try:
        context(tls)
    except OSError as error:
        raise RuleError(f"{section.path} names files that are no certificates with their key: {error}") from None


def _check(section: Section, settings: SmppSettings) -> None:
    """What no PDU can hold is said now, and not when the first one is written."""
    try:
        Bind(settings.system_id, settings.password, settings.system_type, range=settings.range).encode()
        ShortMessage(settings.source, NO_ADDRESS, service_type=settings.service_type).encode()
    except ValueError:
        limits = "system_id, system_type and password 64 characters, range 40, source 20, service_type 5"
        raise RuleError(f"{section.path} holds a text that is too long, or not Latin 1: {limits} at most") from None
