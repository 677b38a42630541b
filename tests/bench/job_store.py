"""APScheduler on its own SQL store, as fast as its settings allow: how many empty jobs it drains a second."""

import threading
import time
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine, create_engine, event, make_url

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_PATIENCE_S = 120.0

_left = threading.Semaphore(0)


def nothing() -> None:
    """The work of an empty job."""
    _left.release()


def drained(url: str, jobs: int) -> float:
    """Jobs a second from the start of the scheduler until each has run; all of them are due when it starts."""
    database = _quick(url)
    try:
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(engine=database)},
            executors={"default": ThreadPoolExecutor(10)},
            job_defaults={"misfire_grace_time": None},
            timezone=UTC,
        )
        scheduler.start(paused=True)
        for _ in range(jobs):
            scheduler.add_job(nothing, "date", run_date=LONG_AGO)
        since = time.perf_counter()
        scheduler.resume()
        for _ in range(jobs):
            if not _left.acquire(timeout=_PATIENCE_S):
                raise TimeoutError("not every job has run")
        seconds = time.perf_counter() - since
        scheduler.shutdown()
    finally:
        database.dispose()
    return jobs / seconds


def _quick(url: str) -> Engine:
    """With the settings that suit it best: on SQLite the write-ahead log, synced at checkpoints only."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"))
    database = create_engine(parsed)

    @event.listens_for(database, "connect")
    def tuned(connection: object, _record: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # a connection of the driver

    return database
