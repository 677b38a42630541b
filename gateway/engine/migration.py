"""The version of the schema: where a database stands, how it comes up to date, whether it differs from the tables.

Every migration is one file ``NNNN_what.py`` in ``migrations/versions``; its number is its revision, so the newest
version is known from the file names and ``is_current`` stays quick.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, MetaData, NullPool, create_engine, inspect, make_url, text

from gateway.engine import sqlite
from gateway.engine.metadata import Instant, OneOf

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_ONE_AT_A_TIME = 0x6D696772  # any number of our own: the key of PostgreSQL's advisory lock


class SchemaUnknown(Exception):
    """The database has a version that this program does not know: it was used by a newer one."""


def head() -> str:
    """The newest version, for example ``0001``."""
    return _numbers()[-1]


def is_current(url: str) -> bool:
    """Whether the database stands at the newest version; quick, so that every start may ask.

    Raises ``SchemaUnknown`` where a newer program was here.
    """
    if make_url(url).get_backend_name() == "sqlite" and not sqlite.file_of(url).exists():
        return False
    with _transaction(url, reading=True) as connection:
        stands_at = _version(connection)
    if stands_at is not None and stands_at not in _numbers():
        raise SchemaUnknown(
            f"the database has schema version {stands_at}, this program knows up to {head()}: use the newer program"
        )
    return stands_at == head()


def upgrade(url: str, metadata: MetaData, to: str = "head") -> None:
    """Bring the database to the newest version, or to the one named, in one transaction.

    Of several processes that try at once on PostgreSQL one does it and the others wait. On SQLite the caller sees to
    it that no other process works on the file.
    """
    from alembic import command

    with _transaction(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        command.upgrade(_config(connection, metadata), to)


def downgrade(url: str, metadata: MetaData, to: str = "base") -> None:
    """Undo migrations down to the version named, or all of them."""
    from alembic import command

    with _transaction(url) as connection:
        command.downgrade(_config(connection, metadata), to)


def check(url: str, metadata: MetaData) -> list[str]:
    """How the database differs from the tables of ``metadata``, one line each; empty is as it should be."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with _transaction(url, reading=True) as connection:
        return [repr(each) for each in compare_metadata(MigrationContext.configure(connection), metadata)]


def draft(metadata: MetaData, what: str) -> tuple[str, str]:
    """The next migration, from the newest version to the tables of ``metadata``: its file name and its text."""
    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.migration import MigrationContext

    number = f"{len(_numbers()) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/scratch.db"
        if _numbers():
            upgrade(url, metadata)
        with _transaction(url) as connection:
            context = MigrationContext.configure(connection)
            script = produce_migrations(context, metadata)
            directions = [script.upgrade_ops, script.downgrade_ops]
            up, down = (
                # batches, for SQLite alters a table by copying it
                render_python_code(ops, render_as_batch=True, render_item=_plain_type, migration_context=context)
                for ops in directions
                if ops is not None
            )
    text_of_it = _MIGRATION.format(number=number, what=what, before=_numbers()[-1:] or [None], up=up, down=down)
    lines = text_of_it.splitlines(keepends=True)
    return f"{number}_{what}.py", "".join(line for line in lines if "###" not in line)  # the generator's remarks


_MIGRATION = '''"""Schema version {number}: {what}."""

import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = {before[0]!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
'''


def _plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what the database stores, so that old migrations never depend on today's code."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, OneOf):
        return "sa.String()"
    return False


def _numbers() -> list[str]:
    return sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextlib.contextmanager
def _transaction(url: str, *, reading: bool = False) -> Iterator[Connection]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        database = sqlite.reading_database(url) if reading else sqlite.writing_database(url)
    else:
        database = create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    try:
        with database.begin() as connection:
            yield connection
    finally:
        database.dispose()


def _config(connection: Connection, metadata: MetaData) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
    config.attributes.update(connection=connection, metadata=metadata)
    return config
