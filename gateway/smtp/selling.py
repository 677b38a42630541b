"""Mails about orders, prices and credit: each row that billing wrote becomes one letter to whoever is billed."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from gateway.accounts.tables import account
from gateway.billing import issued, terms_texts
from gateway.billing.documents.document import InvoiceDocument
from gateway.billing.issued import Issued
from gateway.billing.printing import picture
from gateway.billing.selling_tables import billing_letter, billing_profile
from gateway.billing.words import LetterKind
from gateway.engine.database import Engine
from gateway.engine.queue import Claim, Queue
from gateway.smtp.delivery import back_off, is_settled
from gateway.smtp.letters import Enclosure, Letterhead
from gateway.smtp.mailer import Mailer
from gateway.smtp.selling_letters import selling_letter
from gateway.wording import Language, Wording

log = logging.getLogger(__name__)

SELLING_LETTERS = Queue(billing_letter, key="letter_id", order="letter_id")

BATCH = 50
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Due:
    """A letter to be written."""

    claim: Claim
    kind: LetterKind
    facts: Mapping[str, Any]
    to: str
    language: Language
    zone: ZoneInfo
    about: Issued | None  # the invoice that it brings
    paper: InvoiceDocument | None  # what its PDF shows; None while something is missing
    text: str | None  # the terms that it brings


class SellingLetters:
    """Writes and sends the letters that are due."""

    def __init__(self, engine: Engine, mailer: Mailer, wording: Wording, domain: str) -> None:
        self._engine = engine
        self._mailer = mailer
        self._wording = wording
        self._domain = domain

    async def run_once(self) -> int:
        """Send a batch; returns how many letters it took.

        A letter that was sent and not recorded, because of a crash in between, is sent again under the same Message-ID.
        """
        claims, letters = await self._engine.write(self._claim, urgent=True)
        for each in letters:
            await self._send(each)
        return len(claims)

    def _claim(self, connection: Connection) -> tuple[Sequence[Claim], list[_Due]]:
        now = self._engine.clock.now()
        claims = SELLING_LETTERS.claim(connection, worker=self._engine.node, now=now, lease=LEASE, limit=BATCH)
        return claims, _due(connection, claims)

    async def _send(self, due: _Due) -> None:
        now = self._engine.clock.now()
        message_id = f"<billing-{due.claim.row_id}@{self._domain}>"
        head = Letterhead(due.to, message_id, now, self._domain, due.language, due.zone)
        enclosure = await asyncio.to_thread(_enclosure, due)  # drawing a page takes its time
        figures = due.about.document if due.about else None
        letter = selling_letter(self._wording, head, due.kind, due.facts, figures=figures, enclosure=enclosure)
        if await is_settled(self._mailer, letter, due.claim.attempts):
            await self._engine.write(lambda connection: SELLING_LETTERS.finish(connection, [due.claim]), urgent=True)
        else:
            until = now + back_off(due.claim.attempts)
            await self._engine.write(lambda connection: SELLING_LETTERS.park(connection, [due.claim], until))


def _due(connection: Connection, claims: Sequence[Claim]) -> list[_Due]:
    """The letters of claims, with where and how their readers are written to."""
    if not claims:
        return []
    row, by_id = billing_letter.c, {each.row_id: each for each in claims}
    found = connection.execute(
        select(row.letter_id, row.kind, row.facts, billing_profile.c.email, account.c.language, account.c.time_zone)
        .join(billing_profile, billing_profile.c.account_id == row.account_id)
        .join(account, account.c.account_id == row.account_id)
        .where(row.letter_id.in_(sorted(by_id)))
        .order_by(row.letter_id)
    ).all()
    return [_letter(connection, by_id[each.letter_id], each) for each in found]


def _letter(connection: Connection, claim: Claim, row: Row[*tuple[Any, ...]]) -> _Due:
    """A letter with what it encloses."""
    brings, digest = row.facts.get("invoice_id"), row.facts.get("digest")
    about = issued.by_id(connection, claim.account_id, brings) if brings else None
    return _Due(
        claim=claim,
        kind=row.kind,
        facts=row.facts,
        to=row.email,
        language=row.language,
        zone=ZoneInfo(row.time_zone),
        about=about,
        paper=picture(connection, about) if about else None,
        text=terms_texts.kept(connection, digest) if digest else None,
    )


def _enclosure(due: _Due) -> Enclosure | None:
    """The file that goes with a letter: a PDF where the invoice is complete and sound, or the text of terms."""
    if due.text:
        return Enclosure(f"terms-{due.facts['version']}.txt", "text/plain", due.text.encode())
    if due.about is None or due.paper is None:
        return None
    from gateway.billing.documents.checks import DocumentRefused  # late: drawing a page takes large libraries
    from gateway.billing.documents.issuing import printable

    try:
        return Enclosure(f"{due.about.name}.pdf", "application/pdf", printable(due.paper))
    except DocumentRefused as lacking:
        log.error("an invoice goes without its PDF, which is not sound: %s", lacking)
        return None
