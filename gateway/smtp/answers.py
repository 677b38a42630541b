"""Brings what people answered by SMS to the mailboxes that it is for."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from gateway.engine.database import Engine
from gateway.settings import Settings
from gateway.sms.answers import ANSWERS, Answer, claim_answers
from gateway.sms.words import Reader
from gateway.smtp.addressees import addressees
from gateway.smtp.answer_letters import Addressee, Told, answer_letter
from gateway.smtp.delivery import MOST_ATTEMPTS, back_off, is_settled
from gateway.smtp.hourly import Hourly
from gateway.smtp.mailer import Mailer
from gateway.smtp.reply_addresses import Correspondent, ReplyAddresses
from gateway.wording import Wording

log = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(minutes=5)

_Due = tuple[Answer, Addressee | None]


class Answers:
    """Writes the letters that are due."""

    def __init__(
        self, engine: Engine, mailer: Mailer, wording: Wording, settings: Settings, reply_addresses: ReplyAddresses
    ) -> None:
        self._engine = engine
        self._mailer = mailer
        self._wording = wording
        self._domain = settings.domain
        self._reply_addresses = reply_addresses
        self._hourly = Hourly(engine.clock, settings.notices.max_per_hour)

    async def run_once(self) -> int:
        """Send a batch; returns how many letters it took.

        A letter that was sent and not recorded, because of a crash in between, is sent again under the same Message-ID.
        """
        due = await self._engine.write(self._claim, urgent=True)
        for answer, addressee in due:
            await self._bring(answer, addressee)
        return len(due)

    def _claim(self, connection: Connection) -> Sequence[_Due]:
        now = self._engine.clock.now()
        answers = claim_answers(connection, Reader.MAIL, worker=self._engine.node, now=now, lease=LEASE, limit=BATCH)
        return list(zip(answers, addressees(connection, answers), strict=True)) if answers else []

    async def _bring(self, answer: Answer, to: Addressee | None) -> None:
        now, attempts = self._engine.clock.now(), answer.claim.attempts
        if to is None:
            log.warning("an answer has no address to go to; `gateway sms inbound list` shows it")
        elif self._hourly.is_flood(to.address):
            await self._put_off(answer, now + timedelta(hours=1), counts=False)
            return
        elif not await self._try(answer, to, now):
            await self._put_off(answer, now + back_off(attempts))
            return
        await self._engine.write(lambda connection: ANSWERS.finish(connection, [answer.claim]), urgent=True)

    async def _try(self, answer: Answer, to: Addressee, now: datetime) -> bool:
        """Whether nothing is left to try. An answer that cannot be put into a letter holds up no other."""
        reply_address = self._reply_addresses.local_part(Correspondent(answer.claim.account_id, answer.phone), now)
        try:
            letter = answer_letter(self._wording, self._domain, now, answer, Told(to, reply_address))
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold an address or a message
            log.error("an answer could not be put into a letter: %s", type(error).__name__)
            return answer.claim.attempts >= MOST_ATTEMPTS
        return await is_settled(self._mailer, letter, answer.claim.attempts, self._hourly.count)

    async def _put_off(self, answer: Answer, until: datetime, *, counts: bool = True) -> None:
        await self._engine.write(
            lambda connection: ANSWERS.park(connection, [answer.claim], until, counts=counts), urgent=True
        )
