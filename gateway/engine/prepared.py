"""Statements of the hot paths, made ready once and run many times.

SQLite runs such a statement in ten microseconds, and SQLAlchemy takes several times as long to hand it over and to
treat each value of each row by itself. Here the driver is asked at once, by the text and the types that SQLAlchemy
works out when the statement is run first. On PostgreSQL the server's time is what counts, and SQLAlchemy runs it like
any other.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

_SQLITE = SQLiteDialect_pysqlite()


class Prepared:
    """One statement; its parameters are named (``bindparam``), and none of them expands."""

    def __init__(self, statement: Any, row: Callable[[Sequence[Any]], Any] | None = None) -> None:
        """``statement``: itself or, where it is not the same on both databases, what makes it for a dialect's name.

        ``row`` makes a row of its columns; where it is left out, rows have them by place and by name.
        """
        self._for: Callable[[str], Any] = cache(statement) if callable(statement) else lambda _dialect: statement
        self._row = row

    def __call__(self, connection: Connection, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """Run it: the rows; none where the statement brings none."""
        if connection.dialect.name == "sqlite":
            return self._in_sqlite(connection, parameters)
        result = connection.execute(self._for(connection.dialect.name), parameters)
        found = result.all() if result.returns_rows else ()
        return list(map(self._row, found)) if self._row else found

    @cached_property
    def _in_sqlite(self) -> "_InSqlite":
        return _InSqlite(self._for("sqlite"), self._row)


class _InSqlite:
    """A statement in SQLite's words, with how its types want values stored and read."""

    def __init__(self, statement: ClauseElement, row: Callable[[Sequence[Any]], Any] | None) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=_SQLITE))
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        columns = list(getattr(statement, "exported_columns", ()))
        read = [_stored(each.type).result_processor(_SQLITE, None) for each in columns]
        self._text = compiled.string
        self._given = [(each.key, stored_in_sqlite(each.type)) for each in binds]
        self._fixed = {each.key: each.value for each in binds if not each.required}
        self._read = [(place, turn) for place, turn in enumerate(read) if turn]
        self._row = row or _named([each.key for each in columns])._make

    def __call__(self, connection: Connection, parameters: Mapping[str, Any]) -> Sequence[Any]:
        given = {**self._fixed, **parameters}
        values = [turn(given[name]) if turn else given[name] for name, turn in self._given]
        found = in_sqlite(connection, self._text, values)
        return list(map(self._row, self._typed(found))) if found else found

    def _typed(self, rows: Sequence[tuple[Any, ...]]) -> Iterable[Sequence[Any]]:
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for place, turn in self._read:
            columns[place] = map(turn, columns[place])
        return zip(*columns, strict=True)


def _named(names: Sequence[str]) -> Any:
    return namedtuple("Row", names, rename=True)  # noqa: PYI024 - its names are known only now


def in_sqlite(connection: Connection, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Have SQLite's driver run a statement at once; values and rows are as the driver knows them."""
    driver: Any = connection.connection.dbapi_connection
    try:
        return cast("list[tuple[Any, ...]]", driver.execute(text, values).fetchall())
    except sqlite3.Error as error:
        raise _as_ours(text, error) from error


def stored_in_sqlite(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a type wants its values stored; None where as they are."""
    return _stored(kind).bind_processor(_SQLITE)


def _stored(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.dialect_impl(_SQLITE)


def _as_ours(text: str, error: sqlite3.Error) -> BaseException:
    """What SQLAlchemy raises for an error of the driver, without the values: no number or text is to be logged."""
    return DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True, dialect=_SQLITE)
