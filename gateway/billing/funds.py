"""What payers can still spend while a batch of messages is charged, one after the other."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from plans.lots import Draw, Lot, draw
from plans.words import Origin


@dataclass(frozen=True, slots=True)
class Funds:
    """Lots by payer, who may go beyond them, and what capped sub-accounts may still spend."""

    lots: dict[int, list[Lot]]
    postpaid: Collection[int]  # payers under an agreement
    caps: dict[int, int]  # units by sub-account, where it is capped

    def take(
        self, payer_id: int, account_id: int, units: int, now: datetime, origin: Origin
    ) -> tuple[Draw, ...] | None:
        """Draw the units of one message; None, and nothing is taken, where lots, agreement or cap do not allow it."""
        if units > self.caps.get(account_id, units):
            return None
        draws = draw(self.lots[payer_id], units, now, origin, postpaid=payer_id in self.postpaid)
        if draws is not None:
            self.lots[payer_id] = _after(self.lots[payer_id], draws)
            if account_id in self.caps:
                self.caps[account_id] -= units
        return draws


def _after(lots: list[Lot], draws: tuple[Draw, ...]) -> list[Lot]:
    taken = dict(draws)
    return [
        Lot(lot.lot_id, lot.kind, lot.units_left - taken[lot.lot_id], lot.expires_at) if lot.lot_id in taken else lot
        for lot in lots
    ]
