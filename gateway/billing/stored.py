"""Values of ``plans`` as JSON and back: what a row keeps of a subscription or an invoice must be read years later."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

T = TypeVar("T")

_Turn = Callable[[Any], Any]

#: How the values that JSON lacks are written and read.
_WORDS: Mapping[type, tuple[_Turn, _Turn]] = {
    datetime: (datetime.isoformat, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    Fraction: (str, Fraction),
    ZoneInfo: (str, ZoneInfo),
}

#: What JSON writes by itself.
_PLAIN = frozenset({int, str, bool, NoneType})


def to_stored(value: Any) -> Any:
    """A value in the words of JSON: a dataclass is an object with its fields, a tuple a list."""
    kind: Any = type(value)
    return value if kind in _PLAIN else _writer(kind)(value)


def from_stored(kind: type[T], stored: Any) -> T:
    """The value of this type that ``to_stored`` wrote."""
    wanted: Any = kind
    return cast("T", _reader(wanted)(stored))


@lru_cache(maxsize=2_048)  # rows are read again and again, and seldom changed
def from_text(kind: type[T], text: str) -> T:
    """The value of this type in a JSON text; it must be one that nobody changes."""
    return from_stored(kind, json.loads(text))


@cache
def _writer(kind: Any) -> _Turn:
    if kind in _WORDS:
        return _WORDS[kind][0]
    if issubclass(kind, StrEnum):
        return str
    if issubclass(kind, tuple):
        return lambda each: [to_stored(one) for one in each]
    if issubclass(kind, Mapping):
        return lambda each: {str(key): to_stored(one) for key, one in each.items()}
    if is_dataclass(kind):
        return _object_writer(tuple(each.name for each in fields(kind)))
    return _itself


def _object_writer(names: tuple[str, ...]) -> _Turn:
    """All fields are fetched in one call: a hundred thousand invoices are written in a night."""
    fetch, single = attrgetter(*names), len(names) == 1
    return lambda each: dict(zip(names, map(to_stored, (fetch(each),) if single else fetch(each)), strict=True))


@cache
def _reader(kind: Any) -> _Turn:
    if kind in _WORDS:
        return _WORDS[kind][1]
    if get_args(kind):
        return _composite_reader(kind)
    if is_dataclass(kind):
        return _object_reader(kind)
    return kind if issubclass(kind, StrEnum) else _itself


def _composite_reader(kind: Any) -> _Turn:
    """Reads ``X | None``, ``tuple[X, ...]`` and ``Mapping[str, X]``."""
    parts = get_args(kind)
    if get_origin(kind) is tuple:
        member = _reader(parts[0])
        return lambda each: tuple(member(one) for one in each)
    if get_origin(kind) is Mapping:
        member = _reader(parts[1])
        return lambda each: {key: member(one) for key, one in each.items()}
    inner = _reader(next(each for each in parts if each is not NoneType))
    return lambda each: None if each is None else inner(each)


def _object_reader(kind: Any) -> _Turn:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    return lambda each: kind(**{name: readers[name](one) for name, one in each.items()})


def _itself(value: Any) -> Any:
    return value
