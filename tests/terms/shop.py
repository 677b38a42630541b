"""The catalogue and the law as they ship, and the words that tests of subscriptions share."""

from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from gateway.settings import read_config
from plans.catalogue import catalogue_from
from plans.invoices import Invoice, invoice_of
from plans.legal import legal_from
from plans.money import Money
from plans.periods import Interval
from plans.prices import ClientPrices, Formula, Ordered
from plans.refusals import Refused
from plans.renewal import advance, subscribe
from plans.subscription import ChangeInvoiced, Ended, Event, PeriodStarted, Step, Subscription
from plans.subscription_lines import lines_of
from plans.vat import Treatment, Vat

PARIS = ZoneInfo("Europe/Paris")
MONTH, YEAR = Interval.MONTH, Interval.YEAR


LEGAL = legal_from(read_config("legal.toml"))
CATALOGUE = catalogue_from(read_config("catalogue.toml"), LEGAL.vat)
CONDITIONS = CATALOGUE.conditions.on(date(2026, 11, 23))
PRICES = ClientPrices(CATALOGUE)
VAT_20 = Vat(Treatment.TAXED, Fraction(20, 100))


def euros(text: str) -> Money:
    """An amount as people write it."""
    return Money(int(text.replace(".", "")))


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    """A wall-clock time in Paris as an instant in UTC; a day alone is its midnight."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def day(text: str) -> date:
    """A calendar day."""
    return date.fromisoformat(text)


def trial(tier: str, started: str, interval: Interval = MONTH, zone: ZoneInfo = PARIS) -> Subscription:
    """A subscription at the start of its trial."""
    ordered = Ordered(Formula(tier, interval), at(started, zone).astimezone(zone).date())
    days = CONDITIONS.subscription.trial_days
    begun = subscribe(ordered, at(started, zone), zone, days, bank_details=True, had_trial=False)
    assert isinstance(begun, Subscription)
    return begun


def paying(tier: str, since: str, interval: Interval = MONTH) -> Subscription:
    """A subscription without a trial, whose first paid period began at this time."""
    ordered = Ordered(Formula(tier, interval), at(since).astimezone(PARIS).date())
    begun = subscribe(ordered, at(since), PARIS, 0, bank_details=True, had_trial=True)
    assert isinstance(begun, Subscription)
    return until(begun, since)[0]


def until(subscription: Subscription, to: str) -> Step:
    """What time does to a subscription up to an instant in Paris."""
    return advance(subscription, at(to), PRICES, CONDITIONS.payment)


def done(step: Step | Refused) -> Subscription:
    """The subscription after a change that was not refused."""
    assert not isinstance(step, Refused)
    return step[0]


def happened(step: Step | Refused) -> tuple[Event, ...]:
    """The events of a change that was not refused."""
    assert not isinstance(step, Refused)
    return step[1]


def invoices(events: tuple[Event, ...], vat: Vat = VAT_20) -> list[tuple[datetime, Invoice]]:
    """The invoices that events lead to, with their instants."""
    billed = [each for each in events if isinstance(each, PeriodStarted | ChangeInvoiced | Ended)]
    return [(each.at, invoice_of(lines)) for each in billed if (lines := lines_of(each, vat))]
