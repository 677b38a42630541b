"""News from the network: each receipt moves its message on, once and never back."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, select

from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import Receipt
from gateway.sms.changes import GIVEN, change, of
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.tables import early_receipt, message
from gateway.sms.words import FINAL, MessageState, News
from plans.words import Reason

_REASON = {MessageState.FAILED: Reason.NOT_DELIVERED, MessageState.EXPIRED: Reason.VALIDITY_EXPIRED}

_FORGOTTEN_AFTER = timedelta(days=7)


def apply_receipts(connection: Connection, stamp: Stamp, carrier: str, receipts: Sequence[Receipt]) -> int:
    """Record receipts of one carrier; returns how many moved a message.

    The first final one counts. One that comes before its message is known under the carrier's reference waits in
    ``early_receipt``. What the network took and did not deliver is not refunded (terms, article 6.1).
    """
    first = {each.carrier_ref: each for each in reversed(receipts)}
    found = _messages(connection, carrier, first)
    known = {row.carrier_ref for row in found}
    _keep_early(connection, carrier, [each for ref, each in first.items() if ref not in known])
    moved = [(row, first[row.carrier_ref]) for row in found if row.state not in FINAL]
    if moved:
        connection.execute(_MOVE, [_moved(row, receipt) for row, receipt in moved])
        enter_notices(connection, stamp, [told for row, receipt in moved if (told := _notice(row, receipt))])
    return len(moved)


def adopt_early_receipts(connection: Connection, stamp: Stamp, carrier: str, carrier_refs: Sequence[str]) -> None:
    """Apply what came before these references were recorded."""
    if not early_receipts_wait(connection, carrier):
        return
    row = early_receipt.c
    early = connection.execute(
        delete(early_receipt)
        .where(row.carrier == carrier, row.carrier_ref.in_(carrier_refs))
        .returning(row.carrier_ref, row.state, row.code, row.at)
    ).all()
    if early:
        apply_receipts(connection, stamp, carrier, [Receipt(*each) for each in early])


def early_receipts_wait(connection: Connection, carrier: str) -> bool:
    """Whether any receipt has come before its message was known."""
    return connection.scalar(select(exists().where(early_receipt.c.carrier == carrier))) or False


def settle_early_receipts(connection: Connection, stamp: Stamp, carrier: str, limit: int = 500) -> None:
    """Apply early receipts whose message is known by now, and forget those that no message ever claimed.

    Where several processes write, a receipt and the answer that names its reference may be recorded at the same moment
    and neither sees the other; this is what brings them together.
    """
    row = early_receipt.c
    known = exists().where(message.c.carrier == row.carrier, message.c.carrier_ref == row.carrier_ref)
    refs = connection.scalars(select(row.carrier_ref).where(row.carrier == carrier, known).limit(limit)).all()
    adopt_early_receipts(connection, stamp, carrier, refs)
    connection.execute(delete(early_receipt).where(row.carrier == carrier, row.at < stamp.now - _FORGOTTEN_AFTER))


def _messages(connection: Connection, carrier: str, refs: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    row = message.c
    return connection.execute(
        select(row.account_id, row.message_id, row.carrier_ref, row.state, row.notify, row.origin, row.origin_id)
        .where(row.carrier == carrier, row.carrier_ref.in_(refs))
        .order_by(row.message_id)  # or two batches would lock each other
        .with_for_update()
    ).all()


_MOVE = change(state=GIVEN, reason=GIVEN, carrier_code=GIVEN, finished_at=GIVEN)


def _moved(row: Row[*tuple[Any, ...]], receipt: Receipt) -> dict[str, Any]:
    values = {"state": receipt.state, "reason": _REASON.get(receipt.state), "carrier_code": receipt.code}
    return of(row.account_id, row.message_id, **values, finished_at=receipt.at)


def _notice(row: Row[*tuple[Any, ...]], receipt: Receipt) -> Notice | None:
    news = News.DELIVERED if receipt.state is MessageState.DELIVERED else News.FAILED
    if not wants(row.notify, news):
        return None
    return Notice(row.account_id, row.origin, row.origin_id, news, _REASON.get(receipt.state), row.message_id)


def _keep_early(connection: Connection, carrier: str, receipts: Sequence[Receipt]) -> None:
    if receipts:
        connection.execute(
            insert_or(connection, early_receipt).on_conflict_do_nothing(),
            [
                {"carrier": carrier, "carrier_ref": r.carrier_ref, "state": r.state, "code": r.code, "at": r.at}
                for r in receipts
            ],
        )
