"""News from the network: each receipt moves its message on, once and never back."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import Receipt
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.tables import early_receipt, message
from gateway.sms.words import FINAL, MessageState, News
from plans.words import Reason

_REASON = {MessageState.FAILED: Reason.NOT_DELIVERED, MessageState.EXPIRED: Reason.VALIDITY_EXPIRED}


def apply_receipts(connection: Connection, stamp: Stamp, carrier: str, receipts: Sequence[Receipt]) -> int:
    """Record receipts of one carrier; returns how many moved a message.

    One that comes before its message is known under the carrier's reference waits in ``early_receipt`` until
    ``adopt_early_receipts``. What the network took and did not deliver is not refunded (terms, article 6.1).
    """
    wanted = {each.carrier_ref: each for each in receipts}
    found = _messages(connection, carrier, wanted)
    known = {row.carrier_ref for row in found}
    _keep_early(connection, carrier, [each for ref, each in wanted.items() if ref not in known])
    moved = [(row, wanted[row.carrier_ref]) for row in found if row.state not in FINAL]
    if moved:
        connection.execute(_MOVE, [_values(row, receipt) for row, receipt in moved])
        enter_notices(connection, stamp, [told for row, receipt in moved if (told := _notice(row, receipt))])
    return len(moved)


def adopt_early_receipts(connection: Connection, stamp: Stamp, carrier: str, carrier_refs: Sequence[str]) -> None:
    """Apply what came before these references were recorded."""
    row = early_receipt.c
    early = connection.execute(
        delete(early_receipt)
        .where(row.carrier == carrier, row.carrier_ref.in_(carrier_refs))
        .returning(row.carrier_ref, row.state, row.code, row.at)
    ).all()
    if early:
        apply_receipts(connection, stamp, carrier, [Receipt(*each) for each in early])


def _messages(connection: Connection, carrier: str, refs: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    row = message.c
    return connection.execute(
        select(row.account_id, row.message_id, row.carrier_ref, row.state, row.notify, row.origin, row.origin_id)
        .where(row.carrier == carrier, row.carrier_ref.in_(refs))
        .with_for_update()
    ).all()


_MOVE = (
    update(message)
    .where(message.c.account_id == bindparam("of_account"), message.c.message_id == bindparam("of_message"))
    .values(
        state=bindparam("new_state"),
        reason=bindparam("why"),
        carrier_code=bindparam("raw_code"),
        finished_at=bindparam("done_at"),
    )
)


def _values(row: Row[*tuple[Any, ...]], receipt: Receipt) -> dict[str, object]:
    return {
        "of_account": row.account_id,
        "of_message": row.message_id,
        "new_state": receipt.state,
        "why": _REASON.get(receipt.state),
        "raw_code": receipt.code,
        "done_at": receipt.at,
    }


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
