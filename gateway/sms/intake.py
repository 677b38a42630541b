"""Each request once: the same key of one account and origin is the same SMS, however often it is handed in."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, String, and_, select

from gateway.engine.bulk import BulkInsert
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from gateway.sms.request import SmsRequest, Submission
from gateway.sms.tables import intake, message
from plans.words import Origin

Key = tuple[int, Origin, str]


def key_of(request: SmsRequest) -> Key:
    """What makes two requests the same."""
    return request.account_id, request.origin, request.dedup_key


def take_in(connection: Connection, stamp: Stamp, keys: Iterable[Key]) -> dict[Key, int]:
    """Enter the keys of requests; those not seen before come back with the id of the message to be."""
    once = dict.fromkeys(keys)
    ids = dict(zip(once, stamp.new_ids(len(once)), strict=True))
    # in order, or two batches would wait for each other
    fresh = set(_ENTER(connection, [(*key, ids[key], stamp.now) for key in sorted(ids)]))
    return {key: message_id for key, message_id in ids.items() if message_id in fresh}


_row = intake.c
_ENTER = BulkInsert(_row.account_id, _row.origin, _row.dedup_key, _row.message_id, _row.at, new=_row.message_id)


def first_answers(connection: Connection, keys: Collection[Key]) -> Mapping[Key, Submission]:
    """What was answered when these keys came first, with what has become of it since."""
    if not keys:
        return {}
    found = connection.execute(
        _answered(connection.dialect.name), as_pairs({(account_id, dedup_key) for account_id, _, dedup_key in keys})
    )
    return {
        (account_id, origin, dedup_key): Submission(message_id, state, reason, parts, units, held_until, replayed=True)
        for account_id, origin, dedup_key, message_id, state, reason, parts, units, held_until in found
    }


@cache
def _answered(dialect: str) -> Select[*tuple[Any, ...]]:
    seen, row, wanted = intake.c, message.c, pairs(dialect, String())
    return (
        select(seen.account_id, seen.origin, seen.dedup_key)
        .add_columns(row.message_id, row.state, row.reason, row.parts, row.units, row.held_until)
        .join(wanted, and_(wanted.c.first == seen.account_id, wanted.c.second == seen.dedup_key))
        .join(message, and_(row.account_id == seen.account_id, row.message_id == seen.message_id))
        .where(seen.origin.in_(list(Origin)))
    )
