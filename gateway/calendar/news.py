"""News of reminders that did not go through, from the one door and from the network, as lines of a letter."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, select

from gateway.calendar import calendars, reminders
from gateway.calendar.letters import TOPIC, write_letter
from gateway.calendar.reminders import DueReminder
from gateway.calendar.words import LetterKind
from gateway.engine.database import Engine, Stamp
from gateway.engine.queue import Claim, Queue
from gateway.sms.tables import notice
from gateway.sms.words import News
from plans.words import Origin, Reason

_NOTICES = Queue(notice, key="notice_id", order="notice_id")

_OURS = (notice.c.origin == Origin.CALENDAR,)

BATCH = 200
_LEASE = timedelta(minutes=1)

#: What a client has to hear of. What waits for credit is told by billing, and what is wanted so is no failure.
_TOLD = frozenset({News.FAILED, News.REFUSED})
_NO_NEWS = frozenset({Reason.NO_CREDIT, Reason.OPTED_OUT})


class ReminderNews:
    """Takes in what the sending core has to tell of reminders."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def run_once(self) -> int:
        """Turn a batch of notices into letters, in one transaction; returns how many it took."""
        return await self._engine.write(partial(_take, engine=self._engine), wakes=(TOPIC,))


def _take(connection: Connection, engine: Engine) -> int:
    stamp = engine.stamp()
    claims = _NOTICES.claim(connection, worker=engine.node, now=stamp.now, lease=_LEASE, limit=BATCH, where=_OURS)
    if claims:
        _tell(connection, stamp, claims)
        _NOTICES.finish(connection, claims)
    return len(claims)


def _tell(connection: Connection, stamp: Stamp, claims: Sequence[Claim]) -> None:
    row = notice.c
    found = connection.execute(
        select(row.account_id, row.origin_id, row.reason)
        .where(row.account_id.in_({each.account_id for each in claims}))
        .where(row.notice_id.in_([each.row_id for each in claims]), row.news.in_(_TOLD))
    ).all()
    why = {(each.account_id, each.origin_id): each.reason for each in found if each.reason not in _NO_NEWS}
    tell_failures(connection, stamp, [(each, why[each.key]) for each in reminders.by_ids(connection, why)])


def tell_failures(connection: Connection, stamp: Stamp, failed: Sequence[tuple[DueReminder, Reason]]) -> None:
    """Have clients told of reminders that were not sent, or did not arrive."""
    known = calendars.by_keys(connection, {each.calendar for each, _ in failed})
    for each, reason in failed:
        line = {
            "what": "line",
            "to": each.recipient,
            "start_at": each.start_at.isoformat(),
            "reason": reason.value,
            "calendar": known[each.calendar].name,
        }
        notify = known[each.calendar].settings.notify
        write_letter(connection, stamp, each.account_id, LetterKind.REMINDER_FAILED, to=notify, lines=[line])
