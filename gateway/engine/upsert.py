"""INSERT … ON CONFLICT, which SQLAlchemy spells once per database."""

from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table


def insert_or(connection: Connection, table: Table) -> Any:
    """An insert with the ``on_conflict_…`` methods, in the words of the connection's database."""
    return insert_in(connection.dialect.name, table)


def insert_in(dialect: str, table: Table) -> Any:
    """The same for a statement that is made once per database and kept."""
    # Loaded only now: the words of PostgreSQL take a tenth of the time in which the service is to be ready.
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
