"""The one table catalogue that every room adds its tables to, and the column types they share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, BigInteger, Column, ColumnElement, Dialect, Index, MetaData, String
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False) -> None:
    """Give the table of ``columns`` an index of those rows alone that are looked for, on either database."""
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, stored as integer microseconds since 1970; a naive datetime is refused.

    One integer form on both databases keeps comparisons exact and index-friendly (SQLite has no instant type).
    """

    impl = BigInteger
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        """Turn an aware datetime into microseconds; ``ValueError`` for a naive one."""
        del dialect

        def stored(value: datetime | None) -> int | None:
            if value is None:
                return None
            if value.tzinfo is None:
                message = "an instant needs a time zone"
                raise ValueError(message)
            return (value - _EPOCH) // _MICROSECOND

        return stored

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[int | None], datetime | None]:
        """Turn stored microseconds back into an aware UTC datetime."""
        del dialect, coltype
        return lambda value: None if value is None else _EPOCH + value * _MICROSECOND


class Numbers(TypeDecorator[list[int]]):
    """Whole numbers, stored as JSON: Python writes a list of them alike, in a fifth of the time."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[list[int] | None], str | None]:
        """Write the list as JSON."""
        del dialect
        return lambda value: None if value is None else str(value)


E = TypeVar("E", bound=StrEnum)


class OneOf(TypeDecorator[E], Generic[E]):
    """A word out of a closed list (a ``StrEnum``), stored as its value."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        """``words``: the enum whose values may be stored."""
        super().__init__()
        self.words = words

    def bind_processor(self, dialect: Dialect) -> Callable[[E | None], str | None]:
        """Store the value of the enum member; ``ValueError`` for a word outside the list."""
        del dialect
        words = self.words

        def stored(value: E | None) -> str | None:
            if type(value) is words:  # nearly always, and a third of the way through the enum's constructor
                return value._value_
            return None if value is None else words(value).value

        return stored

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], E | None]:
        """Read the enum member back."""
        del dialect, coltype
        known: dict[str | None, E | None] = {None: None, **{word.value: word for word in self.words}}
        return known.__getitem__
