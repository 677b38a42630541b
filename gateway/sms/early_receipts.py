"""Receipts whose message is not known under the carrier's reference: they wait, until it is or a week has passed."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, exists, or_, select

from gateway.engine.prepared import Prepared
from gateway.engine.upsert import insert_or
from gateway.sms.carriers.port import Receipt
from gateway.sms.tables import early_receipt, message, message_part
from gateway.sms.words import MessageState

_FORGOTTEN_AFTER = timedelta(days=7)
_NAMES = ("carrier_ref", "state", "code", "at", "reference", "recipient", "echo")  # the fields of a receipt

_row = early_receipt.c
_RECEIPTS = select(*(_row[name] for name in _NAMES))
_ANY = Prepared(select(exists().where(_row.carrier == bindparam("of_carrier"))))


def keep_early(connection: Connection, carrier: str, receipts: Sequence[Receipt]) -> None:
    """Let receipts wait; the first of a reference counts."""
    if receipts:
        rows = [{"carrier": carrier, **{name: getattr(each, name) for name in _NAMES}} for each in receipts]
        connection.execute(insert_or(connection, early_receipt).on_conflict_do_nothing(), rows)


def any_early(connection: Connection, carrier: str) -> bool:
    """Whether any receipt waits."""
    ((any_,),) = _ANY(connection, {"of_carrier": carrier})
    return bool(any_)


def take_early(connection: Connection, carrier: str, refs: Collection[str]) -> list[Receipt]:
    """What came before these references were known; it waits no more."""
    taken = delete(early_receipt).where(_row.carrier == carrier, _row.carrier_ref.in_(list(refs)))
    return [Receipt(*each) for each in connection.execute(taken.returning(*(_row[name] for name in _NAMES)))]


def known_by_now(connection: Connection, carrier: str, limit: int) -> list[str]:
    """References that receipts wait for and that messages have by now; one that has ended waits for none."""
    whole = exists().where(
        message.c.carrier == _row.carrier,
        message.c.carrier_ref == _row.carrier_ref,
        message.c.state == MessageState.SUBMITTED,
    )
    part = exists().where(
        message_part.c.carrier == _row.carrier,
        message_part.c.carrier_ref == _row.carrier_ref,
        message_part.c.state.is_(None),
    )
    refs = select(_row.carrier_ref).where(_row.carrier == carrier, or_(whole, part)).limit(limit)
    return list(connection.scalars(refs))


def waiting(connection: Connection, carrier: str, limit: int) -> list[Receipt]:
    """The receipts that wait, those that came first before the others."""
    oldest = _RECEIPTS.where(_row.carrier == carrier).order_by(_row.at, _row.carrier_ref).limit(limit)
    return [Receipt(*each) for each in connection.execute(oldest)]


def forget_old(connection: Connection, carrier: str, now: datetime) -> None:
    """Remove receipts that no message ever claimed."""
    connection.execute(delete(early_receipt).where(_row.carrier == carrier, _row.at < now - _FORGOTTEN_AFTER))
