"""The last look before a message leaves: what has changed since it was accepted counts."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, Update, and_, bindparam, exists, select, update

from gateway.accounts.tables import account
from gateway.accounts.words import AccountState
from gateway.engine.database import Stamp
from gateway.engine.pairs import as_pairs, pairs
from gateway.engine.prepared import Prepared
from gateway.engine.queue import Claim
from gateway.sms.carriers.port import OutgoingSms
from gateway.sms.doubt import Doubtful, DoubtTerms, is_sent_again
from gateway.sms.endings import Ending, OpenMessage, end
from gateway.sms.facts import Stops, opted_out, stricter, voice_of
from gateway.sms.jobs import JOBS
from gateway.sms.policy import Rules, next_departure
from gateway.sms.tables import message, suppression
from gateway.sms.words import MessageState
from plans.words import MessageClass, Reason

SUSPENDED_PAUSE = timedelta(minutes=15)  # how often a suspended account is looked at again


class Leaving(NamedTuple):
    """A message that is on its way to the carrier."""

    claim: Claim
    message: OpenMessage
    sms: OutgoingSms
    accepted_at: datetime
    left_before: bool  # an earlier attempt was under way, and its answer was never recorded
    resent: bool  # it is handed over for the second time, as the first one is in doubt

    @property
    def doubtful(self) -> Doubtful:
        """Itself, should nobody know what becomes of it."""
        key = self.claim.account_id, self.claim.row_id
        return Doubtful(key, self.sms.message_class, self.resent, self.sms.useless_after)


class Wait(NamedTuple):
    """It must not leave yet."""

    until: datetime
    reason: Reason


class _Home(NamedTuple):
    """Where the account of a message is at home."""

    country: str
    holiday_region: str | None
    time_zone: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def prepare(
    connection: Connection, stamp: Stamp, rules: Rules, claims: Sequence[Claim], *, deduplicates: bool
) -> list[Leaving]:
    """Look at claimed messages once more: those that may leave are marked as being sent, the others parked or ended.

    STOP may have been said since, the account suspended, the window closed: the hand-over itself must lie within it.
    One that may have left already is not looked at where the carrier does not deduplicate: it will not leave again.
    """
    if not claims:
        return []
    rows = _CLAIMED(connection, _keys(claims))
    stopped = opted_out(connection, {(row.account_id, row.recipient) for row in rows if row.has_stopped})
    by_id = {claim.row_id: claim for claim in claims}
    opening = cache(partial(next_departure, rules=rules, now=stamp.now))
    leaving: list[Leaving] = []
    ended: list[tuple[Claim, Ending]] = []
    waiting: dict[Wait, list[Claim]] = defaultdict(list)
    for row in rows:
        claim, has_left = by_id[row.message_id], row.state is MessageState.SENDING and not deduplicates
        fate = None if has_left else _fate(row, stopped, opening, rules.doubt, stamp.now)
        if fate is None:
            leaving.append(_leaving(claim, row))
        elif isinstance(fate, Wait):
            waiting[fate].append(claim)
        else:
            ended.append((claim, fate))
    _park(connection, waiting)
    JOBS.finish(connection, [claim for claim, _ in ended])
    end(connection, stamp, rules, [ending for _, ending in ended])
    for resent in (False, True):
        these = [each.claim for each in leaving if each.resent is resent]
        _mark(connection, these, state=MessageState.SENDING, reason=None, resent=resent)
    return leaving


_OPEN, _SMS, _HOME = slice(0, 6), slice(6, 13), slice(13, 16)  # of a row


def _claimed(dialect: str) -> Select[*tuple[Any, ...]]:
    row, mine, wanted = message.c, account.c, pairs(dialect)
    parent = account.alias("parent")
    has_stopped = exists().where(suppression.c.account_id == row.account_id, suppression.c.recipient == row.recipient)
    return (
        select(row.account_id, row.message_id, row.payer_id, row.origin, row.origin_id, row.notify)  # an OpenMessage
        .add_columns(row.recipient, row.display, row.body, row.alphabet, row.parts, row.message_class)  # an OutgoingSms
        .add_columns(row.useless_after)
        .add_columns(mine.country, mine.holiday_region, mine.time_zone)
        .add_columns(mine.state.label("account_state"), parent.c.state.label("parent_state"))
        .add_columns(has_stopped.label("has_stopped"))
        .add_columns(row.destination, row.state, row.resent, row.held_until, row.created_at, row.sender_id)
        .select_from(message)
        .join(wanted, and_(wanted.c.first == row.account_id, wanted.c.second == row.message_id))
        .join(account, mine.account_id == row.account_id)
        .outerjoin(parent, parent.c.account_id == mine.parent_id)
    )


_CLAIMED = Prepared(_claimed)


def _fate(
    row: Row[*tuple[Any, ...]],
    stopped: Stops,
    opening: Callable[[str, MessageClass, _Home], datetime],
    doubt: DoubtTerms,
    now: datetime,
) -> Ending | Wait | None:
    """Why a message does not leave now, for good or for a while; None for one that does."""
    sender = stricter(row.account_state, row.parent_state)
    obstacle = _obstacle(row, sender, stopped, now)
    wait = _wait(sender, opening(row.destination, row.message_class, _Home(*row[_HOME])), now)
    if row.state is MessageState.UNKNOWN and (obstacle or wait or not _again(row, doubt, now)):
        return _given_up(row, doubt)
    return Ending(_open(row), MessageState.CANCELLED, obstacle) if obstacle else wait


def _obstacle(row: Row[*tuple[Any, ...]], sender: AccountState, stopped: Stops, now: datetime) -> Reason | None:
    if sender is AccountState.CLOSED:
        return Reason.ACCOUNT_CLOSED
    if row.useless_after is not None and row.useless_after <= now:
        return Reason.TOO_LATE
    if row.has_stopped and stopped.silence(row.account_id, row.recipient, voice_of(row.origin, row.sender_id)):
        return Reason.OPTED_OUT
    return None


def _again(row: Row[*tuple[Any, ...]], terms: DoubtTerms, now: datetime) -> bool:
    doubtful = Doubtful((row.account_id, row.message_id), row.message_class, row.resent, row.useless_after)
    return is_sent_again(doubtful, terms, now)


def _given_up(row: Row[*tuple[Any, ...]], terms: DoubtTerms) -> Ending:
    """It may have left, so its end is not that it was taken back. Who was to get it again has not been told yet."""
    told = row.resent or row.message_class not in terms.resend
    return Ending(_open(row), MessageState.FAILED, Reason.CARRIER_SILENT, told=told)


def _wait(sender: AccountState, opening: datetime, now: datetime) -> Wait | None:
    if sender is AccountState.SUSPENDED:
        return Wait(now + SUSPENDED_PAUSE, Reason.ACCOUNT_SUSPENDED)
    return Wait(opening, Reason.OUTSIDE_WINDOW) if opening > now else None


def _leaving(claim: Claim, row: Row[*tuple[Any, ...]]) -> Leaving:
    return Leaving(
        claim,
        _open(row),
        OutgoingSms(str(claim.row_id), *row[_SMS]),
        row.held_until or row.created_at,
        left_before=row.state is MessageState.SENDING,
        resent=row.resent or row.state is MessageState.UNKNOWN,
    )


def _open(row: Row[*tuple[Any, ...]]) -> OpenMessage:
    return OpenMessage(*row[_OPEN])


def _park(connection: Connection, waiting: dict[Wait, list[Claim]]) -> None:
    for wait, claims in waiting.items():
        JOBS.park(connection, claims, wait.until, wait.reason)
        _mark(connection, claims, state=MessageState.HELD, reason=wait.reason, held_until=wait.until)


def _mark(connection: Connection, claims: Sequence[Claim], **values: Any) -> None:
    """Set the same values on the messages of all claims, in one statement."""
    if claims:
        marked = {f"new_{name}": value for name, value in values.items()}
        _marking(*values)(connection, {**_keys(claims), **marked})


@cache
def _marking(*names: str) -> Prepared:
    return Prepared(partial(_mark_all, names))


def _mark_all(names: Sequence[str], dialect: str) -> Update:
    row, wanted = message.c, pairs(dialect)
    these = update(message).where(row.account_id == wanted.c.first, row.message_id == wanted.c.second)
    return these.values({name: bindparam(f"new_{name}", type_=row[name].type) for name in names})


def _keys(claims: Sequence[Claim]) -> dict[str, str]:
    return as_pairs((claim.account_id, claim.row_id) for claim in claims)
