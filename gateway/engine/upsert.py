"""INSERT … ON CONFLICT, which SQLAlchemy spells once per database."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or(connection: Connection, table: Table) -> Any:
    """An insert with the ``on_conflict_…`` methods, in the words of the connection's database."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
