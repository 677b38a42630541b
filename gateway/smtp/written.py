"""Letters that a room beside this one wrote as rows: put into words and sent, without either room knowing the other."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.engine.database import Engine
from gateway.engine.queue import Claim, Queue
from gateway.smtp.delivery import back_off, is_settled
from gateway.smtp.letters import Letterhead, ReadersWords, blank_letter, finished_letter
from gateway.smtp.mailer import Letter, Mailer
from gateway.wording import Language, Wording
from plans.words import Reason

log = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=5)


class WrittenLetter(Protocol):
    """A letter as the other room wrote it."""

    @property
    def claims(self) -> Sequence[Claim]:
        """The rows that it settles; the first names it."""
        ...

    @property
    def kind(self) -> str:
        """Which phrases it is made of."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What its phrases name; ``lines`` are facts of their own, a line for each."""
        ...

    @property
    def to(self) -> str | None:
        """Whom it is for; None where nobody is known."""
        ...

    @property
    def language(self) -> Language:
        """Of its reader."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """Of its reader."""
        ...


class LetterSource(Protocol):
    """Where the other room lays its letters."""

    @property
    def room(self) -> str:
        """What the names of its phrases begin with."""
        ...

    @property
    def queue(self) -> Queue:
        """The rows."""
        ...

    def take(self, connection: Connection, worker: int, now: datetime, limit: int) -> Sequence[WrittenLetter]:
        """Claim what is due, for five minutes."""
        ...


class WrittenLetters:
    """Sends the letters of one room."""

    def __init__(self, engine: Engine, mailer: Mailer, wording: Wording, domain: str, source: LetterSource) -> None:
        self._engine = engine
        self._mailer = mailer
        self._wording = wording
        self._domain = domain
        self._source = source

    async def run_once(self) -> int:
        """Send a batch; returns how many letters it took.

        A letter that was sent and not recorded, because of a crash in between, is sent again under the same Message-ID.
        """
        letters = await self._engine.write(self._take, urgent=True)
        for each in letters:
            await self._send(each)
        return len(letters)

    def _take(self, connection: Connection) -> Sequence[WrittenLetter]:
        return self._source.take(connection, self._engine.node, self._engine.clock.now(), BATCH)

    async def _send(self, each: WrittenLetter) -> None:
        attempts, queue = each.claims[0].attempts, self._source.queue
        if not each.to:
            log.warning("a letter has nobody to go to: %s", each.kind)
        elif not await is_settled(self._mailer, self._worded(each), attempts):
            until = self._engine.clock.now() + back_off(attempts)
            await self._engine.write(lambda connection: queue.park(connection, each.claims, until))
            return
        await self._engine.write(lambda connection: queue.finish(connection, each.claims), urgent=True)

    def _worded(self, each: WrittenLetter) -> Letter:
        key = f"{self._source.room}_{each.kind}"
        message_id = f"<{self._source.room}-{each.claims[0].row_id}@{self._domain}>"
        now = self._engine.clock.now()
        head = Letterhead(each.to or "", message_id, now, self._domain, each.language, each.zone)
        words = ReadersWords(self._wording, head)
        facts = {name: _told(words, name, fact) for name, fact in each.facts.items() if name != "lines"}
        lines = [
            words.phrase(f"{key}_{line['what']}", **{name: _told(words, name, fact) for name, fact in line.items()})
            for line in each.facts.get("lines", ())
        ]
        message = blank_letter(words, words.phrase(f"subject_{key}", **facts), "auto-generated")
        return finished_letter(words, message, [words.phrase(key, **facts), *(["\n".join(lines)] if lines else [])])


def _told(words: ReadersWords, name: str, fact: Any) -> str:
    """A fact as its reader gets it: instants in their zone, reasons and faults in words."""
    if fact is None:
        return ""
    if name.endswith("_at"):
        return words.moment(datetime.fromisoformat(fact))
    if name == "reason":
        return words.explained(Reason(fact))
    if name == "fault":
        return f"{words.phrase(f'fault_{fact}')} {words.phrase(f'fault_cure_{fact}')}"
    return str(fact)
