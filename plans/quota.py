"""How many calendars a tier covers, and which ones pause when it covers fewer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from plans.catalogue import Catalogue, Tier
from plans.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True)
class CalendarKey:
    """A calendar as its provider knows it: one, however many users share it."""

    provider: str
    calendar_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """One user's connection to a calendar."""

    key: CalendarKey
    linked_at: datetime
    enabled: bool  # for reminders
    revoked: bool


def counted(links: Iterable[Link]) -> set[CalendarKey]:
    """The calendars that count: enabled for reminders and not revoked, each once."""
    return {link.key for link in links if link.enabled and not link.revoked}


def calendar_refusal(name: str, tier: Tier, calendars: int, catalogue: Catalogue, today: date) -> Refused | None:
    """Why ``calendars`` in all are too many for this tier, naming the smallest one that covers them; None when not.

    A lower bound of a tier is only a label: one calendar under a tier of "2 to 5" is welcome.
    """
    if calendars <= tier.calendars:
        return None
    offered = catalogue.tiers_on(today)
    wider = next((each for each in offered if each[1].calendars >= calendars), None)
    if wider is None:
        return Refused(Refusal.NO_PLAN, {"limit": max([tier.calendars, *(each.calendars for _, each in offered)])})
    facts: dict[str, str | int] = {
        "tier": name,
        "limit": tier.calendars,
        "next_tier": wider[0],
        "next_limit": wider[1].calendars,
    }
    return Refused(Refusal.CALENDAR_LIMIT, facts)


def paused(links: Iterable[Link], limit: int, picked: Collection[CalendarKey] = ()) -> list[CalendarKey]:
    """The calendars that a smaller tier pauses, oldest first; none is deleted.

    The client's pick stays, then the oldest; what is beyond the limit pauses, the newest of the pick too.
    """
    since: dict[CalendarKey, datetime] = {}
    for link in links:
        if link.enabled and not link.revoked:
            since[link.key] = min(link.linked_at, since.get(link.key, link.linked_at))
    oldest_first = sorted(since, key=lambda key: (since[key], key.provider, key.calendar_id))
    kept = sorted(oldest_first, key=lambda key: key not in picked)[:limit]
    return [key for key in oldest_first if key not in kept]
