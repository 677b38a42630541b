"""The last look before a message leaves: what has changed since it was accepted counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from gateway.accounts.words import AccountState
from gateway.engine.database import Stamp
from gateway.engine.queue import Claim
from gateway.sms.carriers.port import OutgoingSms
from gateway.sms.endings import Ending, OpenMessage, end
from gateway.sms.facts import Client, clients, opted_out
from gateway.sms.jobs import JOBS
from gateway.sms.policy import Rules, next_departure
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import Reason

SUSPENDED_PAUSE = timedelta(minutes=15)  # how often a suspended account is looked at again


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message that is on its way to the carrier."""

    claim: Claim
    message: OpenMessage
    sms: OutgoingSms
    accepted_at: datetime
    left_before: bool  # an earlier attempt was handed over, and its answer was never recorded


@dataclass(frozen=True, slots=True)
class Wait:
    """It must not leave yet."""

    until: datetime
    reason: Reason


def prepare(connection: Connection, stamp: Stamp, rules: Rules, claims: Sequence[Claim]) -> list[Leaving]:
    """Look at claimed messages once more: those that may leave are marked as being sent, the others parked or ended.

    STOP may have been said since, the account suspended, the window closed: the hand-over itself must lie within it.
    """
    if not claims:
        return []
    rows = _read(connection, claims)
    known = clients(connection, {row.account_id for row in rows})
    stopped = opted_out(connection, {(row.account_id, row.recipient) for row in rows})
    leaving: list[Leaving] = []
    ended: list[tuple[Claim, Ending]] = []
    by_id = {claim.row_id: claim for claim in claims}
    for row in rows:
        claim, client = by_id[row.message_id], known[row.account_id]
        if reason := _obstacle(row, client, stopped):
            ended.append((claim, Ending(_open(row), MessageState.CANCELLED, reason)))
        elif wait := _wait(row, client, rules, stamp.now):
            _park(connection, claim, wait)
        else:
            leaving.append(_leaving(claim, row))
    JOBS.finish(connection, [claim for claim, _ in ended])
    end(connection, stamp, rules, [ending for _, ending in ended])
    _mark_sending(connection, leaving)
    return leaving


def _read(connection: Connection, claims: Sequence[Claim]) -> Sequence[Row[*tuple[Any, ...]]]:
    row = message.c
    return connection.execute(
        select(message).where(
            row.account_id.in_({claim.account_id for claim in claims}),
            row.message_id.in_([claim.row_id for claim in claims]),
        )
    ).all()


def _obstacle(row: Row[*tuple[Any, ...]], client: Client, stopped: set[tuple[int, str]]) -> Reason | None:
    if client.standing.state is AccountState.CLOSED:
        return Reason.ACCOUNT_CLOSED
    return Reason.OPTED_OUT if (row.account_id, row.recipient) in stopped else None


def _wait(row: Row[*tuple[Any, ...]], client: Client, rules: Rules, now: datetime) -> Wait | None:
    if client.standing.state is AccountState.SUSPENDED:
        return Wait(now + SUSPENDED_PAUSE, Reason.ACCOUNT_SUSPENDED)
    opening = next_departure(row.destination, row.message_class, client.standing, rules, now)
    return Wait(opening, Reason.OUTSIDE_WINDOW) if opening > now else None


def _park(connection: Connection, claim: Claim, wait: Wait) -> None:
    JOBS.park(connection, [claim], wait.until, wait.reason)
    connection.execute(
        update(message)
        .where(message.c.account_id == claim.account_id, message.c.message_id == claim.row_id)
        .values(state=MessageState.HELD, reason=wait.reason, held_until=wait.until)
    )


def _leaving(claim: Claim, row: Row[*tuple[Any, ...]]) -> Leaving:
    sms = OutgoingSms(
        reference=str(row.message_id),
        recipient=row.recipient,
        display=row.display,
        body=row.body,
        alphabet=row.alphabet,
        parts=row.parts,
        message_class=row.message_class,
    )
    return Leaving(claim, _open(row), sms, row.held_until or row.created_at, row.state is MessageState.SENDING)


def _open(row: Row[*tuple[Any, ...]]) -> OpenMessage:
    return OpenMessage(row.account_id, row.message_id, row.payer_id, row.origin, row.origin_id, row.notify)


_SENDING = (
    update(message)
    .where(message.c.account_id == bindparam("of_account"), message.c.message_id == bindparam("of_message"))
    .values(state=MessageState.SENDING, reason=None)
)


def _mark_sending(connection: Connection, leaving: Sequence[Leaving]) -> None:
    if leaving:
        connection.execute(
            _SENDING, [{"of_account": each.claim.account_id, "of_message": each.claim.row_id} for each in leaving]
        )
