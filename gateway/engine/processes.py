"""The table of the processes that share a PostgreSQL database; apart, so that SQLite need not load its driver."""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from gateway.engine.metadata import METADATA, Instant

process = Table(
    "process",
    METADATA,
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("host", String(120), nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("instance", BigInteger, nullable=False),  # drawn by lot: containers share host names and process numbers
    Column("seen_at", Instant, nullable=False),
)
