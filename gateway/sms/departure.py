"""The last look before a message leaves: what has changed since it was accepted counts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, and_, bindparam, select, update

from gateway.accounts.words import AccountState
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.queue import Claim
from gateway.sms.carriers.port import OutgoingSms
from gateway.sms.doubt import Doubtful, DoubtTerms, is_sent_again
from gateway.sms.endings import Ending, OpenMessage, end
from gateway.sms.facts import Client, Stops, clients, opted_out, voice_of
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
    left_before: bool  # an earlier attempt was under way, and its answer was never recorded
    doubtful: Doubtful  # itself, should nobody know what becomes of it


@dataclass(frozen=True, slots=True)
class Wait:
    """It must not leave yet."""

    until: datetime
    reason: Reason


def prepare(
    connection: Connection, stamp: Stamp, rules: Rules, claims: Sequence[Claim], *, deduplicates: bool
) -> list[Leaving]:
    """Look at claimed messages once more: those that may leave are marked as being sent, the others parked or ended.

    STOP may have been said since, the account suspended, the window closed: the hand-over itself must lie within it.
    One that may have left already is not looked at where the carrier does not deduplicate: it will not leave again.
    """
    if not claims:
        return []
    rows = connection.execute(_claimed(connection.dialect.name), _keys(claims)).all()
    known = clients(connection, {row.account_id for row in rows})
    stopped = opted_out(connection, {(row.account_id, row.recipient) for row in rows})
    by_id = {claim.row_id: claim for claim in claims}
    opening = cache(
        lambda account_id, destination, message_class: next_departure(
            destination, message_class, known[account_id].standing, rules, stamp.now
        )
    )
    leaving: list[Leaving] = []
    ended: list[tuple[Claim, Ending]] = []
    waiting: dict[Wait, list[Claim]] = defaultdict(list)
    for row in rows:
        claim, client = by_id[row.message_id], known[row.account_id]
        if row.state is MessageState.SENDING and not deduplicates:
            leaving.append(_leaving(claim, row))
            continue
        obstacle = _obstacle(row, client, stopped, stamp.now)
        wait = _wait(client, opening(row.account_id, row.destination, row.message_class), stamp.now)
        if row.state is MessageState.UNKNOWN and (obstacle or wait or not _again(row, rules.doubt, stamp.now)):
            ended.append((claim, _given_up(row, rules.doubt)))
        elif obstacle:
            ended.append((claim, Ending(_open(row), MessageState.CANCELLED, obstacle)))
        elif wait:
            waiting[wait].append(claim)
        else:
            leaving.append(_leaving(claim, row))
    _park(connection, waiting)
    JOBS.finish(connection, [claim for claim, _ in ended])
    end(connection, stamp, rules, [ending for _, ending in ended])
    for resent in (False, True):
        these = [each.claim for each in leaving if each.doubtful.resent is resent]
        _mark(connection, these, state=MessageState.SENDING, reason=None, resent=resent)
    return leaving


@cache
def _claimed(dialect: str) -> Select[*tuple[Any, ...]]:
    row, wanted = message.c, pairs(dialect)
    return (
        select(row.account_id, row.message_id, row.payer_id, row.origin, row.origin_id, row.notify)  # an OpenMessage
        .add_columns(row.recipient, row.display, row.body, row.alphabet, row.parts, row.message_class)  # an OutgoingSms
        .add_columns(row.useless_after, row.resent)
        .add_columns(row.destination, row.state, row.held_until, row.created_at, row.sender_id)
        .join(wanted, and_(wanted.c.first == row.account_id, wanted.c.second == row.message_id))
    )


def _obstacle(row: Row[*tuple[Any, ...]], client: Client, stopped: Stops, now: datetime) -> Reason | None:
    if client.standing.state is AccountState.CLOSED:
        return Reason.ACCOUNT_CLOSED
    if row.useless_after is not None and row.useless_after <= now:
        return Reason.TOO_LATE
    voice = voice_of(row.origin, row.sender_id)
    return Reason.OPTED_OUT if stopped.silence(row.account_id, row.recipient, voice) else None


def _again(row: Row[*tuple[Any, ...]], terms: DoubtTerms, now: datetime) -> bool:
    return is_sent_again(_doubtful(row), terms, now)


def _doubtful(row: Row[*tuple[Any, ...]]) -> Doubtful:
    return Doubtful((row.account_id, row.message_id), row.message_class, row.resent, row.useless_after)


def _given_up(row: Row[*tuple[Any, ...]], terms: DoubtTerms) -> Ending:
    """It may have left, so its end is not that it was taken back. Who was to get it again has not been told yet."""
    told = row.resent or row.message_class not in terms.resend
    return Ending(_open(row), MessageState.FAILED, Reason.CARRIER_SILENT, told=told)


def _wait(client: Client, opening: datetime, now: datetime) -> Wait | None:
    if client.standing.state is AccountState.SUSPENDED:
        return Wait(now + SUSPENDED_PAUSE, Reason.ACCOUNT_SUSPENDED)
    return Wait(opening, Reason.OUTSIDE_WINDOW) if opening > now else None


def _leaving(claim: Claim, row: Row[*tuple[Any, ...]]) -> Leaving:
    sms = OutgoingSms(str(claim.row_id), *row[6:13])
    again = row.state is MessageState.UNKNOWN
    doubtful = replace(_doubtful(row), resent=row.resent or again)
    left_before = row.state is MessageState.SENDING
    return Leaving(claim, _open(row), sms, row.held_until or row.created_at, left_before, doubtful)


def _open(row: Row[*tuple[Any, ...]]) -> OpenMessage:
    return OpenMessage(*row[:6])


def _park(connection: Connection, waiting: dict[Wait, list[Claim]]) -> None:
    for wait, claims in waiting.items():
        JOBS.park(connection, claims, wait.until, wait.reason)
        _mark(connection, claims, state=MessageState.HELD, reason=wait.reason, held_until=wait.until)


def _mark(connection: Connection, claims: Sequence[Claim], **values: Any) -> None:
    """Set the same values on the messages of all claims, in one statement."""
    if claims:
        marked = {f"new_{name}": value for name, value in values.items()}
        connection.execute(_marking(connection.dialect.name, *values), {**_keys(claims), **marked})


@cache
def _marking(dialect: str, *names: str) -> Update:
    row, wanted = message.c, pairs(dialect)
    these = update(message).where(row.account_id == wanted.c.first, row.message_id == wanted.c.second)
    return these.values({name: bindparam(f"new_{name}", type_=row[name].type) for name in names})


def _keys(claims: Sequence[Claim]) -> dict[str, str]:
    return as_pairs((claim.account_id, claim.row_id) for claim in claims)
