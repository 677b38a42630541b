"""Who may withdraw from an order, and until when (terms, article 7)."""

from dataclasses import dataclass
from datetime import date, timedelta

from plans.checked import Section
from plans.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True)
class WithdrawalTerms:
    """The bounds of the right of withdrawal."""

    days: int  # calendar days after the order was signed
    staff: int  # the most people that the client may employ


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How an order came about."""

    signed_on: date
    online: bool  # an order on the platform is never off-premises
    off_premises: bool
    main_activity: bool  # within the client's main activity
    staff: int
    executed: bool  # carried out in full, on the client's wish and with the right waived


def withdrawal_end(order: Circumstances, terms: WithdrawalTerms) -> date | None:
    """The last day for withdrawing, or None where there is no such right."""
    eligible = order.off_premises and not order.online and not order.main_activity and order.staff <= terms.staff
    return order.signed_on + timedelta(days=terms.days) if eligible and not order.executed else None


def cancellation_refusal(order: Circumstances, today: date, terms: WithdrawalTerms) -> Refused | None:
    """Why an accepted order cannot be cancelled ``today``; None only for who may still withdraw."""
    end = withdrawal_end(order, terms)
    return None if end is not None and today <= end else Refused(Refusal.NO_CANCELLATION)


def withdrawal_from(section: Section) -> WithdrawalTerms:
    """Read the bounds; ``RuleError`` names a key that is missing or wrong."""
    section.only({"days", "staff"})
    return WithdrawalTerms(section.count("days", least=1), section.count("staff", least=0))
