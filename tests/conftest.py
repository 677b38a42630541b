"""What every room's tests stand on: a clock that stands still, and the real databases, both kinds."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import make_url, text

from gateway.app.schema import METADATA
from gateway.engine.database import Engine, open_engine
from gateway.engine.migration import head
from tests import compiling
from tests.clock import StoppedClock
from tests.databases import from_outside
from tests.peers.node import Node, NodeMissing, find_node
from tests.places import quickest_place
from tests.postgres import Databases, PostgresMissing, running_server

pytest_plugins = ["tests.measuring", "tests.peers.fixtures"]


def pytest_configure() -> None:
    """Write the files of tests where that is quickest, compile each statement once, and put no limit of time on tests.

    Hypothesis' limits of time say how busy the machine is.
    """
    if place := quickest_place():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(place))
    compiling.share()
    hypothesis.settings.register_profile(
        "patient", hypothesis.settings(), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("patient")


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that shows a Monday at 10:00 in Paris until told otherwise."""
    return StoppedClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """A PostgreSQL server: the one in GATEWAY_TEST_POSTGRES, or one of our own for the run."""
    if given := os.environ.get("GATEWAY_TEST_POSTGRES"):
        yield Databases(given)
        return
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(running_server())
        except PostgresMissing as missing:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"NOT TESTED ON POSTGRESQL: {missing}")
        yield Databases(url)


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the packages that the peers need."""
    try:
        return find_node()
    except NodeMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NOT TESTED AGAINST PEERS ON NODE: {missing}")


@pytest.fixture(scope="session")
def postgres_template(postgres: Databases) -> Iterator[str]:
    """The URL of a PostgreSQL database with every table and no row, to be copied."""
    url = postgres.create()
    _create_tables(url)
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row, to be copied."""
    path = tmp_path_factory.mktemp("template") / "gateway.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that uses it runs once on each."""
    return str(request.param)


@pytest.fixture
def empty_database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, not even tables."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    databases: Databases = request.getfixturevalue("postgres")
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with every table and no row."""
    if backend == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "gateway.db")
        yield f"sqlite:///{path}"
        return
    databases: Databases = request.getfixturevalue("postgres")
    url = databases.create(str(make_url(request.getfixturevalue("postgres_template")).database))
    yield url
    databases.drop(url)


@pytest.fixture
async def engine(database_url: str, clock: StoppedClock) -> AsyncIterator[Engine]:
    """An open engine on a database with every table and no row."""
    async with open_engine(database_url, clock) as opened:
        yield opened


def _create_tables(url: str) -> None:
    """Straight from the catalogue, which is quicker than the migrations and, as their own tests prove, the same."""
    with from_outside(url).begin() as connection:
        METADATA.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head()})
