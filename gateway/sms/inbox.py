"""What carriers hand in: receipts move messages on, and what people sent waits on disk to be understood."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, insert

from gateway.engine.database import Engine, Stamp
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import KNOWN_AGAIN, InboundSms, Receipt
from gateway.sms.concatenation import LONGEST, is_possible, keepable
from gateway.sms.inbound_tables import inbound_seen
from gateway.sms.receipts import apply_receipts
from gateway.sms.request import storable
from gateway.sms.tables import inbound

#: Woken when something that people sent waits to be understood.
INBOUND_TOPIC = "inbound"

_LONGEST = {"carrier_key": 80, "sender": 20, "recipient": 20, "body": LONGEST}
_LONGEST_PART = 4_000  # far more than one holds


class NetworkInbox:
    """The inbox of one carrier: what it returned from is on disk."""

    def __init__(self, engine: Engine, carrier: str) -> None:
        self._engine = engine
        self._carrier = carrier

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Move messages on."""
        await self._engine.write(partial(self.apply, receipts=receipts), urgent=True)

    def apply(self, connection: Connection, receipts: Sequence[Receipt]) -> None:
        """Move messages on, within a transaction."""
        apply_receipts(connection, self._engine.stamp(), self._carrier, receipts)

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        """Keep what people sent, once each."""
        unit = partial(keep_inbound, stamp=self._engine.stamp(), carrier=self._carrier, messages=messages)
        await self._engine.write(unit, wakes=(INBOUND_TOPIC,), urgent=True)


def keep_inbound(connection: Connection, stamp: Stamp, carrier: str, messages: Sequence[InboundSms]) -> None:
    """Keep what people sent; what came before, by the carrier's name of it, is left alone, worked off or not."""
    rows: dict[str, dict[str, Any]] = {}
    for each in messages:
        row = _row(stamp, carrier, each)
        rows.setdefault(row["carrier_key"], row)
    if not rows:
        return
    fresh = connection.scalars(
        insert_or(connection, inbound_seen).on_conflict_do_nothing().returning(inbound_seen.c.carrier_key),
        [{"carrier": carrier, "carrier_key": each, "at": stamp.now} for each in sorted(rows)],
    ).all()
    if fresh:
        connection.execute(insert(inbound), sorted((rows[each] for each in fresh), key=itemgetter("inbound_id")))


def forget_seen(connection: Connection, now: datetime) -> None:
    """Forget names that no carrier will use again."""
    connection.execute(delete(inbound_seen).where(inbound_seen.c.at < now - KNOWN_AGAIN))


def _row(stamp: Stamp, carrier: str, each: InboundSms) -> dict[str, Any]:
    piece = each.piece if each.piece and is_possible(*astuple(each.piece)) else None
    text = keepable(each.text)[:_LONGEST_PART] if piece else each.text
    texts = {"carrier_key": each.key, "sender": each.sender, "recipient": each.recipient, "body": text}
    return {
        "account_id": 0,
        "inbound_id": stamp.new_id(),
        "carrier": carrier,
        **{name: storable(text, _LONGEST[name]) for name, text in texts.items()},
        "piece_group": piece.group if piece else None,
        "piece_count": piece.count if piece else None,
        "piece_number": piece.number if piece else None,
        "sent_at": each.at,
        "received_at": stamp.now,
    }
