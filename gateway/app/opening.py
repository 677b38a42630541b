"""Opens the engine on a database whose tables are those of this program."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.accounts.refusals import Refused
from gateway.app.schema import METADATA
from gateway.engine import migration
from gateway.engine.clock import Clock
from gateway.engine.database import Engine, open_engine
from gateway.engine.migration import SchemaUnknown
from gateway.engine.sqlite import DatabaseInUse
from gateway.engine.writer import StorageUnavailable
from gateway.settings import Settings


def unreachable(error: Exception) -> Refused:
    """What to say of a database that cannot be used."""
    return Refused(f"The database cannot be used: {in_words(error)}.", "`gateway doctor` looks at all that it needs.")


def behind() -> Refused:
    """What to say of a database whose tables are not yet those of this program."""
    return Refused("The database is not at the version of this program.", "Run `gateway migrate`.")


def in_words(error: Exception) -> str:
    """What went wrong, in the words of the system or the database: their first line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return next(iter(str(cause).splitlines()), type(cause).__name__)


@contextlib.asynccontextmanager
async def open_current(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """Open the engine; an SQLite file is made or brought up to date first, for nobody else can be at work on it.

    A PostgreSQL database that is behind is refused: other processes may run on it, so bringing it up to date is a
    step of its own, ``gateway migrate``. Raises ``DatabaseInUse`` where another process holds an SQLite file.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.on_sqlite and not await asyncio.to_thread(is_current, settings):
        raise behind()
    async with open_engine(settings.url, clock) as engine:
        if not await asyncio.to_thread(is_current, settings):
            await asyncio.to_thread(migration.upgrade, settings.url, METADATA)
        yield engine


def migrate(settings: Settings) -> None:
    """Make the tables, or bring them up to date; on SQLite no service may be running meanwhile."""
    if not settings.on_sqlite:
        with _telling():
            migration.upgrade(settings.url, METADATA)
        return
    try:
        asyncio.run(_open_once(settings))
    except DatabaseInUse as in_use:
        raise Refused(str(in_use), "A service brings its own database up to date when it starts.") from None
    except (StorageUnavailable, OSError) as error:
        raise unreachable(error) from error


async def _open_once(settings: Settings) -> None:
    async with open_current(settings):
        pass


def is_current(settings: Settings) -> bool:
    """Whether the tables are those of this program; ``Refused`` where nobody can tell."""
    with _telling():
        return migration.is_current(settings.url)


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Say in words what keeps the version from being known."""
    try:
        yield
    except SchemaUnknown as unknown:
        raise Refused(f"This program is too old: {unknown}.", "Install the version that was here before.") from None
    except SQLAlchemyError as error:
        raise unreachable(error) from error
