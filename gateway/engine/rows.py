"""Many rows as one parameter: a statement that joins them is one statement, however many there are.

The rows travel as one JSON text, as in ``pairs``, but of any columns: a thousand rows are changed, each to values of
its own, by one ``UPDATE … FROM``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Text, bindparam, cast, func, select
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import TypeEngine

_PARAMETER = "rows"
_GIVEN = bindparam(_PARAMETER, type_=Text)
_PLAIN = DefaultDialect()


class Rows:
    """Rows with the columns given, by name and type."""

    def __init__(self, **columns: TypeEngine[Any]) -> None:
        self._columns = columns
        self._turns = {name: kind.dialect_impl(_PLAIN).bind_processor(_PLAIN) for name, kind in columns.items()}

    def table(self, dialect: str) -> Subquery:
        """The rows to join, under the name ``given``; the statement is executed with ``parameter(rows)``."""
        read = _in_postgres if dialect == "postgresql" else _in_sqlite
        columns = read(list(self._columns.values()))
        return select(*(each.label(name) for name, each in zip(self._columns, columns, strict=True))).subquery("given")

    def in_order(self, rows: Sequence[Sequence[Any]]) -> dict[str, str]:
        """The same of rows that bring every value, in the order of the columns: for thousands at a time."""
        turns = zip(self._turns.values(), zip(*rows, strict=True), strict=bool(rows))
        columns = [map(turn, column) if turn else column for turn, column in turns]
        return {_PARAMETER: json.dumps(list(zip(*columns, strict=True)))}

    def parameter(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """The parameter of a statement over ``table``; a value that a row lacks is null."""
        turns = list(self._turns.items())
        return {
            _PARAMETER: json.dumps(
                [[turn(row.get(name)) if turn else row.get(name) for name, turn in turns] for row in rows]
            )
        }


def _in_sqlite(kinds: list[TypeEngine[Any]]) -> list[ColumnElement[Any]]:
    row = func.json_each(_GIVEN).table_valued("value", name="given_row").c.value
    return [func.json_extract(row, f"$[{position}]", type_=kind) for position, kind in enumerate(kinds)]


def _in_postgres(kinds: list[TypeEngine[Any]]) -> list[ColumnElement[Any]]:
    from sqlalchemy.dialects.postgresql import JSONB  # late, as in ``upsert``

    row = func.jsonb_array_elements(cast(_GIVEN, JSONB)).table_valued("value", name="given_row").c.value
    return [cast(row.op("->>")(position), kind) for position, kind in enumerate(kinds)]
