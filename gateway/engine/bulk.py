"""Many rows into one table by few statements.

A driver's ``executemany`` gives up Python's lock and takes it again for each row, which beside a busy event loop costs
more than the row; and SQLAlchemy treats each value of each row by itself. Here a statement takes up to 64 rows.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, Dialect

LARGEST = 64
_PLACEHOLDERS = {"qmark": "?", "pyformat": "%s"}  # SQLite, PostgreSQL

Row = tuple[Any, ...]


class BulkInsert:
    """Inserts rows of one table; what it is not given must be nullable, for no default is looked up."""

    def __init__(self, *columns: Column[Any]) -> None:
        """``columns`` names the values of a row, in their order."""
        self._columns = columns
        self._table = columns[0].table
        self._statement = lru_cache(self._text)
        self._processors = lru_cache(self._find_processors)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert them all."""
        width = len(self._columns)
        for start in range(0, len(rows), LARGEST):
            chunk = rows[start : start + LARGEST]
            values = list(chain.from_iterable(chunk))
            for column, stored in self._processors(connection.dialect):
                values[column::width] = map(stored, values[column::width])
            connection.exec_driver_sql(self._statement(connection.dialect, len(chunk)), tuple(values))

    def _text(self, dialect: Dialect, rows: int) -> str:
        row = ", ".join([_PLACEHOLDERS[dialect.paramstyle]] * len(self._columns))
        names = ", ".join(column.name for column in self._columns)
        return f"INSERT INTO {self._table} ({names}) VALUES {', '.join([f'({row})'] * rows)}"  # noqa: S608 - our tables

    def _find_processors(self, dialect: Dialect) -> list[tuple[int, Any]]:
        """How each column's type wants its values stored, by the column's place in a row."""
        found = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in self._columns]
        return [(place, stored) for place, stored in enumerate(found) if stored]
