"""Which price a client pays: that of the order day, until a revision that was notified in time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from plans.catalogue import Catalogue, Pack, Tier
from plans.dated import Dated
from plans.money import Money
from plans.notice import NoticeTerms, first_day_after, is_refused_in_time
from plans.periods import Interval

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Formula:
    """A tier by month or by year."""

    tier: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Ordered:
    """A formula and the local day on which the client chose it."""

    formula: Formula
    day: date


@dataclass(frozen=True, slots=True)
class Revision:
    """A new price that a client was told of; made by ``revision``."""

    item: str  # a tier or a pack
    since: date  # which entry of the catalogue it brings: the one offered from this day
    notified_on: date
    applies_on: date
    refused: bool = False  # by registered letter in time; a price agreed afterwards is another revision


@dataclass(frozen=True, slots=True)
class ClientPrices:
    """The catalogue as it binds one client."""

    catalogue: Catalogue
    revisions: tuple[Revision, ...] = ()

    def tier(self, ordered: Ordered, day: date) -> Tier:
        """A tier as it stands on ``day`` for a client who ordered it on ``ordered.day``."""
        name = ordered.formula.tier
        return price_for(self.catalogue.tier(name), ordered.day, self._applying(name, day))

    def price(self, ordered: Ordered, day: date) -> Money:
        """What a period that starts on ``day`` costs, before tax."""
        return self.tier(ordered, day).price(ordered.formula.interval)

    def pack(self, name: str, ordered_on: date, day: date) -> Pack:
        """A pack as it stands on ``day`` for a client who ordered it on ``ordered_on``."""
        return price_for(self.catalogue.pack(name), ordered_on, self._applying(name, day))

    def _applying(self, item: str, day: date) -> list[Revision]:
        return [each for each in self.revisions if each.item == item and not each.refused and each.applies_on <= day]


def price_for(history: Dated[T], ordered_on: date, revisions: Iterable[Revision]) -> T:
    """The entry of the order day, or a later one that a revision brought; a new order is never set back by an old one.

    ``revisions`` are those of this item that apply; ``NotInForce`` where nothing was offered on the order day.
    """
    since = max([history.entry(ordered_on).since, *(each.since for each in revisions)])
    return history.on(since)


def revision(
    item: str, since: date, notified_on: date, terms: NoticeTerms, is_working: Callable[[date], bool]
) -> Revision:
    """A price change as it is notified: it applies when the clear days end, and not before it is offered."""
    return Revision(item, since, notified_on, max(since, first_day_after(notified_on, terms, is_working)))


def refused(revised: Revision, refused_on: date, terms: NoticeTerms) -> Revision:
    """The revision after the client's registered letter of this day; unchanged where it comes too late."""
    return replace(revised, refused=is_refused_in_time(refused_on, revised.notified_on, terms))
