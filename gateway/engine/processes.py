"""The table of the processes that work on a database; apart, so that SQLite need not load PostgreSQL's driver."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from gateway.engine.metadata import METADATA, Instant

process = Table(
    "process",
    METADATA,
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("host", String(120), nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("instance", BigInteger, nullable=False),  # drawn by lot: containers share host names and process numbers
    Column("seen_at", Instant, nullable=False),  # on SQLite ahead of the identifiers: ``gateway.engine.marks``
)
