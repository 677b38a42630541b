"""Giving back what an incident wasted: units credited, or taken off the last invoice (terms, article 6.2)."""

from dataclasses import dataclass
from datetime import datetime

from plans.invoices import Line, LineKind, line
from plans.money import Money, Rate, round_half_up
from plans.vat import Vat


@dataclass(frozen=True, slots=True)
class Incident:
    """A time in which nothing could be sent through a carrier."""

    carrier: str
    since: datetime
    until: datetime  # the first instant at which sending worked again


def is_wasted(incident: Incident, carrier: str, handed_over_at: datetime, *, delivered: bool, refunded: bool) -> bool:
    """Whether a message was charged for nothing because of the incident; what was refunded already is not."""
    hit = carrier == incident.carrier and incident.since <= handed_over_at < incident.until
    return hit and not delivered and not refunded


def invoice_relief(units: int, rate: Rate, destination: str, vat: Vat) -> Line:
    """The line that takes wasted postpaid units off the last invoice."""
    return line(LineKind.INCIDENT, destination, units, Rate(-rate.micros), vat)


def unused_advance(paid: Money, units_bought: int, units_left: int) -> Money:
    """What comes back of a prepaid pack where the client ends the contract because nothing was credited."""
    return Money(round_half_up(paid.cents * units_left, units_bought))
