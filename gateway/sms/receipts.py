"""News from the network: each receipt moves its message on, once and never back."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, String, and_, select

from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.prepared import Prepared
from gateway.engine.rows import Rows
from gateway.sms.carriers.port import Receipt
from gateway.sms.changes import GIVEN, Change, of
from gateway.sms.early_receipts import keep_early
from gateway.sms.meant import Fate, Key, Named, meant, meant_after_all
from gateway.sms.notices import Notice, enter_notices, wants
from gateway.sms.parts import merged_receipts, part_messages, tell_parts
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
    rows = _named(connection, carrier, first, of_part)
    about = _about(connection, carrier, first, rows, of_part)
    keep_early(connection, carrier, [first[ref] for ref, fate in about.items() if fate is Fate.WAITS])
    found = {ref: each.key for ref, each in about.items() if isinstance(each, Named)}
    parts = {ref: key for ref, key in found.items() if key in of_part.get(ref, ())}
    told = {key: first[ref] for ref, key in found.items() if ref not in parts}
    told |= _of_parts(connection, parts, first)
    return _move(connection, stamp, [(rows[key], receipt) for key, receipt in told.items()])


def _about(
    connection: Connection,
    carrier: str,
    first: Mapping[str, Receipt],
    rows: Mapping[Key, Row[*tuple[Any, ...]]],
    of_part: Mapping[str, Collection[Key]],
) -> dict[str, Named | Fate]:
    """What each receipt is about, by its reference."""
    by_ref: dict[str, list[Named]] = {ref: [_named_as(rows[key]) for key in of_part.get(ref, ())] for ref in first}
    for key, row in rows.items():
        if row.carrier_ref in by_ref and key not in of_part.get(row.carrier_ref, ()):
            by_ref[row.carrier_ref].append(_named_as(row))
    about = {ref: meant(receipt, by_ref[ref]) for ref, receipt in first.items()}
    if unsure := [ref for ref, fate in about.items() if fate is Fate.OPEN]:
        under_way = _under_way(connection, carrier, {first[ref].recipient for ref in unsure})
        about |= {ref: meant_after_all(first[ref], by_ref[ref], under_way) for ref in unsure}
    return about


def _named_as(row: Row[*tuple[Any, ...]]) -> Named:
    return Named((row.account_id, row.message_id), row.recipient, row.created_at, row.state in FINAL)


def _of_parts(connection: Connection, parts: Mapping[str, Key], first: Mapping[str, Receipt]) -> dict[Key, Receipt]:
    """What the parts of messages amount to, with these receipts, for those that have come to an end."""
    if not parts:
        return {}
    tell_parts(connection, [(key, first[ref]) for ref, key in parts.items()])
    return merged_receipts(connection, set(parts.values()))


_row = message.c
_MESSAGES: Select[*tuple[Any, ...]] = (
    select(_row.account_id, _row.message_id, _row.carrier_ref, _row.state, _row.notify, _row.origin, _row.origin_id)
    .add_columns(_row.recipient, _row.created_at)
    .order_by(_row.message_id)  # or two batches would lock each other
    .with_for_update(of=message)
)


_NAMES = Rows(carrier=String(), carrier_ref=String())


def _named(
    connection: Connection, carrier: str, refs: Collection[str], of_part: Mapping[str, Collection[Key]]
) -> dict[Key, Row[*tuple[Any, ...]]]:
    """The messages that the carrier calls so, wholly or in part."""
    if not refs:
        return {}
    names = _NAMES.parameter({"carrier": carrier, "carrier_ref": ref} for ref in refs)
    whole = _BY_NAME(connection, names)
    rows = {(row.account_id, row.message_id): row for row in whole}
    others = {key for keys in of_part.values() for key in keys} - rows.keys()
    parts = connection.execute(_by_key(connection.dialect.name), as_pairs(others)) if others else ()
    return rows | {(row.account_id, row.message_id): row for row in parts}


def _by_name(dialect: str) -> Select[*tuple[Any, ...]]:
    given = _NAMES.table(dialect)
    return _MESSAGES.join(given, and_(given.c.carrier == _row.carrier, given.c.carrier_ref == _row.carrier_ref))


_BY_NAME = Prepared(_by_name)


@cache
def _by_key(dialect: str) -> Select[*tuple[Any, ...]]:
    wanted = pairs(dialect)
    return _MESSAGES.join(wanted, and_(wanted.c.first == _row.account_id, wanted.c.second == _row.message_id))


def _under_way(connection: Connection, carrier: str, phones: Collection[str | None]) -> frozenset[str]:
    """Those phones to which a message is on its way to the carrier, or has gone without an answer."""
    unnamed = (MessageState.SENDING, MessageState.UNKNOWN)
    these = (_row.recipient.in_([each for each in phones if each]), _row.carrier == carrier, _row.state.in_(unnamed))
    return frozenset(connection.scalars(select(_row.recipient).where(*these).distinct()))


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
