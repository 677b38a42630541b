"""The settings of an SMPP carrier out of its table in the configuration."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from gateway.settings import config_file
from gateway.sms.carriers.smpp.outgoing import source_of
from gateway.sms.carriers.smpp.pdus import NO_ADDRESS
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
E = TypeVar("E", bound=StrEnum)

_LEAST = {"window": 1, "sessions": 1}
_TEXTS = {"host", "system_id", "system_type", "service_type"}
_WORDS: Mapping[str, type[StrEnum]] = {
    "mode": Mode,
    "long_messages": LongMessages,
    "message_ids": MessageIds,
    "validity": Validity,
    "default": Default,
}


def smpp_settings_from(name: str, section: Section) -> SmppSettings:
    """Read ``[carriers.<name>]``; ``RuleError`` names a key that is missing, unknown or impossible.

    The password stands in a file of its own, ``password_file``. ``source`` is the sender that is shown where a message
    brings none; ``timing``, ``codings`` and ``tls`` are tables.
    """
    section.only({*_fields(SmppSettings) - {"name", "password", "tries_for", "range"}, "password_file", "tries_for_h"})
    given = {key: _value(section, key) for key in section.values if key in _TEXTS | set(_WORDS) | _plain(SmppSettings)}
    if "tries_for_h" in section.values:
        given["tries_for"] = timedelta(hours=section.count("tries_for_h", 1))
    return SmppSettings(
        name=name,
        host=section.text("host"),
        port=section.count("port", 1),
        system_id=section.text("system_id"),
        password=_secret(section, "password_file"),
        timing=_table(section, "timing", Timing),
        codings=_table(section, "codings", Codings),
        tls=_table(section, "tls", Tls) if "tls" in section.values else None,
        source=source_of(section.text("source"), NO_ADDRESS) if "source" in section.values else NO_ADDRESS,
        **{key: value for key, value in given.items() if key not in {"host", "port", "system_id"}},
    )


def statuses_of(name: str) -> Statuses:
    """What the command_status numbers of a carrier mean."""
    return read_statuses(config_file("smpp_status.toml"), name)


def _table(section: Section, key: str, kind: Callable[..., T]) -> T:
    """A table whose keys are the fields of ``kind``."""
    if key not in section.values:
        return kind()
    table = section.section(key)
    table.only(_fields(kind))
    return kind(**{name: _value(table, name) for name in table.values})


def _value(section: Section, key: str) -> Any:
    """A value as the field of its name wants it."""
    value = section.values[key]
    if key in _WORDS:
        return _word(section, key, _WORDS[key])
    if key in {"ca", "certificate", "key"}:
        return Path(section.text(key))
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float) and value >= _LEAST.get(key, 0):
        return value
    raise RuleError(f"{section.name(key)} must be a number of at least {_LEAST.get(key, 0)}")


def _word(section: Section, key: str, words: type[E]) -> E:
    try:
        return words(section.text(key))
    except ValueError:
        raise RuleError(f"{section.name(key)} takes {', '.join(words)}") from None


def _secret(section: Section, key: str) -> str:
    try:
        return Path(section.text(key)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise RuleError(f"{section.name(key)} cannot be read: {error.strerror}") from None


def _fields(kind: Any) -> set[str]:
    return {each.name for each in fields(kind)}


def _plain(kind: Any) -> set[str]:
    """Fields with a simple default."""
    return {each.name for each in fields(kind) if isinstance(each.default, bool | int)}
