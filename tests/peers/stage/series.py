"""The starts of a recurring event, reckoned from its rule lines (RFC 5545, 3.8.5) on the wall clock of its zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

#: No window is reckoned further than this many starts: whoever plans more wants to see what breaks.
MOST_STARTS = 5000


@dataclass(frozen=True)
class Series:
    """A recurring event: its first start on the wall clock, naive, midnight for an all-day one; and its rules."""

    first: datetime
    zone: ZoneInfo
    lines: Sequence[str]  # "RRULE:…", "EXDATE;TZID=…:…"

    def starts(self, after: datetime, before: datetime) -> Iterator[datetime]:
        """Wall-clock starts, naive, that lie in a window of aware instants, its ends included."""
        window = [each.astimezone(self.zone).replace(tzinfo=None) for each in (after, before)]
        following = self._rules().xafter(window[0] - timedelta(seconds=1))
        for start in islice(following, MOST_STARTS):
            if start > window[1]:
                return
            yield start

    def holds(self, start: datetime) -> bool:
        """Whether a wall-clock start is one of the series."""
        return start in self._rules().between(start, start, inc=True)

    def _rules(self) -> rruleset:
        rules = rruleset(cache=True)
        if not any(line.upper().startswith("RRULE") for line in self.lines):
            rules.rdate(self.first)
        for line in self.lines:
            head, _, value = line.partition(":")
            name, _, parameters = head.partition(";")
            if name == "RRULE":
                rules.rrule(self._rule(value))
            elif name in {"EXDATE", "RDATE"}:
                for moment in value.split(","):
                    (rules.exdate if name == "EXDATE" else rules.rdate)(self._wall(moment, parameters))
        return rules

    def _rule(self, value: str) -> rrule:
        """A rule whose UNTIL, given in UTC as the standard wants it, is told on the wall clock."""
        parts = []
        for part in value.split(";"):
            key, _, given = part.partition("=")
            wall = f"{self._wall(given):%Y%m%dT%H%M%S}" if key.upper() == "UNTIL" else given
            parts.append(f"{key}={wall}")
        made: rrule = rrulestr(";".join(parts), dtstart=self.first)
        return made

    def _wall(self, moment: str, parameters: str = "") -> datetime:
        text = moment.strip()
        if len(text) == len("20261127"):
            return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), self.first.time())  # noqa: DTZ007 - wall
        naive = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the wall clock of some zone
        if text.endswith("Z"):
            return naive.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)
        if "TZID=" in parameters:
            zone = ZoneInfo(parameters.partition("TZID=")[2])
            return naive.replace(tzinfo=zone).astimezone(self.zone).replace(tzinfo=None)
        return naive
