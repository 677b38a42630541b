"""News from the network: each receipt moves its message on, once and never back."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, String, and_, select

from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.rows import Rows
from gateway.sms.carriers.port import Receipt
from gateway.sms.changes import GIVEN, Change, of
from gateway.sms.early_receipts import keep_early
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.parts import Key, merged_receipts, part_messages, tell_parts
from gateway.sms.tables import message
from gateway.sms.words import FINAL, MessageState, News
from plans.words import Reason

_REASON = {MessageState.FAILED: Reason.NOT_DELIVERED, MessageState.EXPIRED: Reason.VALIDITY_EXPIRED}


def apply_receipts(connection: Connection, stamp: Stamp, carrier: str, receipts: Sequence[Receipt]) -> int:
    """Record receipts of one carrier; returns how many moved a message.

    The first final one counts, part by part where a message has parts. One that comes before its message is known under
    the carrier's reference waits in ``early_receipt``. What the network took and did not deliver is not refunded
    (terms, article 6.1).
    """
    first = {each.carrier_ref: each for each in reversed(receipts)}
    of_part = part_messages(connection, carrier, first)
    whole = {ref: receipt for ref, receipt in first.items() if ref not in of_part}
    found = _named(connection, carrier, whole)
    known = {row.carrier_ref for row in found}
    keep_early(connection, carrier, [each for ref, each in whole.items() if ref not in known])
    told = [(row, whole[row.carrier_ref]) for row in found]
    told += _of_parts(connection, carrier, of_part, first)
    return _move(connection, stamp, [(row, receipt) for row, receipt in told if row.state not in FINAL])


def _of_parts(
    connection: Connection, carrier: str, of_part: Mapping[str, Key], first: Mapping[str, Receipt]
) -> list[tuple[Row[*tuple[Any, ...]], Receipt]]:
    """Messages whose parts, with these receipts, have come to an end."""
    if not of_part:
        return []
    rows = _locked(connection, set(of_part.values()))
    tell_parts(connection, carrier, [first[ref] for ref in of_part])
    receipts = merged_receipts(connection, set(of_part.values()))
    return [(row, receipts[key]) for row in rows if (key := (row.account_id, row.message_id)) in receipts]


_row = message.c
_MESSAGES: Select[*tuple[Any, ...]] = (
    select(_row.account_id, _row.message_id, _row.carrier_ref, _row.state, _row.notify, _row.origin, _row.origin_id)
    .order_by(_row.message_id)  # or two batches would lock each other
    .with_for_update(of=message)
)


_NAMES = Rows(carrier=String(), carrier_ref=String())


def _named(connection: Connection, carrier: str, refs: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The messages that the carrier calls so."""
    if not refs:
        return []
    names = _NAMES.parameter({"carrier": carrier, "carrier_ref": ref} for ref in refs)
    return connection.execute(_by_name(connection.dialect.name), names).all()


@cache
def _by_name(dialect: str) -> Select[*tuple[Any, ...]]:
    given = _NAMES.table(dialect)
    return _MESSAGES.join(given, and_(given.c.carrier == _row.carrier, given.c.carrier_ref == _row.carrier_ref))


def _locked(connection: Connection, keys: Collection[Key]) -> Sequence[Row[*tuple[Any, ...]]]:
    return connection.execute(_by_key(connection.dialect.name), as_pairs(keys)).all()


@cache
def _by_key(dialect: str) -> Select[*tuple[Any, ...]]:
    wanted = pairs(dialect)
    return _MESSAGES.join(wanted, and_(wanted.c.first == _row.account_id, wanted.c.second == _row.message_id))


_MOVE = Change(state=GIVEN, reason=GIVEN, carrier_code=GIVEN, finished_at=GIVEN)


def _move(connection: Connection, stamp: Stamp, moved: Sequence[tuple[Row[*tuple[Any, ...]], Receipt]]) -> int:
    if moved:
        _MOVE(connection, [_moved(row, receipt) for row, receipt in moved])
        enter_notices(connection, stamp, [told for row, receipt in moved if (told := _notice(row, receipt))])
    return len(moved)


def _moved(row: Row[*tuple[Any, ...]], receipt: Receipt) -> dict[str, Any]:
    values = {"state": receipt.state, "reason": _REASON.get(receipt.state), "carrier_code": receipt.code}
    return of(row.account_id, row.message_id, **values, finished_at=receipt.at)


def _notice(row: Row[*tuple[Any, ...]], receipt: Receipt) -> Notice | None:
    news = News.DELIVERED if receipt.state is MessageState.DELIVERED else News.FAILED
    if not wants(row.notify, news):
        return None
    return Notice(row.account_id, row.origin, row.origin_id, news, _REASON.get(receipt.state), row.message_id)
