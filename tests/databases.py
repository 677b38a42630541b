"""How a test says that it is about one kind of database only, and how it looks at one from outside."""

import pytest
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import NullPool, StaticPool, create_engine, make_url, text

from gateway.engine.database import Engine

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)


def from_outside(url: str) -> SqlEngine:
    """A database engine that keeps no connection open and shares nothing with ours."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, poolclass=NullPool)


def held_open(url: str) -> SqlEngine:
    """The same with one connection kept, for tests of thousands of steps."""
    return create_engine(from_outside(url).url, poolclass=StaticPool)


async def room_for(engine: Engine, pages: int) -> None:
    """Leave a SQLite file so many free pages, and let it take no more."""
    await engine.write(lambda connection: connection.execute(text("CREATE TABLE scratch (octets BLOB)")).rowcount)
    filled = text("INSERT INTO scratch VALUES (zeroblob(:size))").bindparams(size=pages * 4096)
    await engine.write(lambda connection: connection.execute(filled).rowcount)
    await engine.write(lambda connection: connection.execute(text("DELETE FROM scratch")).rowcount)
    await engine.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1")).scalar())
