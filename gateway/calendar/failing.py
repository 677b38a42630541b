"""What is written down when calendars cannot be read: the fault, when to try again, and who has to be told."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from gateway.calendar import calendars, connections
from gateway.calendar.calendars import Calendar
from gateway.calendar.connections import CONNECTIONS, LEASE
from gateway.calendar.feeds.port import FeedError
from gateway.calendar.letters import write_letter
from gateway.calendar.polling import OF_CONSENT, after_failure
from gateway.calendar.tables import calendar, reminder
from gateway.calendar.words import LetterKind, ReminderState
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim

_DETAIL = 80


def fail(connection: Connection, stamp: Stamp, claim: Claim, failing: Sequence[Calendar], error: FeedError) -> None:
    """Write down that calendars of a connection could not be read; nothing where the claim no longer holds.

    A refusal by the provider stops the whole connection at once, and its owner hears how many reminders wait for them.
    """
    if not failing or not CONNECTIONS.renew(connection, [claim], stamp.now + LEASE):
        return
    for each in failing:
        calendars.change(
            connection,
            each.key,
            fault=error.fault,
            fault_detail=error.detail[:_DETAIL],
            failing_since=each.failing_since or stamp.now,
            failures=each.failures + 1,
            next_poll_at=after_failure(stamp.now, each.calendar_id, error, each.failures + 1),
        )
    if error.fault in OF_CONSENT:
        _lose(connection, stamp, claim, failing[0].settings.notify, error)


def fail_listing(connection: Connection, stamp: Stamp, claim: Claim, error: FeedError, *, polled: bool) -> None:
    """Write down that the calendars of a connection could not be listed; it is tried again.

    A refusal ends the connection, unless one of its calendars is ``polled``: then the poll tells whether it is refused.
    """
    if CONNECTIONS.renew(connection, [claim], stamp.now + LEASE):
        connections.note_fault(connection, claim.account_id, claim.row_id, error.fault)
        if error.fault in OF_CONSENT and not polled:
            _lose(connection, stamp, claim, None, error)


def _lose(connection: Connection, stamp: Stamp, claim: Claim, to: str | None, error: FeedError) -> None:
    account_id, connection_id = claim.account_id, claim.row_id
    if connections.lose_consent(connection, account_id=account_id, connection_id=connection_id, fault=error.fault):
        write_letter(
            connection,
            stamp,
            account_id,
            LetterKind.CONSENT_LOST,
            to=to,
            link=connections.find(connection, account_id, connection_id).label,
            fault=error.fault.value,
            reminders=at_risk(connection, account_id, connection_id),
        )


def at_risk(connection: Connection, account_id: int, connection_id: int) -> int:
    """How many reminders are planned from the calendars of a connection."""
    row, of = reminder.c, calendar.c
    planned = (
        select(func.count())
        .select_from(reminder)
        .join(calendar, (of.account_id == row.account_id) & (of.calendar_id == row.calendar_id))
        .where(
            row.account_id == account_id,
            of.connection_id == connection_id,
            row.state.in_([ReminderState.PLANNED, ReminderState.WAITING]),
        )
    )
    return connection.scalar(planned) or 0


def planned(connection: Connection, account_id: int) -> dict[int, int]:
    """How many reminders are planned from each calendar of an account."""
    row = reminder.c
    counted = (
        select(row.calendar_id, func.count())
        .where(row.account_id == account_id, row.state.in_([ReminderState.PLANNED, ReminderState.WAITING]))
        .group_by(row.calendar_id)
    )
    return dict(tuple(each) for each in connection.execute(counted))
