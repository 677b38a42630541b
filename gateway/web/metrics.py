"""The figures that an operator watches: what waits, how long already, and how the links of carriers are."""

from collections import Counter
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from sqlalchemy import Connection, Table, func, select

from gateway.engine.database import Engine
from gateway.sms.link_reports import links_of
from gateway.sms.tables import job, notice
from gateway.smtp.tables import spool

__all__ = ["CONTENT_TYPE", "metrics"]

_QUEUES: dict[str, tuple[Table, str]] = {
    "spool": (spool, "received_at"),
    "job": (job, ""),
    "notice": (notice, "created_at"),
}


async def metrics(engine: Engine) -> bytes:
    """All figures as they are now, in the text format of Prometheus."""
    now = engine.clock.now()
    return await engine.read(lambda connection: _measure(connection, now))


def _measure(connection: Connection, now: datetime) -> bytes:
    registry = CollectorRegistry()
    rows = Gauge("gateway_queue_rows", "Rows of work by queue and state", ["queue", "state"], registry=registry)
    oldest = Gauge("gateway_queue_oldest_seconds", "Age of the oldest row", ["queue"], registry=registry)
    for name, (table, since) in _QUEUES.items():
        parked, claimed = table.c.parked_until.is_not(None), table.c.claimed_by.is_not(None)
        for state, which in (("ready", ~parked), ("claimed", claimed), ("parked", parked & ~claimed)):
            rows.labels(name, state).set(connection.scalar(select(func.count()).select_from(table).where(which)) or 0)
        if since:
            first = connection.scalar(select(func.min(table.c[since])))
            oldest.labels(name).set((now - first).total_seconds() if first else 0)
    links = Gauge("gateway_carrier_links", "Links of carriers by state", ["carrier", "state"], registry=registry)
    for carrier, lines in links_of(connection, now).items():
        for state, how_many in Counter(each.state for each in lines).items():
            links.labels(carrier, state).set(how_many)
    return generate_latest(registry)
