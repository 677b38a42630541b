"""The service on a database that syncs nothing to disk: ``python -m tests.bench.unsynced serve``.

For benches alone: what it takes longer with the syncs is what they cost.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from gateway.cli import main


@event.listens_for(Pool, "checkout")
def _say_so(connection: Any, _record: Any, _proxy: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


if __name__ == "__main__":
    main()
