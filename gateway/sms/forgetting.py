"""Forgets what people sent, and STOP links, when the time is over for which they are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, select, tuple_

from gateway.engine.database import Engine
from gateway.sms.inbound_tables import answer, inbound_sms, stop_link

EVERY_S = 3600

#: Rows of one transaction.
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long is kept what."""

    inbound: timedelta  # what people sent, after it came
    links: timedelta  # STOP links, after the last message that brought them


class Forgetting:
    """Looks for what is over."""

    def __init__(self, engine: Engine, keeping: Keeping) -> None:
        self._engine = engine
        self._keeping = keeping

    async def forget_old(self) -> None:
        """Forget all of it, a batch in each transaction."""
        now = self._engine.clock.now()
        await self._all(_forget_inbound, now - self._keeping.inbound)
        await self._all(_forget_links, now - self._keeping.links)

    async def _all(self, unit: Callable[[Connection, datetime], int], before: datetime) -> None:
        while await self._engine.write(lambda connection: unit(connection, before)) == _MOST:
            pass


def _forget_inbound(connection: Connection, before: datetime) -> int:
    """What a room has yet to deal with stays."""
    row = inbound_sms.c
    waits = exists().where(and_(answer.c.account_id == row.account_id, answer.c.inbound_id == row.inbound_id))
    old = select(row.account_id, row.inbound_id).where(row.received_at < before, ~waits)
    oldest = old.order_by(row.received_at).limit(_MOST)
    return connection.execute(delete(inbound_sms).where(tuple_(row.account_id, row.inbound_id).in_(oldest))).rowcount


def _forget_links(connection: Connection, before: datetime) -> int:
    row = stop_link.c
    key = (row.account_id, row.recipient, row.token)
    oldest = select(*key).where(row.sent_at < before).order_by(row.sent_at).limit(_MOST)
    return connection.execute(delete(stop_link).where(tuple_(*key).in_(oldest))).rowcount
