"""Whether the units of a failed message come back, and into which lot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from plans.lots import Lot
from plans.words import LotKind, Reason


@dataclass(frozen=True, slots=True)
class ToLot:
    """The units go back to the lot that they came from."""

    lot_id: int
    units: int


@dataclass(frozen=True, slots=True)
class NewLot:
    """The units come back as a new lot, because their own has expired."""

    kind: LotKind
    units: int
    expires_at: datetime


Refund = ToLot | NewLot


def is_refunded(reason: Reason, *, taken_by_carrier: bool, silence_refunded: bool) -> bool:
    """Whether a message that ended for ``reason`` is refunded.

    What never reached the network comes back: refused by us or by the carrier, an outage, never submitted. What the
    network took and did not deliver does not (terms, article 6.1: a handset that is off is nobody's failure). Where
    the carrier stayed silent nobody can know, and ``silence_refunded`` decides.
    """
    if reason is Reason.CARRIER_SILENT:
        return silence_refunded
    return not taken_by_carrier


def refund_lot(lot: Lot, units: int, now: datetime, grace: timedelta) -> Refund:
    """Where ``units`` that were drawn from ``lot`` go back to.

    A lot that has expired would swallow them at once, so they live on for ``grace`` in a lot of their own. Test units
    stay test units: a failed message must not turn them into bought ones.
    """
    if now < lot.expires_at:
        return ToLot(lot.lot_id, units)
    kind = LotKind.TEST if lot.kind is LotKind.TEST else LotKind.CREDIT
    return NewLot(kind, units, now + grace)
