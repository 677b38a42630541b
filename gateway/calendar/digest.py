"""The weekly letter: what became of the reminders of a client, and what it could look into."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, select, update

from gateway.calendar import calendars
from gateway.calendar.letters import Fact, Line, write_letter
from gateway.calendar.tables import calendar, calendar_digest, event, reminder
from gateway.calendar.words import Answer, LetterKind, ReminderState
from gateway.engine.database import Stamp
from gateway.engine.upsert import insert_or
from gateway.sms.tables import message
from gateway.sms.words import MessageState
from plans.words import Reason

_HOUR = time(7)
_MOST_REASONS = 5

#: A calendar that was read within this time is not worth a line.
_LATELY = timedelta(days=1)

#: Events without a number because somebody wanted it so.
_WANTED = (Reason.REMINDER_DECLINED, Reason.EVENT_CANCELLED)


def begin_digests(connection: Connection, stamp: Stamp, account_id: int) -> None:
    """Tell a client from now on; a second time changes nothing."""
    row = insert_or(connection, calendar_digest).values(account_id=account_id, told_to=stamp.now)
    connection.execute(row.on_conflict_do_nothing())


def digest_due(now: datetime, zone: str) -> datetime:
    """The last Monday morning on the client's clock: the end of the week that is told."""
    local = now.astimezone(ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday())
    morning = datetime.combine(monday, _HOUR, ZoneInfo(zone)).astimezone(UTC)
    if morning <= now:
        return morning
    return datetime.combine(monday - timedelta(days=7), _HOUR, ZoneInfo(zone)).astimezone(UTC)


def write_digest(connection: Connection, stamp: Stamp, account_id: int, since: datetime, until: datetime) -> None:
    """Tell what was settled between two instants, and what cannot be read; a week without either is no letter."""
    counts, reasons = _counts(connection, account_id, since, until)
    told = update(calendar_digest).where(calendar_digest.c.account_id == account_id).values(told_to=until)
    connection.execute(told)
    unread = _unread(connection, account_id, stamp.now)
    if not counts and not reasons and not unread:
        return
    lines = [
        {"what": "reason", "count": count, "reason": reason.value}
        for reason, count in reasons.most_common(_MOST_REASONS)
    ]
    facts: dict[str, Fact] = {name: counts[name] for name in ("sent", "delivered", "failed", *Answer)}
    without = _without_number(connection, account_id, stamp.now)
    write_letter(
        connection,
        stamp,
        account_id,
        LetterKind.DIGEST,
        lines=[{"what": "counts", **facts}, *lines, {"what": "without", "count": without}, *unread],
        since_at=since.isoformat(),
        until_at=until.isoformat(),
    )


def _counts(
    connection: Connection, account_id: int, since: datetime, until: datetime
) -> tuple[Counter[str], Counter[Reason]]:
    """Messages by their state, answers, and the reasons of what was not sent."""
    row, sms = reminder.c, message.c
    settled = connection.execute(
        select(row.state, row.reason, row.answer, sms.state, func.count())
        .outerjoin(message, and_(sms.account_id == row.account_id, sms.message_id == row.message_id))
        .where(row.account_id == account_id, row.settled_at >= since, row.settled_at < until)
        .group_by(row.state, row.reason, row.answer, sms.state)
    )
    counts: Counter[str] = Counter()
    reasons: Counter[Reason] = Counter()
    for state, reason, answer, delivered, count in settled:
        if state is ReminderState.NOT_SENT:
            reasons[reason] += count
        elif state is ReminderState.SENT:
            counts["sent"] += count
            counts["delivered"] += count if delivered is MessageState.DELIVERED else 0
            counts["failed"] += count if delivered in {MessageState.FAILED, MessageState.EXPIRED} else 0
            if answer is not None:
                counts[answer] += count
    return counts, reasons


def _without_number(connection: Connection, account_id: int, now: datetime) -> int:
    """Events to come that no reminder can be sent about, though one might be wanted."""
    row, of = event.c, calendar.c
    coming = (row.account_id == account_id, row.gone_at.is_(None), row.starts_at > now, row.number.is_(None))
    read = and_(of.account_id == row.account_id, of.calendar_id == row.calendar_id, of.enabled_at.is_not(None))
    counted = select(func.count()).select_from(event).join(calendar, read)
    return connection.scalar(counted.where(*coming, row.why.not_in(_WANTED))) or 0


def _unread(connection: Connection, account_id: int, now: datetime) -> list[Line]:
    """The calendars of which nobody knows what stands in them, and why."""
    return [
        {"what": "unread", "calendar": each.name, "fault": each.trouble.value}
        for each in calendars.of_account(connection, account_id)
        if each.enabled_at and each.trouble and now - (each.last_success_at or each.enabled_at) > _LATELY
    ]
