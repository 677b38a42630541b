"""Work kept as rows: claimed under a lease, finished behind a fence, parked until due.

A queue is any table with the lease columns below; its row exists only while work remains. ``parked_until`` alone
says when a row may be taken: null is now, a time is a lease, a back-off or a closed sending window. Each claim raises
``claim_epoch``, and every later statement names it, so a worker whose lease ran out changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    delete,
    null,
    or_,
    select,
    tuple_,
    update,
)

from gateway.engine.metadata import Instant


def lease_columns() -> tuple[Column[Any], ...]:
    """The columns that make a table a work queue."""
    return (
        Column("parked_until", Instant),
        Column("claimed_by", BigInteger),
        Column("claim_epoch", Integer, nullable=False, default=0),
        Column("attempts", Integer, nullable=False, default=0),
        Column("park_reason", String(40)),
    )
