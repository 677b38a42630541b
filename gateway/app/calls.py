"""Does a command by the way that is open: through the running service, or straight on the database."""

import contextlib
from collections.abc import Iterator
from typing import Any

from gateway.app.asking import NoService, ask
from gateway.settings import Settings

# What works on the database is loaded only where it is needed: most of the time that a command took was loading it.


def change(settings: Settings, command: str, **arguments: Any) -> Any:
    """Do a writing command; the answer in plain words. Raises ``Refused``.

    On PostgreSQL it goes straight in. On SQLite the running service does it; where none runs, this process takes the
    file's lock for the moment.
    """
    if settings.on_sqlite:
        with contextlib.suppress(NoService):
            return ask(settings.data_dir, command, arguments)
    from gateway.app import direct

    return direct.change(settings, command, arguments)


def show(settings: Settings, command: str, **arguments: Any) -> Any:
    """Do a reading command that answers with one thing, in plain words. Raises ``Refused``."""
    from gateway.app import direct

    return direct.show(settings, command, arguments)


def listing(settings: Settings, command: str, **arguments: Any) -> Iterator[Any]:
    """Do a reading command that answers with many things, one by one, in plain words. Raises ``Refused``."""
    from gateway.app import direct

    return direct.listing(settings, command, arguments)
