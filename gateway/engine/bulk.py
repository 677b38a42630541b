"""Many rows into one table by few statements.

A driver's ``executemany`` gives up Python's lock and takes it again for each row, which beside a busy event loop costs
more than the row; and SQLAlchemy treats each value of each row by itself. Here SQLite takes up to 64 rows a statement.
PostgreSQL takes all, a column as one array: its driver looks through a long statement for placeholders each time.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, Dialect

from gateway.engine.arrays import ArrayOf

#: Rows of one statement on SQLite.
LARGEST = 64

Row = tuple[Any, ...]


class BulkInsert:
    """Inserts rows of one table; what it is not given must be nullable, for no default is looked up."""

    def __init__(self, *columns: Column[Any], new: Column[Any] | None = None) -> None:
        """``columns`` names the values of a row, in their order.

        With ``new``, rows whose key is taken are left out, and the values of this column come back for the others.
        """
        self._columns = columns
        self._into = f"INSERT INTO {columns[0].table} ({', '.join(column.name for column in columns)})"
        self._end = "" if new is None else f" ON CONFLICT DO NOTHING RETURNING {new.name}"
        self._arrays = [ArrayOf(column) for column in columns]
        self._from_arrays = f" SELECT * FROM unnest({', '.join(each.placeholder for each in self._arrays)})"  # noqa: S608 - our tables
        self._as_values = lru_cache(self._values_text)
        self._processors = lru_cache(self._find_processors)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> list[Any]:
        """Insert them all."""
        statements = (
            self._by_arrays(rows)
            if connection.dialect.name == "postgresql"
            else self._by_values(connection.dialect, rows)
        )
        entered: list[Any] = []
        for text, parameters in statements:
            result = connection.exec_driver_sql(text, parameters)
            entered += result.scalars() if self._end else ()
        return entered

    def _by_arrays(self, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        if rows:
            columns = zip(self._arrays, zip(*rows, strict=True), strict=True)
            yield self._into + self._from_arrays + self._end, tuple(array(values) for array, values in columns)

    def _by_values(self, dialect: Dialect, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
        width = len(self._columns)
        for start in range(0, len(rows), LARGEST):
            chunk = rows[start : start + LARGEST]
            values = list(chain.from_iterable(chunk))
            for column, stored in self._processors(dialect):
                values[column::width] = map(stored, values[column::width])
            yield self._as_values(len(chunk)), tuple(values)

    def _values_text(self, rows: int) -> str:
        row = f"({', '.join('?' * len(self._columns))})"
        return f"{self._into} VALUES {', '.join([row] * rows)}{self._end}"

    def _find_processors(self, dialect: Dialect) -> list[tuple[int, Any]]:
        """How each column's type wants its values stored, by the column's place in a row."""
        found = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in self._columns]
        return [(place, stored) for place, stored in enumerate(found) if stored]
