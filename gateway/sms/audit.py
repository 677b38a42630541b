"""Whether messages, money and queue tell the same story, for the whole house at once; nothing found is clean."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, case, func, literal, select

from gateway.billing import audit as billing
from gateway.billing.discrepancies import Discrepancy
from gateway.billing.tables import ledger_entry
from gateway.billing.words import EntryKind
from gateway.sms.tables import intake, job, message
from gateway.sms.words import MessageState
from plans.words import Reason

_UNDER_WAY = (MessageState.QUEUED, MessageState.HELD, MessageState.SENDING, MessageState.UNKNOWN)

#: Whose units may have come back. What the network took and did not deliver is not refunded.
_REFUNDABLE = (MessageState.FAILED, MessageState.CANCELLED)


def audit(connection: Connection) -> Iterator[Discrepancy]:
    """Check charges and refunds against messages, jobs against states, then all that ``billing.audit`` checks."""
    for subject, statement in (
        ("message {}: units charged", _charged_otherwise()),
        ("message {}: refunded although it has not failed", _refunded_too_soon()),
        ("message {}: jobs in the queue", _jobs_against_states()),
        ("job of message {}: messages", _jobs_without_message()),
        ("ledger of message {}: messages", _entries_without_message()),
        ("request of message {}: messages", _requests_without_message()),
    ):
        for account_id, key, expected, found in connection.execute(statement):
            yield Discrepancy(account_id, subject.format(key), int(expected), int(found))
    yield from billing.audit(connection)


def _charged_otherwise() -> Select[int, int, int, int]:
    """A message is charged its units exactly, and one that was rejected nothing."""
    charged, row = _entered(EntryKind.CHARGE), message.c
    units = func.coalesce(-charged.c.units, 0)
    return (
        select(row.account_id, row.message_id, row.units, units)
        .outerjoin(charged, _of_payer(charged))
        .where(row.units != units)
    )


def _refunded_too_soon() -> Select[int, int, int, int]:
    """Only what failed is refunded; after an incident also what was taken by the carrier and never delivered."""
    entry, row = ledger_entry.c, message.c
    return (
        select(row.account_id, row.message_id, literal(0), func.sum(entry.units))
        .join(ledger_entry, and_(entry.account_id == row.payer_id, entry.message_id == row.message_id))
        .where(
            entry.kind == EntryKind.REFUND,
            func.coalesce(entry.reason, "") != Reason.INCIDENT,
            row.state.not_in(_REFUNDABLE),
        )
        .group_by(row.account_id, row.message_id)
    )


def _jobs_against_states() -> Select[int, int, int, int]:
    """A message under way has a job, every other one none."""
    row = message.c
    expected = case((row.state.in_(_UNDER_WAY), 1), else_=0)
    found = case((job.c.message_id.is_(None), 0), else_=1)
    return (
        select(row.account_id, row.message_id, expected, found)
        .outerjoin(job, and_(job.c.account_id == row.account_id, job.c.message_id == row.message_id))
        .where(expected != found)
    )


def _jobs_without_message() -> Select[int, int, int, int]:
    return (
        select(job.c.account_id, job.c.message_id, literal(1), literal(0))
        .outerjoin(message, and_(message.c.account_id == job.c.account_id, message.c.message_id == job.c.message_id))
        .where(message.c.message_id.is_(None))
    )


def _entries_without_message() -> Select[int, int, int, int]:
    entry, row = ledger_entry.c, message.c
    return (
        select(entry.account_id, entry.message_id, literal(1), literal(0))
        .outerjoin(message, and_(row.message_id == entry.message_id, row.payer_id == entry.account_id))
        .where(entry.message_id != 0, row.message_id.is_(None))
        .distinct()
    )


def _requests_without_message() -> Select[int, int, int, int]:
    seen, row = intake.c, message.c
    return (
        select(seen.account_id, seen.message_id, literal(1), literal(0))
        .outerjoin(message, and_(row.account_id == seen.account_id, row.message_id == seen.message_id))
        .where(row.message_id.is_(None))
    )


def _entered(kind: EntryKind) -> Subquery:
    entry = ledger_entry.c
    return (
        select(entry.account_id, entry.message_id, func.sum(entry.units).label("units"))
        .where(entry.kind == kind, entry.message_id != 0)
        .group_by(entry.account_id, entry.message_id)
        .subquery()
    )


def _of_payer(entered: Subquery) -> ColumnElement[bool]:
    return and_(entered.c.account_id == message.c.payer_id, entered.c.message_id == message.c.message_id)
