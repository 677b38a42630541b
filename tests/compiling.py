"""What SQLAlchemy compiled in one test serves the next: compiling takes longer than nearly every statement itself.

It keeps what it compiled by engine and by dialect, and nearly every test opens an engine of its own.
"""

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[object, object] = LRUCache(2000)


class _Alike:
    """A dialect equal to all others of its class, which writes the same SQL."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Have an engine look where all look."""
        engine.update_execution_options(compiled_cache=_COMPILED)


class Sqlite(_Alike, SQLiteDialect_pysqlite):
    """The one that ``create_engine`` takes for SQLite."""

    supports_statement_cache = True


class Postgres(_Alike, PGDialect_psycopg):
    """The one that ``create_engine`` takes for PostgreSQL."""

    supports_statement_cache = True


def share() -> None:
    """Have every engine of this process share what was compiled."""
    registry.register("sqlite", __name__, Sqlite.__name__)
    registry.register("postgresql.psycopg", __name__, Postgres.__name__)
