"""A subscription as a value: where it stands, what it counts from, and what can happen to it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from plans.money import NOTHING, Money
from plans.periods import Period, midnight, period_from
from plans.prices import Formula, Ordered
from plans.proration import Change


class State(StrEnum):
    """Where a subscription stands."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"  # a charge was declined
    ENDED = "ended"


class Pause(StrEnum):
    """Why reminders wait; nothing is deleted meanwhile."""

    TRIAL_UNPAID = "trial_unpaid"  # the trial is over and its first charge was declined
    PAYMENT_LATE = "payment_late"  # later than the terms allow
    SUBSCRIPTION_ENDED = "subscription_ended"


@dataclass(frozen=True, slots=True)
class Arrears:
    """A charge that was declined, and how often it was tried again."""

    due_on: date  # the payment date of the invoice
    declined_at: datetime  # the first time: retries count from here
    retries: int = 0
    hopeless: bool = False  # the bank said that trying again is of no use
    suspended: bool = False  # so late that the service has stopped


@dataclass(frozen=True, slots=True)
class Subscription:
    """One client's subscription; changed only by the functions of ``renewal``, ``changes`` and ``arrears``."""

    ordered: Ordered  # the formula in force: its quota, and the price of the next period
    zone: ZoneInfo
    trial_ends_at: datetime  # UTC
    anchor: date  # paid periods are counted from this local day
    months: int | None = None  # from the anchor to the period in hand; None during the trial
    price: Money = NOTHING  # of the period in hand at the formula in force, before tax: what a change is measured by
    changes: tuple[Change, ...] = ()  # for the next invoice
    scheduled: Ordered | None = None  # takes over when the period ends
    cancelled: bool = False  # ends when the trial or period does
    ever_paid: bool = False
    arrears: Arrears | None = None
    ended: bool = False

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.ended:
            return State.ENDED
        if self.arrears:
            return State.PAST_DUE
        return State.TRIALING if self.months is None else State.ACTIVE

    @property
    def period(self) -> Period | None:
        """The paid period in hand, or None during the trial."""
        if self.months is None:
            return None
        return period_from(self.anchor, self.months, self.ordered.formula.interval)

    @property
    def ends_at(self) -> datetime:
        """The instant, in UTC, at which the trial or the period in hand ends."""
        period = self.period
        return midnight(period.end, self.zone) if period else self.trial_ends_at

    def local_day(self, instant: datetime) -> date:
        """The client's calendar day at an instant."""
        return instant.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Unused:
    """The days of a month that a year replaces, and what they were paid for: taken off the price of the year."""

    amount: Money
    tier: str
    period: Period


@dataclass(frozen=True, slots=True)
class PeriodStarted:
    """A paid period began: invoice its price and the changes of the period before, and charge them."""

    at: datetime
    period: Period
    formula: Formula
    price: Money
    changes: tuple[Change, ...] = ()
    unused: Unused | None = None


@dataclass(frozen=True, slots=True)
class FormulaChanged:
    """Another formula is in force; its quota holds at once."""

    at: datetime
    old: Formula
    new: Formula


@dataclass(frozen=True, slots=True)
class ChangeInvoiced:
    """A pro rata was too high to wait: invoice it now."""

    at: datetime
    change: Change


@dataclass(frozen=True, slots=True)
class RetryDue:
    """A declined charge is to be tried again."""

    at: datetime
    number: int  # from 1


@dataclass(frozen=True, slots=True)
class Suspended:
    """Payment is so late that the service stops."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The subscription is over; changes that no invoice took yet go on a closing one."""

    at: datetime
    changes: tuple[Change, ...] = ()


Event = PeriodStarted | FormulaChanged | ChangeInvoiced | RetryDue | Suspended | Ended
Step = tuple[Subscription, tuple[Event, ...]]


def pause(subscription: Subscription) -> Pause | None:
    """Why the reminders of a subscription wait, or None when they run."""
    if subscription.ended:
        return Pause.SUBSCRIPTION_ENDED
    if subscription.arrears is None:
        return None
    if not subscription.ever_paid:
        return Pause.TRIAL_UNPAID
    return Pause.PAYMENT_LATE if subscription.arrears.suspended else None
