"""Mail to whoever runs the gateway about a carrier that refuses our account, or that has long had no link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.engine.database import Engine
from gateway.sms.link_reports import LinkLine, links_of
from gateway.smtp.delivery import back_off, is_settled
from gateway.smtp.letters import Letterhead, ReadersWords, blank_letter, finished_letter
from gateway.smtp.mailer import Letter, Mailer
from gateway.wording import Language, Wording

#: Seconds between two looks.
EVERY_S = 60.0

#: A link that comes back by itself within this time is nothing to be woken for.
_PATIENCE = timedelta(minutes=10)


@dataclass(slots=True)
class _Alarm:
    """A trouble that is being told; told once, until the carrier is well again."""

    message_id: str
    attempts: int = 0
    due: datetime | None = None  # the letter is tried again; None: nothing is left to try


def trouble_of(links: Sequence[LinkLine], now: datetime) -> str:
    """What somebody must look at, as the wording calls it; empty where nothing is."""
    if any(each.state == "refused" for each in links):
        return "carrier_refused"
    lost = links and all(each.state != "bound" and now - each.since >= _PATIENCE for each in links)
    return "carrier_down" if lost else ""


class Alarms:
    """Tells of the links that this process keeps up."""

    def __init__(self, engine: Engine, mailer: Mailer, wording: Wording, domain: str, postmaster: str) -> None:
        self._engine = engine
        self._mailer = mailer
        self._wording = wording
        self._domain = domain
        self._postmaster = postmaster
        self._alarms: dict[str, _Alarm] = {}  # by carrier

    async def ring(self) -> None:
        """Look at each carrier, and write a letter where that is due."""
        now, node = self._engine.clock.now(), self._engine.node
        links: Mapping[str, Sequence[LinkLine]] = await self._engine.read(
            lambda connection: links_of(connection, now, node=node)
        )
        for carrier, lines in links.items():
            if all(each.state == "bound" for each in lines):
                self._alarms.pop(carrier, None)
            elif trouble := trouble_of(lines, now):
                await self._tell(carrier, trouble, next((each.last_failure for each in lines if each.last_failure), ""))

    async def _tell(self, carrier: str, trouble: str, why: str) -> None:
        stamp = self._engine.stamp()
        fresh = _Alarm(f"<carrier-{stamp.new_id()}@{self._domain}>", due=stamp.now)
        alarm = self._alarms.setdefault(carrier, fresh)
        if alarm.due is None or stamp.now < alarm.due:
            return
        alarm.attempts += 1
        letter = self._letter(alarm.message_id, stamp.now, carrier, trouble, why)
        settled = await is_settled(self._mailer, letter, alarm.attempts)
        alarm.due = None if settled else stamp.now + back_off(alarm.attempts)

    def _letter(self, message_id: str, now: datetime, carrier: str, trouble: str, why: str) -> Letter:
        head = Letterhead(self._postmaster, message_id, now, self._domain, Language.EN, ZoneInfo("UTC"))
        words = ReadersWords(self._wording, head)
        message = blank_letter(words, words.phrase("subject_carrier", carrier=carrier), "auto-generated")
        return finished_letter(words, message, [words.phrase(trouble, carrier=carrier, why=why)])
