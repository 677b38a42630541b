"""What must hold of reminders after any number of crashes: told once what was true, or the ledger says why not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, func, select

from gateway.billing.words import EntryKind
from gateway.calendar.tables import calendar, event, reminder
from gateway.calendar.words import ReminderState
from gateway.sms.tables import job, message, sandbox_sms
from plans.words import Reason
from tests.crash.books import difference, discrepancies, entries
from tests.crash.diary import Diary, Version, Visit

#: How many reads of a calendar may have been lost by kills before one was kept.
_READS_LOST = 4

_PARIS = ZoneInfo("Europe/Paris")

_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Findings:
    """Every figure but the first three must be nought."""

    appointments: int
    reminders_sent: int
    changes: int  # of appointments, after they were written down
    doubled: int  # a patient told twice of the same start
    untrue: int  # told of what was not so any more when the calendar was read last
    lost: int  # of those that take place, not told, and no good reason given
    unexplained: int  # not told, and the ledger does not say the right reason
    phones_otherwise: int  # SMS on phones that are not those of the reminders, one for one
    charged_otherwise: int  # messages without exactly one charge
    discrepancies: int  # of the audit of the house

    @property
    def clean(self) -> bool:
        """Whether all is as if nobody had been killed."""
        wrong = (self.doubled, self.untrue, self.lost, self.unexplained)
        return not any((*wrong, self.phones_otherwise, self.charged_otherwise, self.discrepancies))


def work_left(connection: Connection, ended: datetime) -> int:
    """Calendars that were not read since all changes ended, reminders still to be looked at, messages under way."""
    unread = select(func.count()).where(calendar.c.last_success_at <= ended)
    waiting = select(func.count()).where(reminder.c.look_at.is_not(None))
    receipts = select(func.count()).where(sandbox_sms.c.receipt_due_at.is_not(None))
    jobs = select(func.count()).select_from(job)
    return sum(connection.scalar(each) or 0 for each in (unread, waiting, receipts, jobs))


def look(connection: Connection, diaries: Iterable[Diary]) -> Findings:
    """Compare what patients were told with what was in the diaries."""
    rows = _ledger(connection)
    visits = [(diary, visit) for diary in diaries for visit in diary.visits]
    told = {visit.uid: [each for each in rows.get(visit.uid, ()) if _is_told(each)] for _, visit in visits}
    untold = [(visit, rows.get(visit.uid, [])) for _, visit in visits if not _ends_told(visit, told[visit.uid])]
    sent = [each for some in told.values() for each in some]
    texts = Counter((each.recipient, each.body) for each in sent)
    on_phones = Counter(map(tuple, connection.execute(select(sandbox_sms.c.recipient, sandbox_sms.c.body))))
    messages = Counter(connection.scalars(select(message.c.message_id)))
    return Findings(
        appointments=len(visits),
        reminders_sent=len(sent),
        changes=sum(len(visit.versions) - 1 for _, visit in visits),
        doubled=sum(len(each) - len({(row.start_at, row.recipient) for row in each}) for each in told.values()),
        untrue=sum(not _was_true(diary, visit, each) for diary, visit in visits for each in told[visit.uid]),
        lost=sum(visit.versions[-1].is_reminded and not _moved_late(some) for visit, some in untold),
        unexplained=sum(not visit.versions[-1].is_reminded and not _explained(visit, some) for visit, some in untold),
        phones_otherwise=difference(texts, on_phones),
        charged_otherwise=difference(entries(connection, EntryKind.CHARGE), messages),
        discrepancies=discrepancies(connection),
    )


def _ledger(connection: Connection) -> dict[str, list[_Row]]:
    """The rows of the ledger of each appointment, with their messages."""
    row = reminder.c
    found = connection.execute(
        select(event.c.uid, row.state, row.reason, row.start_at, row.recipient, message.c.body, message.c.created_at)
        .join(event, and_(event.c.account_id == row.account_id, event.c.event_id == row.event_id))
        .outerjoin(message, and_(message.c.account_id == row.account_id, message.c.message_id == row.message_id))
        .order_by(row.reminder_id)
    )
    rows: dict[str, list[_Row]] = {}
    for each in found:
        rows.setdefault(each.uid, []).append(each)
    return rows


def _is_told(row: _Row) -> bool:
    return bool(row.state is ReminderState.SENT)


def _ends_told(visit: Visit, told: Sequence[_Row]) -> bool:
    """Whether the patient was told of the start that it came to in the end."""
    return any(each.start_at == visit.versions[-1].start for each in told)


def _was_true(diary: Diary, visit: Visit, row: _Row) -> bool:
    """Whether what a reminder told was so when its calendar was read last, or a few reads before if those were lost."""
    reads = [each for each in diary.fetched if each <= row.created_at][-_READS_LOST:]
    known_since = reads[0] if reads else row.created_at
    return any(_says(row, each) for each in visit.during(known_since, row.created_at))


def _says(row: _Row, version: Version) -> bool:
    local = version.start.astimezone(_PARIS)
    return version.is_reminded and row.start_at == version.start and f"{local:%H:%M}" in row.body.replace("h", ":")


def _moved_late(rows: Sequence[_Row]) -> bool:
    """Whether it is said that the last move came when its reminder was due already, after another had left."""
    return any(map(_is_told, rows)) and any(each.reason is Reason.EVENT_MOVED for each in rows)


def _explained(visit: Visit, rows: Sequence[_Row]) -> bool:
    """Whether the ledger gives a reason that there was; a patient that was told before needs none."""
    if not rows:
        return visit.versions[-1].deleted  # between two reads it came and went
    reasons = {reason for each in visit.versions for reason in _reasons(each)}
    return any(map(_is_told, rows)) or all(
        each.state is ReminderState.NOT_SENT and each.reason in reasons for each in rows
    )


def _reasons(version: Version) -> set[Reason]:
    """Why nobody is told of it."""
    against = {
        Reason.EVENT_CANCELLED: version.cancelled,
        Reason.EVENT_GONE: version.deleted,
        Reason.NO_NUMBER: not version.has_number,
    }
    return {reason for reason, holds in against.items() if holds}
