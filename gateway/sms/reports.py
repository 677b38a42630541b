"""What became of messages: lists and single messages, for the command line and the API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from gateway.accounts.tables import account, sender
from gateway.billing.tables import credit_lot, ledger_entry
from gateway.billing.words import EntryKind
from gateway.sms.tables import job, message, message_part, message_replacement
from gateway.sms.words import Alphabet, MessageState
from plans.words import MessageClass, Origin, Reason

ON_COUNTER = "postpaid"
MOST = 1_000  # lines of one list: who wants more asks again with ``before_id``


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message as a list shows it."""

    id: int
    account: str  # slug
    origin: Origin
    to: str  # E.164, or as it was written where it is no number
    text: str
    encoding: Alphabet | None
    parts: int
    units: int
    message_class: MessageClass
    state: MessageState
    reason: Reason | None
    held_until: datetime | None
    created_at: datetime
    finished_at: datetime | None
    lots: tuple[int, ...]  # the lots charged, in the order drawn
    sender: str | None  # the authorised sender; None where there is none, or no longer


def list_messages(
    connection: Connection,
    *,
    limit: int,
    account_id: int | None = None,
    before_id: int | None = None,
    state: MessageState | None = None,
    origin_id: int | None = None,
) -> list[MessageLine]:
    """The newest messages first, at most ``limit`` (and never more than MOST).

    ``before_id`` goes on where a list ended. ``origin_id`` is the mail, reminder or call that they came from.
    """
    row = message.c
    wanted = {row.account_id: account_id, row.state: state, row.origin_id: origin_id}
    lines = _LINES.where(*(column == value for column, value in wanted.items() if value is not None))
    if before_id is not None:
        lines = lines.where(row.message_id < before_id)
    found = connection.execute(lines.order_by(row.message_id.desc()).limit(max(0, min(limit, MOST))))
    return [_line(each) for each in found]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What a message did to a lot."""

    at: datetime
    kind: EntryKind
    lot_id: int
    lot: str  # label; ON_COUNTER where no lot covered it
    units: int  # signed: what the lot gained
    reason: str | None


@dataclass(frozen=True, slots=True)
class PartLine:
    """What became of one of several parts that have receipts of their own."""

    number: int  # from 1
    carrier_ref: str
    state: MessageState | None  # None until its receipt comes
    code: str | None  # the carrier's own, raw
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The work that a message still needs."""

    attempts: int
    parked_until: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class MessageStory:
    """A message with all that happened to it."""

    line: MessageLine
    destination: str | None  # ISO 3166
    display: str | None  # the sender ID shown on the phone
    carrier: str | None
    carrier_ref: str | None
    carrier_code: str | None  # the carrier's own, raw
    submitted_at: datetime | None
    replaced: str | None  # characters that stand in for others, so that it has fewer parts
    resent: bool  # handed over twice, for the first time was in doubt: the phone may have shown it twice
    receipts: tuple[PartLine, ...]  # by part; empty where the message has one for all
    ledger: tuple[LedgerLine, ...]
    waiting: Waiting | None  # None when no work remains


def show_message(connection: Connection, message_id: int) -> MessageStory | None:
    """One message, or None where there is none of this id."""
    row, instead = message.c, message_replacement
    found = connection.execute(
        _LINES.add_columns(row.destination, row.display, row.carrier, row.carrier_ref, row.carrier_code)
        .add_columns(row.submitted_at, row.resent, row.account_id, row.payer_id, instead.c.replaced)
        .outerjoin(instead, and_(instead.c.account_id == row.account_id, instead.c.message_id == row.message_id))
        .where(row.message_id == message_id)
    ).one_or_none()
    if found is None:
        return None
    return MessageStory(
        line=_line(found),
        destination=found.destination,
        display=found.display,
        carrier=found.carrier,
        carrier_ref=found.carrier_ref,
        carrier_code=found.carrier_code,
        submitted_at=found.submitted_at,
        replaced=found.replaced,
        resent=found.resent,
        receipts=_receipts(connection, found.account_id, message_id),
        ledger=_ledger(connection, found.payer_id, message_id),
        waiting=_waiting(connection, found.account_id, message_id),
    )


_row = message.c
_LINES: Select[*tuple[Any, ...]] = (
    select(_row.message_id, account.c.slug, _row.origin, _row.recipient, _row.body, _row.alphabet, _row.parts)
    .add_columns(_row.units, _row.message_class, _row.state, _row.reason, _row.held_until, _row.created_at)
    .add_columns(_row.finished_at, _row.lot_ids, sender.c.value)
    .join(account, account.c.account_id == _row.account_id)
    .outerjoin(sender, and_(sender.c.account_id == _row.account_id, sender.c.sender_id == _row.sender_id))
)


def _line(found: Row[*tuple[Any, ...]]) -> MessageLine:
    values = dict(zip(MessageLine.__match_args__, found, strict=False))  # the columns of _LINES, in the same order
    return MessageLine(**{**values, "lots": tuple(values["lots"])})


def _receipts(connection: Connection, account_id: int, message_id: int) -> tuple[PartLine, ...]:
    row = message_part.c
    of_message = (row.account_id == account_id, row.message_id == message_id)
    found = select(row.number, row.carrier_ref, row.state, row.code, row.told_at).where(*of_message)
    return tuple(PartLine(*each) for each in connection.execute(found.order_by(row.number)))


def _ledger(connection: Connection, payer_id: int, message_id: int) -> tuple[LedgerLine, ...]:
    entry, lot = ledger_entry.c, credit_lot.c
    lines = (
        select(entry.at, entry.kind, entry.lot_id, func.coalesce(lot.label, ON_COUNTER), entry.units, entry.reason)
        .outerjoin(credit_lot, and_(lot.account_id == entry.account_id, lot.lot_id == entry.lot_id))
        .where(entry.account_id == payer_id, entry.message_id == message_id)
        .order_by(entry.entry_id)
    )
    return tuple(LedgerLine(*each) for each in connection.execute(lines))


def _waiting(connection: Connection, account_id: int, message_id: int) -> Waiting | None:
    row = job.c
    found = connection.execute(
        select(row.attempts, row.parked_until, row.park_reason).where(
            row.account_id == account_id, row.message_id == message_id
        )
    ).one_or_none()
    return None if found is None else Waiting(*found)
