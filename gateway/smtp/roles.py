"""Mail to postmaster and abuse, passed on to whoever runs the gateway (RFC 5321, 4.5.1; RFC 2142)."""

import logging
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from gateway.engine.database import Engine
from gateway.engine.queue import Claim
from gateway.smtp.automatic import Automatic, automatic_headers
from gateway.smtp.delivery import back_off, is_settled
from gateway.smtp.headers import HeaderLimits, split_headers
from gateway.smtp.letters import Letterhead, forwarded_letter
from gateway.smtp.mailer import Letter, Mailer
from gateway.smtp.spool import NO_ACCOUNT, SPOOL
from gateway.smtp.spooled import SpooledEnvelope
from gateway.smtp.tables import spool
from gateway.wording import Language, Wording

log = logging.getLogger(__name__)

BATCH = 10
LEASE = timedelta(minutes=5)

_OF_ROLES = (spool.c.account_id == NO_ACCOUNT,)


class Roles:
    """Passes role mail on."""

    def __init__(self, engine: Engine, mailer: Mailer, wording: Wording, domain: str, postmaster: str) -> None:
        self._engine = engine
        self._mailer = mailer
        self._wording = wording
        self._domain = domain
        self._postmaster = postmaster

    async def run_once(self) -> int:
        """Pass one batch on; returns how many mails it took."""
        taken = await self._engine.write(self._claim, urgent=True)
        for claim, row in taken:
            if await self._is_settled(claim, row):
                await self._engine.write(partial(SPOOL.finish, claims=[claim]))
            else:
                until = self._engine.clock.now() + back_off(claim.attempts)
                await self._engine.write(partial(SPOOL.park, claims=[claim], until=until))
        return len(taken)

    async def _is_settled(self, claim: Claim, row: Row[int, SpooledEnvelope, bytes]) -> bool:
        if _is_our_own(row.raw):
            log.warning("a letter of ours came back to postmaster or abuse: notices.postmaster leads here again")
            return True
        return await is_settled(self._mailer, self._letter(row), claim.attempts)

    def _claim(self, connection: Connection) -> list[tuple[Claim, Row[int, SpooledEnvelope, bytes]]]:
        claims = SPOOL.claim(
            connection,
            worker=self._engine.node,
            now=self._engine.clock.now(),
            lease=LEASE,
            limit=BATCH,
            where=_OF_ROLES,
        )
        rows = connection.execute(
            select(spool.c.mail_id, spool.c.envelope, spool.c.raw).where(
                spool.c.account_id == NO_ACCOUNT, spool.c.mail_id.in_([claim.row_id for claim in claims])
            )
        )
        by_id = {row.mail_id: row for row in rows}
        return [(claim, by_id[claim.row_id]) for claim in claims]

    def _letter(self, row: Row[int, SpooledEnvelope, bytes]) -> Letter:
        envelope = row.envelope
        head = Letterhead(
            self._postmaster,
            f"<role-{row.mail_id}@{self._domain}>",
            self._engine.clock.now(),
            self._domain,
            Language.EN,
            ZoneInfo("UTC"),
        )
        return forwarded_letter(self._wording, head, envelope.recipients[0].role or "", envelope.mail_from, row.raw)


def _is_our_own(raw: bytes) -> bool:
    """Whether a letter of ours has come back: passed on once more, it would grow and go round for ever."""
    headers, _ = split_headers(raw, HeaderLimits())
    return automatic_headers(headers) is Automatic.OWN_LETTER
