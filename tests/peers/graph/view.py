"""Calendar views and their delta: what is told, in which pages, and what a delta link stands for.

Sources: https://learn.microsoft.com/graph/api/event-delta, https://learn.microsoft.com/graph/delta-query-events, and
what users found, as the documents are silent (microsoftgraph/microsoft-graph-docs): a changed series is told anew as a
whole (issue 6353) and on one page, nothing tells of a deleted occurrence (pull request 4501, issue 5520; likewise
closeio/sync-engine, pull request 389), the series itself may be missing (keeper.sh, pull request 409). ``Manners`` has
every reading, and the default is the one that is harder on clients.
"""

import base64
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from tests.peers.graph.answers import Refused
from tests.peers.graph.items import Item
from tests.peers.graph.mailbox import Mailbox
from tests.peers.graph.rows import Preferences, full, master, removed, thin

Json = dict[str, Any]
Window = tuple[datetime, datetime]

#: A row that waits for the request that will read it.
Row = Callable[[Preferences], Json]

_DEFAULT_PAGE = 10


@dataclass
class Manners:
    """What the documents leave open, as tests want it."""

    tell_deleted_occurrences: bool = False  # by ``@removed``, or not at all
    tell_master: bool = True  # whether the delta brings the series along with its occurrences
    tell_removed_occurrences: bool = False  # of a deleted series: each occurrence, or the series alone
    endless_pages: bool = False  # a link to the next page for ever, as some mailboxes have it
    lose_notifications: bool = False
    longest_subscription_min: int = 4230  # "under 3 days"
    caps_subscriptions: bool = True  # a longer one is cut, or refused
    concurrency: int = 4  # requests at a time, by mailbox
    old_refresh_tokens_die: bool = False


@dataclass(frozen=True)
class DeltaPoint:
    """What a delta token stands for."""

    calendar_id: str
    start: str
    end: str
    version: int

    @property
    def window(self) -> Window:
        """The window of the first request."""
        return datetime.fromisoformat(self.start), datetime.fromisoformat(self.end)

    def token(self) -> str:
        """Opaque to clients."""
        told = json.dumps([self.calendar_id, self.start, self.end, self.version])
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def of(cls, token: str) -> "DeltaPoint":
        """What was given out; ``Refused`` for anything else."""
        try:
            return cls(*json.loads(base64.urlsafe_b64decode(token + "===")))
        except (ValueError, TypeError):
            raise Refused("SyncStateInvalid") from None


@dataclass
class Deltas:
    """Answers the delta of calendar views; the pages of a round show one moment."""

    manners: Manners
    _pages: "OrderedDict[str, tuple[Sequence[Sequence[Row]], str]]" = field(default_factory=OrderedDict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def first(self, mailbox: Mailbox, calendar_id: str, window: Window, prefer: Preferences) -> Json:
        """Everything in a window."""
        groups = [self._group(item, window) for item in mailbox.items(calendar_id)]
        point = DeltaPoint(calendar_id, window[0].isoformat(), window[1].isoformat(), mailbox.version)
        return self._page([group for group in groups if group], point.token(), prefer)

    def since(self, mailbox: Mailbox, token: str, prefer: Preferences) -> Json:
        """What changed after a round."""
        point = DeltaPoint.of(token)
        if point.version < mailbox.oldest_token:
            raise Refused("SyncStateNotFound")
        mailbox.calendar_id(point.calendar_id)
        groups = [self._news(mailbox, number, point) for number in mailbox.changed_since(point.version)]
        anew = DeltaPoint(point.calendar_id, point.start, point.end, mailbox.version)
        return self._page([group for group in groups if group], anew.token(), prefer)

    def next(self, token: str, prefer: Preferences) -> Json:
        """The next page of a round."""
        if token not in self._pages:
            raise Refused("SyncStateInvalid")
        groups, delta_token = self._pages[token]
        return self._page(groups, delta_token, prefer)

    def _page(self, groups: Sequence[Sequence[Row]], delta_token: str, prefer: Preferences) -> Json:
        """As many rows as are preferred; a series is not spread over pages."""
        taken = told = 0
        while taken < len(groups) and told < (prefer.page or _DEFAULT_PAGE):
            told += len(groups[taken])
            taken += 1
        answer: Json = {"value": [row(prefer) for group in groups[:taken] for row in group]}
        if taken == len(groups) and not self.manners.endless_pages:
            return answer | {"$deltatoken": delta_token}
        rest = groups if self.manners.endless_pages else groups[taken:]
        token = f"R0usmc{next(self._numbers):010}"
        self._pages[token] = (rest, delta_token)
        while len(self._pages) > 1000:
            self._pages.popitem(last=False)
        return answer | {"$skiptoken": token}

    def _group(self, item: Item, window: Window) -> list[Row]:
        """The rows of an event or series; none if nothing of it lies in the window."""
        occurrences = list(item.occurrences(*window))
        if not occurrences:
            return []
        if not item.is_series:
            return [lambda prefer: full(occurrences[0], prefer)]
        rows: list[Row] = [lambda prefer: master(item, prefer)] if self.manners.tell_master else []
        for each in occurrences:
            tell = thin if each.kind == "occurrence" else full
            rows.append(lambda prefer, each=each, tell=tell: tell(each, prefer))  # type: ignore[misc] # bound now
        return rows

    def _news(self, mailbox: Mailbox, number: int, point: DeltaPoint) -> list[Row]:
        """What an event or series has to tell since a round."""
        now, before = mailbox.at(number), mailbox.at(number, point.version)
        assert now is not None
        known = before or now
        if point.calendar_id not in {now.calendar_id, known.calendar_id}:
            return []
        here = now.calendar_id == point.calendar_id and not now.deleted
        group = self._group(now, point.window) if here else []
        if not group:
            return list(self._burial(known, point.window))
        return group + list(self._gaps(known, now, point.window))

    def _burial(self, item: Item, window: Window) -> Iterator[Row]:
        """Of something that is gone, or lies outside of the window, where it may have been always."""
        yield lambda prefer: removed(item, None, prefer)
        if item.is_series and self.manners.tell_removed_occurrences:
            for each in item.occurrences(*window):
                yield lambda prefer, each=each: removed(item, each.day, prefer)  # type: ignore[misc] # bound now

    def _gaps(self, before: Item, now: Item, window: Window) -> Iterator[Row]:
        """Of the occurrences that a series lost: those that were moved out of the window are told as removed."""
        if not now.is_series:
            return
        left = {each.day for each in now.occurrences(*window)}
        for each in before.occurrences(*window):
            moved_away = each.day in now.exceptions
            if each.day not in left and (moved_away or self.manners.tell_deleted_occurrences):
                yield lambda prefer, each=each: removed(now, each.day, prefer)  # type: ignore[misc] # bound now
