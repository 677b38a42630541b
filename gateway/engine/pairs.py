"""Looking up many keys of two columns in one statement, on either database.

``(a, b) IN (…)`` makes SQLite read the whole table, and ``a IN (…) AND b IN (…)`` may probe every combination: 40,000
for 200 keys of 200 accounts. Joined to a list that travels as one JSON parameter, each key is one probe, and the
statement stays the same text however many there are.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, Text, bindparam, cast, func, select
from sqlalchemy.types import TypeEngine

_PARAMETER = "pairs"


def pairs(dialect: str, second: TypeEngine[Any] | None = None) -> Subquery:
    """The keys as rows to join: ``first`` is an integer, ``second`` of the type given (an integer where none is).

    The statement is executed with ``as_pairs(keys)``.
    """
    kinds = BigInteger(), second or BigInteger()
    first, other = _in_postgres(*kinds) if dialect == "postgresql" else _in_sqlite(*kinds)
    return select(first.label("first"), other.label("second")).subquery("wanted")


def as_pairs(keys: Iterable[tuple[int, int | str]]) -> dict[str, str]:
    """The parameter of a statement over ``pairs``."""
    return {_PARAMETER: json.dumps(list(keys))}


_KEYS = bindparam(_PARAMETER, type_=Text)


def _in_sqlite(*kinds: TypeEngine[Any]) -> list[ColumnElement[Any]]:
    pair = func.json_each(_KEYS).table_valued("value", name="pair").c.value
    return [func.json_extract(pair, f"$[{position}]", type_=kind) for position, kind in enumerate(kinds)]


def _in_postgres(*kinds: TypeEngine[Any]) -> list[ColumnElement[Any]]:
    from sqlalchemy.dialects.postgresql import JSONB  # late, as in ``upsert``

    pair = func.jsonb_array_elements(cast(_KEYS, JSONB)).table_valued("value", name="pair").c.value
    return [cast(pair.op("->>")(position), kind) for position, kind in enumerate(kinds)]
