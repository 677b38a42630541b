"""Many rows into one table by few statements.

A driver's ``executemany`` gives up Python's lock and takes it again for each row, which beside a busy event loop costs
more than the row; and SQLAlchemy treats each value of each row by itself. Here SQLite takes up to 64 rows a statement.
PostgreSQL takes all, a column as one array: its driver looks through a long statement for placeholders each time.
"""

from collections.abc import Iterable, Iterator, Sequence
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
        shared: dict[str, Any] = {}
        own: dict[str, Iterable[Any]] = {}
        is_large = len(rows) >= LARGEST  # else there would be a statement for whatever a few rows happen to share
        for column, stored, values in zip(self._columns, self._stored, zip(*rows, strict=True), strict=True):
            if not _are_alike(values):
                own[column.name] = map(stored, values) if stored else values
            elif values[0] is not None:  # what is null in every row is not named
                one = stored(values[0]) if stored else values[0]
                if is_large:
                    shared[column.name] = one
                else:
                    own[column.name] = (one,) * len(rows)
        own_values = list(zip(*own.values(), strict=True)) or [()] * len(rows)
        for start in range(0, len(rows), LARGEST):
            chunk = own_values[start : start + LARGEST]
            text = self._as_values(tuple(shared), tuple(own), len(chunk))
            yield from in_sqlite(connection, text, (*shared.values(), *chain.from_iterable(chunk)))

    def _values_text(self, shared: tuple[str, ...], own: tuple[str, ...], rows: int) -> str:
        # a "?" after numbers is the next one: those of a row repeat the shared values and go on with its own
        row = ", ".join([*(f"?{number}" for number, _ in enumerate(shared, 1)), *("?" * len(own))])
        return f"{self._into((*shared, *own))} VALUES {', '.join([f'({row})'] * rows)}{self._end}"

    def _into(self, names: Iterable[str]) -> str:
        return f"INSERT INTO {self._columns[0].table} ({', '.join(names)})"


def _are_alike(values: Row) -> bool:
    """Whether a column of a batch holds one value, as most do, such as its instant: that is turned and bound once."""
    return values[0] is values[-1] and values.count(values[0]) == len(values)
