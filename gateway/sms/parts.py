"""The parts of longer messages: each has a receipt of its own, and together they make one state."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, String, Update, and_, func, insert, select, update

from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.prepared import Prepared
from gateway.engine.rows import Rows
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import Receipt
from gateway.sms.meant import Key
from gateway.sms.tables import message, message_part
from gateway.sms.words import MessageState


def merged(states: Collection[MessageState | None], parts: int) -> MessageState | None:
    """The state of a message of so many parts; None while nothing is final.

    One part that fails makes it fail at once, for no phone shows the rest. It is delivered when every part is.
    """
    for bad in (MessageState.FAILED, MessageState.EXPIRED):
        if bad in states:
            return bad
    delivered = sum(each is MessageState.DELIVERED for each in states)
    return MessageState.DELIVERED if delivered >= parts else None


def enter_parts(connection: Connection, carrier: str, refs: Sequence[tuple[Key, Sequence[str]]]) -> None:
    """Note what a carrier calls the parts of messages, in order."""
    rows = [
        {
            "account_id": account_id,
            "message_id": message_id,
            "number": number,
            "carrier": carrier,
            "carrier_ref": ref,
        }
        for (account_id, message_id), of_message in refs
        for number, ref in enumerate(of_message, start=1)
    ]
    if rows:
        connection.execute(insert(message_part), rows)


def enter_part(connection: Connection, carrier: str, key: Key, carrier_ref: str, number: int) -> None:
    """Note what a carrier calls one part; ``number`` 0 is the next that has no name yet."""
    row = message_part.c
    if not number:
        last = select(func.max(row.number)).where(row.account_id == key[0], row.message_id == key[1])
        number = (connection.scalar(last) or 0) + 1
    part = {"account_id": key[0], "message_id": key[1], "number": number}
    known = insert_or(connection, message_part).values(**part, carrier=carrier, carrier_ref=carrier_ref)
    connection.execute(known.on_conflict_do_nothing())


def part_messages(connection: Connection, carrier: str, refs: Collection[str]) -> dict[str, set[Key]]:
    """The messages of which each of these references is a part: several, where the carrier uses it again."""
    names = _NAMES.parameter({"carrier": carrier, "carrier_ref": ref} for ref in refs)
    found: dict[str, set[Key]] = {}
    for ref, account_id, message_id in _BY_NAME(connection, names):
        found.setdefault(ref, set()).add((account_id, message_id))
    return found


_NAMES = Rows(carrier=String(), carrier_ref=String())


def _by_name(dialect: str) -> Select[str, int, int]:
    row, given = message_part.c, _NAMES.table(dialect)
    these = and_(given.c.carrier == row.carrier, given.c.carrier_ref == row.carrier_ref)
    return select(row.carrier_ref, row.account_id, row.message_id).join(given, these)


_BY_NAME = Prepared(_by_name)


def tell_parts(connection: Connection, receipts: Sequence[tuple[Key, Receipt]]) -> None:
    """Record receipts of parts, each part's first."""
    told = [
        {
            "account_id": account_id,
            "message_id": message_id,
            "carrier_ref": each.carrier_ref,
            "state": each.state,
            "code": each.code,
            "at": each.at,
        }
        for (account_id, message_id), each in receipts
    ]
    connection.execute(_tell(connection.dialect.name), _TOLD.parameter(told))


_part = message_part.c
_TOLD = Rows(
    account_id=BigInteger(),
    message_id=BigInteger(),
    carrier_ref=String(),
    state=_part.state.type,
    code=_part.code.type,
    at=_part.told_at.type,
)


@cache
def _tell(dialect: str) -> Update:
    told = _TOLD.table(dialect).c
    these = (_part.account_id == told.account_id, _part.message_id == told.message_id)
    first = (_part.carrier_ref == told.carrier_ref, _part.state.is_(None))
    return update(message_part).where(*these, *first).values(state=told.state, code=told.code, told_at=told["at"])


def merged_receipts(connection: Connection, keys: Collection[Key]) -> dict[Key, Receipt]:
    """What the receipts of all parts amount to, for those messages where that is final."""
    by_message: dict[Key, list[Row[*tuple[Any, ...]]]] = {}
    for row in _parts_of(connection, keys):
        by_message.setdefault((row.account_id, row.message_id), []).append(row)
    receipts = {}
    for key, rows in by_message.items():
        state = merged([each.state for each in rows], rows[0].parts)
        if state:
            last = max((each for each in rows if each.state is state), key=lambda each: each.told_at)
            receipts[key] = Receipt(last.carrier_ref, state, last.code, last.told_at)
    return receipts


def _parts_of(connection: Connection, keys: Collection[Key]) -> Sequence[Row[*tuple[Any, ...]]]:
    part, whole, wanted = message_part.c, message.c, pairs(connection.dialect.name)
    return connection.execute(
        select(part.account_id, part.message_id, part.carrier_ref, part.state, part.code, part.told_at, whole.parts)
        .join(wanted, and_(wanted.c.first == part.account_id, wanted.c.second == part.message_id))
        .join(message, and_(whole.account_id == part.account_id, whole.message_id == part.message_id)),
        as_pairs(keys),
    ).all()
