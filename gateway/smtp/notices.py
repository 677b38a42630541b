"""News back by mail: the notices of one mail become one letter to whoever wrote it."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam

from gateway.engine.database import Engine
from gateway.engine.queue import Claim, Queue
from gateway.settings import Settings
from gateway.sms.tables import notice
from gateway.smtp.correspondence import Correspondence, gather
from gateway.smtp.delivery import MOST_ATTEMPTS, back_off, is_settled
from gateway.smtp.hourly import Hourly
from gateway.smtp.letters import Letterhead, low_credit_letter, news_letter, unreadable_letter
from gateway.smtp.mailer import Letter, Mailer
from gateway.wording import Wording
from plans.words import Origin

log = logging.getLogger(__name__)

NOTICES = Queue(notice, key="notice_id", order="notice_id")

_GATHERED = (
    notice.c.origin == Origin.EMAIL,
    notice.c.created_at <= bindparam("gathered_by", type_=notice.c.created_at.type),
)

BATCH = 200
LEASE = timedelta(minutes=5)


class Notices:
    """Writes the letters that are due."""

    def __init__(self, engine: Engine, mailer: Mailer, wording: Wording, settings: Settings) -> None:
        self._engine = engine
        self._mailer = mailer
        self._wording = wording
        self._domain = settings.domain
        self._settings = settings.notices
        self._hourly = Hourly(engine.clock, settings.notices.max_per_hour)

    async def run_once(self) -> int:
        """Send the letters of one batch of notices; returns how many notices it took.

        News of a mail gathers for a moment, so that its recipients share a letter. A letter that was sent and not
        recorded, because of a crash in between, is sent again under the same Message-ID.
        """
        claims, letters_due = await self._engine.write(self._claim, urgent=True)
        for each in letters_due:
            await self._write(each)
        return len(claims)

    def _claim(self, connection: Connection) -> tuple[list[Claim], list[Correspondence]]:
        now = self._engine.clock.now()
        claims = NOTICES.claim(
            connection,
            worker=self._engine.node,
            now=now,
            lease=LEASE,
            limit=BATCH,
            where=_GATHERED,
            gathered_by=now - timedelta(seconds=self._settings.gather_s),
        )
        return claims, gather(connection, claims, now) if claims else []

    async def _write(self, each: Correspondence) -> None:
        now = self._engine.clock.now()
        if each.writer.automatic:
            await self._settle(each.claims)
        elif self._hourly.is_flood(each.writer.address):
            await self._put_off(each.claims, now + timedelta(hours=1), counts=False)
        elif await self._try(each, now, each.claims[0].attempts):
            await self._settle(each.claims)
        else:
            await self._put_off(each.claims, now + back_off(each.claims[0].attempts))

    async def _try(self, each: Correspondence, now: datetime, attempts: int) -> bool:
        """Whether nothing is left to try. News that cannot be put into words holds up no other."""
        try:
            written = letters(self._wording, self._domain, now, each)
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold an address
            log.error("a letter could not be written: %s", type(error).__name__)
            return attempts >= MOST_ATTEMPTS
        return await self._send_all(written, attempts)

    async def _send_all(self, letters: Sequence[Letter], attempts: int) -> bool:
        for letter in letters:
            if not await is_settled(self._mailer, letter, attempts, self._hourly.count):
                return False
        return True

    async def _settle(self, claims: Sequence[Claim]) -> None:
        await self._engine.write(lambda connection: NOTICES.finish(connection, claims), urgent=True)

    async def _put_off(self, claims: Sequence[Claim], until: datetime, *, counts: bool = True) -> None:
        await self._engine.write(lambda connection: NOTICES.park(connection, claims, until, counts=counts), urgent=True)


def letters(wording: Wording, domain: str, now: datetime, each: Correspondence) -> list[Letter]:
    """The letters that tell this news: rarely more than one."""
    writer, first = each.writer, each.claims[0].row_id

    def head(kind: str) -> Letterhead:
        message_id = f"<{kind}-{first}@{domain}>"
        return Letterhead(writer.address, message_id, now, domain, writer.language, ZoneInfo(writer.time_zone))

    written = []
    if each.of_numbers:
        written.append(news_letter(wording, head("news"), writer.thread, each.of_numbers))
    if each.unreadable:
        written.append(unreadable_letter(wording, head("unreadable"), writer.thread, each.unreadable))
    if each.units_left is not None:
        written.append(low_credit_letter(wording, head("credit"), each.units_left))
    return written
