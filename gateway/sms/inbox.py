"""What carriers hand in: receipts move messages on, and what people sent waits on disk to be understood."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from gateway.engine.database import Engine, Stamp
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import InboundSms, Receipt
from gateway.sms.notices import TOPIC as NOTICES
from gateway.sms.receipts import apply_receipts
from gateway.sms.request import storable
from gateway.sms.tables import inbound

#: Woken when something that people sent waits to be understood.
INBOUND_TOPIC = "inbound"

_LONGEST = {"carrier_key": 80, "sender": 20, "recipient": 20, "body": 4_000}


class NetworkInbox:
    """The inbox of one carrier: what it returned from is on disk."""

    def __init__(self, engine: Engine, carrier: str) -> None:
        self._engine = engine
        self._carrier = carrier

    async def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Move messages on."""
        stamp = self._engine.stamp()
        await self._engine.write(
            lambda connection: apply_receipts(connection, stamp, self._carrier, receipts), wakes=(NOTICES,), urgent=True
        )

    async def inbound(self, messages: Sequence[InboundSms]) -> None:
        """Keep what people sent, once each."""
        unit = partial(keep_inbound, stamp=self._engine.stamp(), carrier=self._carrier, messages=messages)
        await self._engine.write(unit, wakes=(INBOUND_TOPIC,), urgent=True)


def keep_inbound(connection: Connection, stamp: Stamp, carrier: str, messages: Sequence[InboundSms]) -> None:
    """Keep what people sent; one that was kept before, by the carrier's name of it, is left alone."""
    rows = [_row(stamp, carrier, each) for each in messages]
    if rows:
        connection.execute(insert_or(connection, inbound).on_conflict_do_nothing(), rows)


def _row(stamp: Stamp, carrier: str, each: InboundSms) -> dict[str, object]:
    texts = {"carrier_key": each.key, "sender": each.sender, "recipient": each.recipient, "body": each.text}
    piece = each.piece
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
