"""Which lots of prepaid units a message is charged to, and when a lot ends."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from plans.periods import midnight, months_later
from plans.words import LotKind, Origin

#: Stands in the place of a lot for units that no lot covers: they are counted, and invoiced at the end of the month.
COUNTER = 0


class Lot(NamedTuple):
    """Units that were bought or given together and end together."""

    lot_id: int
    kind: LotKind
    units_left: int
    expires_at: datetime  # the first instant at which it can no longer be drawn


class Draw(NamedTuple):
    """Units taken out of one lot."""

    lot_id: int
    units: int


def burn_order(lots: Iterable[Lot]) -> list[Lot]:
    """The order in which lots are used up: test units first, then the earliest end, then the lowest id."""
    return sorted(lots, key=lambda lot: (lot.kind is not LotKind.TEST, lot.expires_at, lot.lot_id))


def draw(
    lots: Iterable[Lot], units: int, now: datetime, origin: Origin, *, postpaid: bool = False
) -> tuple[Draw, ...] | None:
    """Take ``units`` (1 or more) out of the lots in burn order; None when they do not cover it, and nothing is taken.

    What has expired is never drawn (terms, special term 2); test units are for mail-to-SMS alone (special term 5).
    Under a ``postpaid`` agreement what the lots lack goes on the counter, once they are empty (special term 1).
    """
    if units < 1:
        raise ValueError("a message costs at least one unit")
    draws: list[Draw] = []
    wanted = units
    usable = [lot for lot in lots if _usable(lot, now, origin)]
    for lot in burn_order(usable) if len(usable) > 1 else usable:  # one as a rule: sorting it would take half the time
        taken = min(wanted, lot.units_left)
        draws.append(Draw(lot.lot_id, taken))
        wanted -= taken
        if not wanted:
            return tuple(draws)
    return (*draws, Draw(COUNTER, wanted)) if postpaid else None


def pack_end(activated_at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The first instant at which a pack can no longer be drawn, in UTC.

    A pack is usable to the end of the same day number ``months`` later, on the client's clock; a month that lacks the
    day ends it on its last day.
    """
    last_day = months_later(activated_at.astimezone(zone).date(), months)
    return midnight(last_day + timedelta(days=1), zone)


def _usable(lot: Lot, now: datetime, origin: Origin) -> bool:
    allowed = lot.kind is not LotKind.TEST or origin is Origin.EMAIL
    return allowed and lot.units_left > 0 and now < lot.expires_at
