"""Many rows into one table by few statements.

A driver's ``executemany`` gives up Python's lock and takes it again for each row, which beside a busy event loop costs
more than the row; and SQLAlchemy treats each value of each row by itself. Here SQLite takes up to 64 rows a statement.
PostgreSQL takes all, a column as one array: its driver looks through a long statement for placeholders each time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection

from gateway.engine.arrays import ArrayOf
from gateway.engine.prepared import in_sqlite, stored_in_sqlite

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
        self._stored = [stored_in_sqlite(column.type) for column in columns]
        self._end = "" if new is None else f" ON CONFLICT DO NOTHING RETURNING {new.name}"
        self._arrays = [ArrayOf(column) for column in columns]
        from_arrays = f" SELECT * FROM unnest({', '.join(each.placeholder for each in self._arrays)})"  # noqa: S608 - our tables
        self._as_arrays = self._into(column.name for column in columns) + from_arrays + self._end
        self._as_values = lru_cache(self._values_text)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> list[Any]:
        """Insert them all."""
        if not rows:
            return []
        insert = self._by_arrays if connection.dialect.name == "postgresql" else self._by_values
        return [entered for (entered,) in insert(connection, rows)]

    def _by_arrays(self, connection: Connection, rows: Sequence[Row]) -> Iterable[Sequence[Any]]:
        columns = zip(self._arrays, zip(*rows, strict=True), strict=True)
        result = connection.exec_driver_sql(self._as_arrays, tuple(array(values) for array, values in columns))
        return result.all() if self._end else ()

    def _by_values(self, connection: Connection, rows: Sequence[Row]) -> Iterator[Sequence[Any]]:
        columns = {
            column.name: _all_stored(stored, values) if stored else values
            for column, stored, values in zip(self._columns, self._stored, zip(*rows, strict=True), strict=True)
        }
        # what is null in every row is not named: a null takes the driver longer than any other value
        given = tuple(name for name, values in columns.items() if any(each is not None for each in values))
        values = list(zip(*(columns[name] for name in given), strict=True))
        for start in range(0, len(rows), LARGEST):
            chunk = values[start : start + LARGEST]
            yield from in_sqlite(connection, self._as_values(given, len(chunk)), tuple(chain.from_iterable(chunk)))

    def _values_text(self, names: tuple[str, ...], rows: int) -> str:
        row = f"({', '.join('?' * len(names))})"
        return f"{self._into(names)} VALUES {', '.join([row] * rows)}{self._end}"

    def _into(self, names: Iterable[str]) -> str:
        return f"INSERT INTO {self._columns[0].table} ({', '.join(names)})"


def _all_stored(stored: Callable[[Any], Any], values: Row) -> Row:
    """Most columns of a batch hold one value, such as its instant: that is turned once."""
    first = values[0]
    if all(each is first for each in values):
        return (stored(first),) * len(values)
    return tuple(map(stored, values))
