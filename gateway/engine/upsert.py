"""INSERT … ON CONFLICT, which SQLAlchemy spells once per database."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or(connection: Connection, table: Table) -> Any:
    """An insert with the ``on_conflict_…`` methods, in the words of the connection's database."""
    return insert_in(connection.dialect.name, table)


def insert_in(dialect: str, table: Table) -> Any:
    """The same for a statement that is made once per database and kept."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
